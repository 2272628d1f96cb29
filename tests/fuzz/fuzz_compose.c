/* SPDX-License-Identifier: Apache-2.0 */
/* A compose file with its .env, a NUL between them: both are read without any other file. What is
 * found has a text or a problem, and what can be rewritten stands in the file byte for byte. */
#include "harness.h"

#include "base/limits.h"
#include "scan/compose.h"

static void check_references(const struct scan *scan, struct slice text)
{
    for (size_t i = 0; i < scan->reference_count; i++) {
        const struct scan_reference *found = &scan->references[i];
        INVARIANT((found->text == NULL) == (found->problem != NULL));
        INVARIANT(found->spot.offset <= text.len);
        INVARIANT(found->spot.length <= text.len - found->spot.offset);
        struct slice there = slice_first(slice_from(text, found->spot.offset), found->spot.length);
        INVARIANT(!found->is_rewritable || slice_is(there, found->text));
        INVARIANT(found->spot.line > 0 && found->spot.column > 0);
    }
}

static void scan_text(struct slice text)
{
    static const struct scan_options options;
    struct scan scan;
    struct scan_input input = { .text = text, .directory = "" };
    scan_init(&scan, NULL, &options);
    INVARIANT(scan_add_file(&scan, "compose.yaml", "", &input.file, NULL) == ASSAY_OK);
    enum assay_status status = scan_compose(&scan, &input, NULL);
    INVARIANT(status == ASSAY_OK || status == ASSAY_FILE_LIMIT);
    check_references(&scan, text);
    INVARIANT(status != ASSAY_OK || scan_finish(&scan, NULL) == ASSAY_OK);
    scan_clear(&scan);
}

static void read_names(struct slice text)
{
    static const struct scan_options options;
    struct scan scan;
    struct compose run = { .scan = &scan,
                           .arena = ARENA_INIT(LIMIT_COMPOSE_ARENA),
                           .steps = LIMIT_EXPAND_STEPS };
    struct compose_env env = { 0 };
    struct scan_input input = { .text = text, .directory = "" };
    scan_init(&scan, NULL, &options);
    INVARIANT(scan_add_file(&scan, ".env", "", &input.file, NULL) == ASSAY_OK);
    enum assay_status status = compose_env_read(&run, &input, &env, NULL);
    INVARIANT(status == ASSAY_OK || status == ASSAY_JSON_LIMIT); /* a full arena */
    for (size_t i = 0; i < env.count; i++) {
        INVARIANT(i == 0 || slice_compare(env.names[i - 1].name, env.names[i].name) < 0);
        INVARIANT(compose_env_find(&env, env.names[i].name) == env.names[i].value);
    }
    arena_clear(&run.arena);
    scan_clear(&scan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice all = slice_of(data, size);
    size_t end = slice_find(all, '\0');
    scan_text(slice_first(all, end));
    if (end < size) {
        read_names(slice_from(all, end + 1));
    }
    return 0;
}
