/* SPDX-License-Identifier: Apache-2.0 */
/* The first look at a file: what loads as Kubernetes is never passed over, also in parts. */
#include "harness.h"

#include "scan/kind.h"
#include "json/yaml.h"

static bool is_kubernetes(struct slice text)
{
    CLEANUP(yaml_file_clear) struct yaml_file file = { 0 };
    struct yaml_mark where;
    bool is_one = false;
    if (yaml_load(text, &file, &where, NULL) != ASSAY_OK) {
        return false;
    }
    for (size_t i = 0; i < file.count; i++) {
        is_one |= yaml_find(file.documents[i], "apiVersion") != NULL &&
                  yaml_find(file.documents[i], "kind") != NULL;
    }
    return is_one;
}

/* As a file that is larger than the room for it is read. */
static bool may_be_in_parts(struct slice text, size_t part)
{
    unsigned signs = 0;
    bool may_be = false;
    for (size_t at = 0; at < text.len && !may_be; at += part) {
        size_t kept = at < SCAN_SIGN_OVERLAP ? at : SCAN_SIGN_OVERLAP;
        may_be =
            scan_may_be_kubernetes(slice_first(slice_from(text, at - kept), part + kept), &signs);
    }
    return may_be;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = { data, size };
    enum scan_kind kind = SCAN_KIND_CONTENT;
    unsigned signs = 0;
    bool may_be = scan_may_be_kubernetes(text, &signs);
    if (is_kubernetes(text)) {
        INVARIANT(may_be);
    }
    if (may_be) {
        INVARIANT(may_be_in_parts(text, 1 + size / 3));
    }
    INVARIANT(scan_kind_of_text(text, &kind, NULL) == ASSAY_OK);
    INVARIANT(kind != SCAN_KIND_CONTENT && kind != SCAN_KIND_LIST);
    (void)scan_kind_of_name("", text);
    return 0;
}
