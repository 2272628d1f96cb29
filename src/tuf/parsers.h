/* SPDX-License-Identifier: Apache-2.0 */
/* The parsers of the kinds of role files: verified bytes in, plain data out (model.h). They check
 * the form, all of it, and what can be told from the file alone. */
#ifndef TUF_PARSERS_H
#define TUF_PARSERS_H

#include "tuf/keyring.h"
#include "tuf/threshold.h"

/* The only one to take bytes that are not verified: see tuf_claimed_root. Keys are listed, not
 * loaded. ASSAY_TYPE, ASSAY_SCHEMA, ASSAY_VERSION, ASSAY_THRESHOLD_CONFIG (0), ... */
MUST_CHECK enum assay_status tuf_root_parse(struct slice signed_bytes,
                                            const struct tuf_dialect *dialect, struct arena *arena,
                                            struct tuf_root *out, struct assay_error *err);
/* Members that roots of every dialect have, for the table in dialect->root. */
MUST_CHECK enum assay_status tuf_read_root_consistent(struct tuf_parse *parse, void *into,
                                                      struct assay_error *err);
MUST_CHECK enum assay_status tuf_read_root_keys(struct tuf_parse *parse, void *into,
                                                struct assay_error *err);
MUST_CHECK enum assay_status tuf_read_root_roles(struct tuf_parse *parse, void *into,
                                                 struct assay_error *err);
/* Loads the keys of the four roles and holds thresholds against them: ASSAY_THRESHOLD_CONFIG when
 * a role asks for more distinct keys than it has. */
MUST_CHECK enum assay_status tuf_root_load_keys(struct tuf_root *root, struct tuf_keyring *ring,
                                                const struct tuf_dialect *dialect,
                                                struct assay_error *err);

/* ASSAY_SCHEMA when there is no "snapshot". */
MUST_CHECK enum assay_status tuf_timestamp_parse(const struct tuf_verified *verified,
                                                 const struct tuf_dialect *dialect,
                                                 struct arena *arena, struct tuf_meta_map *out,
                                                 struct assay_error *err);
/* ASSAY_ROLE_MISSING when there is no "root" or "targets". */
MUST_CHECK enum assay_status tuf_snapshot_parse(const struct tuf_verified *verified,
                                                const struct tuf_dialect *dialect,
                                                struct arena *arena, struct tuf_meta_map *out,
                                                struct assay_error *err);
/* NULL when the map does not name the role. */
const struct tuf_meta *tuf_meta_map_find(const struct tuf_meta_map *map,
                                         const struct tuf_dialect *dialect, const char *role);

/* Top-level targets and delegations; role is the file's own, whose children it may delegate to.
 * verified's bytes are borrowed by *out, which the caller clears. */
MUST_CHECK enum assay_status tuf_targets_parse(const struct tuf_verified *verified,
                                               const struct tuf_dialect *dialect, const char *role,
                                               struct arena *arena, struct tuf_targets *out,
                                               struct assay_error *err);
/* NULL when the file does not list the name. */
const struct tuf_target_entry *tuf_targets_find(const struct tuf_targets *targets,
                                                struct slice name);
MUST_CHECK enum assay_status tuf_targets_get(const struct tuf_targets *targets,
                                             const struct tuf_target_entry *entry,
                                             struct tuf_target *out, struct assay_error *err);

/* ---- members that several files share ---- */

/* {"length":...,"hashes":{...}}: length and hashes with their texts. */
struct tuf_file_meta {
    struct tuf_meta meta;
    struct slice sha256_text; /* base64, in the signed bytes */
    struct slice sha512_text; /* empty: not given */
};

/* ASSAY_SCHEMA, ASSAY_DIGEST_ALGORITHM when hashes are given, but no sha256. */
MUST_CHECK enum assay_status tuf_read_file_meta(struct tuf_parse *parse, struct tuf_file_meta *out,
                                                struct assay_error *err);
/* The "delegations" of a targets file, whose role is parse->role. */
MUST_CHECK enum assay_status
tuf_read_delegations(struct tuf_parse *parse, struct tuf_delegations *out, struct assay_error *err);

#endif
