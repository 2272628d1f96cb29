/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever is accepted as a reference is normalised, and stays what it is when read again. */
#include "harness.h"

#include "base/mem.h"
#include "oci/reference.h"

static void check_accepted(const struct oci_reference *first)
{
    struct oci_reference second;

    INVARIANT(strlen(first->repository) <= LIMIT_NAME_BYTES);
    INVARIANT((first->tag == NULL) <= (first->digest.alg != DIGEST_NONE));
    INVARIANT(first->tag == NULL || oci_tag_is_valid(slice_from_string(first->tag)));
    INVARIANT(slice_has_prefix(slice_from_string(first->text), slice_from_string(first->name)));
    INVARIANT(strstr(first->repository, "..") == NULL);
    for (const char *c = first->text; *c != '\0'; c++) {
        INVARIANT(*c > ' ' && *c <= '~' && *c != '%' && *c != '\\' && *c != '?' && *c != '#');
    }
    INVARIANT(oci_reference_parse(first->text, &second, NULL) == ASSAY_OK);
    INVARIANT(strcmp(first->text, second.text) == 0);
    INVARIANT(strcmp(first->name, second.name) == 0);
    oci_reference_clear(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct oci_reference reference;
    struct assay_error err = ERROR_INIT;
    char *text = mem_alloc(size + 1, 1);

    if (text == NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(text, data, size);
    }
    enum assay_status status = oci_reference_parse(text, &reference, &err);
    INVARIANT(status == err.status);
    INVARIANT(status == ASSAY_OK || status == ASSAY_REFERENCE);
    if (status == ASSAY_OK) {
        check_accepted(&reference);
    }
    oci_reference_clear(&reference);
    status = oci_name_parse(text, &reference, NULL);
    INVARIANT(status != ASSAY_OK || reference.tag_implied);
    oci_reference_clear(&reference);
    mem_free(text);
    return 0;
}
