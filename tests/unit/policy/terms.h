/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of policies share. */
#ifndef UNIT_POLICY_TERMS_H
#define UNIT_POLICY_TERMS_H

#include "base/limits.h"
#include "policy/policy.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define HEX_A    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define DIGEST_A "sha256:" HEX_A
#define DIGEST_B "sha256:" HEX_B

/* A policy of scopes alone. */
#define SCOPES(text) "schema: 1\nscopes:\n" text

static inline void load(struct policy_set *set, const char *text, const char *name)
{
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(policy_load_text(set, slice_from_string(text), name, NULL, &err), ASSAY_OK,
                 "%s\n%s", err.message, text);
}

static inline void find(const struct policy_set *set, const char *reference, struct arena *arena,
                        struct policy_terms *out)
{
    struct oci_reference parsed;
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(oci_reference_parse(reference, &parsed, &err), ASSAY_OK, "%s", err.message);
    cr_assert_eq(policy_find(set, &parsed, arena, out, &err), ASSAY_OK, "%s", err.message);
    oci_reference_clear(&parsed);
}

/* A field as text. */
static inline bool says(const struct policy_terms *terms, enum policy_field field, const char *text)
{
    AUTO_BUF shown = BUF_INIT(64 * KIB);
    cr_assert_eq(policy_format_value(field, &terms->values[field], &shown, NULL), ASSAY_OK);
    bool same = strcmp(buf_text(&shown), text) == 0;
    if (!same) {
        cr_log_warn("%s, expected %s", buf_text(&shown), text);
    }
    return same;
}

#endif
