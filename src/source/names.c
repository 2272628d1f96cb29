/* SPDX-License-Identifier: Apache-2.0 */
#include "source/names.h"

#include "oci/reference.h"

enum assay_status names_add(struct names *names, const char *name, struct assay_error *err)
{
    if (names->count++ >= NAMES_SHOWN) {
        return ASSAY_OK;
    }
    return buf_printf(&names->text, err, "%s%.*s", names->count == 1 ? "" : ", ",
                      LIMIT_TAG_BYTES * 2, name[0] == '\0' ? "(without a name)" : name);
}

enum assay_status names_finish(struct names *names, const char **out, struct assay_error *err)
{
    if (names->count > NAMES_SHOWN) {
        TRY(buf_printf(&names->text, err, ", and %zu more", names->count - NAMES_SHOWN));
    }
    *out = names->count == 0 ? "nothing" : buf_text(&names->text);
    return ASSAY_OK;
}

void names_clear(struct names *names)
{
    buf_clear(&names->text);
}

enum assay_status names_claim(const char *name, bool is_short_allowed, char **out,
                              struct assay_error *err)
{
    struct oci_reference reference;
    struct slice written = slice_from_string(name);

    *out = NULL;
    enum assay_status status = oci_reference_parse(name, &reference, NULL);
    if (status == ASSAY_NO_MEMORY) {
        return FAIL_NO_MEMORY(err);
    }
    if (status != ASSAY_OK) {
        return ASSAY_OK;
    }
    bool is_full = slice_find(written, '/') == strlen(reference.registry) &&
                   slice_has_prefix(written, slice_from_string(reference.registry));
    if (!reference.tag_implied && (is_full || is_short_allowed)) {
        *out = STEAL(reference.text);
    }
    oci_reference_clear(&reference);
    return ASSAY_OK;
}
