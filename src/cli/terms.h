/* SPDX-License-Identifier: Apache-2.0 */
/* What the policies say of one reference, for people and for programs. */
#ifndef CLI_TERMS_H
#define CLI_TERMS_H

#include "cli/answer.h"
#include "cli/policies.h"

struct terms {
    struct policy_set *set;
    struct arena arena; /* of combined lists */
    struct policy_terms found;
};

void terms_clear(struct terms *terms);
/* The policies that --policy and --project name, the system's and the user's. */
MUST_CHECK enum assay_status terms_load(struct cli *cli, struct terms *out,
                                        struct assay_error *err);
/* What they say of a reference. */
MUST_CHECK enum assay_status terms_find(const struct oci_reference *reference, struct terms *terms,
                                        struct assay_error *err);

#define TERMS_FIELDS (POLICY_FIELD_COUNT + 2)

/* "VALUE (FILE, scope SCOPE)" of everything that is asked for; at most TERMS_FIELDS. */
MUST_CHECK enum assay_status terms_fields(const struct terms *terms, struct arena *arena,
                                          struct report_field *out, size_t *count,
                                          struct assay_error *err);
/* {"files":[...],"reject":...,"allowed":...,"fields":[...]} */
struct json_new *terms_json(const struct terms *terms);

#endif
