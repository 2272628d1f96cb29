/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one place where unverified metadata becomes verified: enough distinct keys of a role signed
 * the very bytes that are parsed afterwards.
 */
#ifndef TUF_THRESHOLD_H
#define TUF_THRESHOLD_H

#include "tuf/envelope.h"
#include "tuf/model.h"

/* Which of a role's keys signed. */
struct tuf_signers {
    bool signed_it[LIMIT_ROLE_KEYS];
};

/* Made by tuf_threshold_check alone; the role parsers take nothing else. */
struct tuf_verified {
    struct slice signed_bytes; /* borrowed from the file */
    struct tuf_signers signers;
};

/* Checks the file's signatures by the role's keys, which must be loaded: each key once, by its own
 * algorithm. A signature that is not valid is not counted. ASSAY_THRESHOLD when too few are left;
 * name is the role's, for messages. */
MUST_CHECK enum assay_status tuf_threshold_check(struct tuf_unverified *file,
                                                 const struct tuf_role_keys *role, const char *name,
                                                 struct tuf_verified *out, struct assay_error *err);

/* How many different keys signed, by identity; barred ones do not count. */
size_t tuf_signers_distinct(const struct tuf_role_keys *role, const struct tuf_signers *signers);

/* The ids of the keys that signed, for evidence: "ab12..., cd34...". */
void tuf_signers_format(const struct tuf_role_keys *role, const struct tuf_signers *signers,
                        char *out, size_t out_bytes);

/*
 * For a root that nobody has vouched for yet, an anchor, whose keys are within itself: its signed
 * bytes, for tuf_root_parse alone. What comes of it is a claim until tuf_threshold_check held.
 */
struct slice tuf_claimed_root(const struct tuf_unverified *file);

#endif
