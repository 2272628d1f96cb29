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

static void visit(const struct json_at *at, size_t depth)
{
    struct json_at child;
    const char *text = NULL;
    int64_t number = 0;
    void *iterator = NULL;
    INVARIANT(depth <= LIMIT_JSON_DEPTH);
    switch (json_kind(at)) {
    case JSON_KIND_OBJECT:
        while (json_member(at, &iterator, &child)) {
            struct json_at found;
            INVARIANT(json_find(at, child.key, &found) && found.value == child.value);
            visit(&child, depth + 1);
        }
        break;
    case JSON_KIND_ARRAY:
        for (size_t i = 0; i < json_count(at); i++) {
            json_element(at, i, &child);
            visit(&child, depth + 1);
        }
        break;
    case JSON_KIND_STRING:
        INVARIANT(json_as_string(at, &text, NULL) == ASSAY_OK);
        INVARIANT(strlen(text) <= LIMIT_JSON_STRING_BYTES);
        break;
    case JSON_KIND_INTEGER:
        INVARIANT(json_as_integer(at, -LIMIT_JSON_INTEGER, LIMIT_JSON_INTEGER, &number, NULL) ==
                  ASSAY_OK);
        break;
    case JSON_KIND_NULL:
    case JSON_KIND_BOOL:
        INVARIANT(json_as_object(at, NULL) == ASSAY_SCHEMA);
        break;
    case JSON_KIND_END:
        INVARIANT(json_as_integer(at, 0, 1, &number, NULL) == ASSAY_JSON_NUMBER);
        break;
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
