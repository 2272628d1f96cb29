/* SPDX-License-Identifier: Apache-2.0 */
#include "tuf/machine.h"

#include <inttypes.h>
#include <stdio.h>

void machine_subject(const char *role, uint64_t version, char out[SUBJECT_BYTES])
{
    (void)snprintf(out, SUBJECT_BYTES, "%s version %" PRIu64, role, version);
}

enum assay_status machine_note_failure(const struct tuf_trusted *trusted, enum rule rule,
                                       const char *subject, enum assay_status status,
                                       const struct assay_error *err)
{
    trace_add(trusted->trace, rule, false, subject, "%s: %s", assay_status_id(status),
              err == NULL ? assay_status_sentence(status) : err->message);
    return status;
}

void machine_note_signers(const struct tuf_trusted *trusted, enum rule rule, const char *subject,
                          const struct tuf_role_keys *keys, const struct tuf_signers *signers)
{
    char ids[LIMIT_ROLE_KEYS * (TUF_ID_BYTES + 1)];
    tuf_signers_format(keys, signers, ids, sizeof(ids));
    trace_add(trusted->trace, rule, true, subject,
              "%zu of %zu keys signed, threshold %" PRIu64 ": %s",
              tuf_signers_distinct(keys, signers), keys->count, keys->threshold, ids);
}
