/* SPDX-License-Identifier: Apache-2.0 */
/* The strict reader, the canonical writer and the tree judge the same text alike. */
#include "harness.h"

#include "base/limits.h"
#include "json/canonical.h"
#include "json/tree.h"

static enum assay_status skim(struct slice text, struct slice *span)
{
    struct json_reader reader;
    struct assay_error err = ERROR_INIT;
    json_reader_init(&reader, text, LIMIT_JSON_NODES);
    enum assay_status status = json_skip(&reader, span, &err);
    if (status == ASSAY_OK) {
        status = json_finish(&reader, &err);
    }
    INVARIANT(err.status == status);
    return status;
}

static void check_scalar(const struct json_at *at, enum json_kind kind)
{
    const char *text = NULL;
    int64_t number = 0;
    enum assay_status as_string = json_as_string(at, &text, NULL);
    enum assay_status as_integer =
        json_as_integer(at, -LIMIT_JSON_INTEGER, LIMIT_JSON_INTEGER, &number, NULL);
    INVARIANT((as_string == ASSAY_OK) == (kind == JSON_KIND_STRING));
    INVARIANT((as_integer == ASSAY_OK) == (kind == JSON_KIND_INTEGER));
    INVARIANT((as_integer == ASSAY_JSON_NUMBER) == (kind == JSON_KIND_END));
    INVARIANT(text == NULL || strlen(text) <= LIMIT_JSON_STRING_BYTES);
}

/* NOLINTNEXTLINE(misc-no-recursion): the tree is at most LIMIT_JSON_DEPTH deep. */
static void visit(const struct json_at *at, size_t depth)
{
    struct json_at child;
    struct json_at found;
    void *iterator = NULL;
    enum json_kind kind = json_kind(at);
    INVARIANT(depth <= LIMIT_JSON_DEPTH);
    if (kind == JSON_KIND_OBJECT) {
        while (json_member(at, &iterator, &child)) {
            INVARIANT(json_find(at, child.key, &found) && found.value == child.value);
            visit(&child, depth + 1);
        }
    } else if (kind == JSON_KIND_ARRAY) {
        for (size_t i = 0; i < json_count(at); i++) {
            json_element(at, i, &child);
            visit(&child, depth + 1);
        }
    } else {
        check_scalar(at, kind);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of(data, size);
    struct slice span = SLICE_EMPTY;
    AUTO_BUF canonical = BUF_INIT(MIB);
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    enum assay_status read = skim(text, &span);
    enum assay_status made = json_canonicalise(text, LIMIT_JSON_NODES, &canonical, NULL);
    enum assay_status loaded = json_tree_load(text, "input", &tree, &root, NULL);
    INVARIANT((tree != NULL) == (loaded == ASSAY_OK));

    /* The reader accepts exactly what already is canonical. */
    INVARIANT(read != ASSAY_OK || made == ASSAY_OK);
    if (made == ASSAY_OK) {
        INVARIANT((read == ASSAY_OK) == slice_equal(buf_slice(&canonical), span));
    }
    /* The tree takes what has a canonical form, and numbers that have none. */
    if (made == ASSAY_OK) {
        INVARIANT(loaded == ASSAY_OK || loaded == ASSAY_SCHEMA);
    } else if (made != ASSAY_JSON_NUMBER) {
        INVARIANT(loaded != ASSAY_OK);
    }
    if (loaded == ASSAY_OK) {
        visit(&root, 0);
    }
    return 0;
}
