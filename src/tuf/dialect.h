/* SPDX-License-Identifier: Apache-2.0 */
/* What differs between kinds of TUF metadata: words, encodings, key ids, extra rules for root.
 * Everything that is Notary's own is in dialect_notary.c. */
#ifndef TUF_DIALECT_H
#define TUF_DIALECT_H

#include "crypto/signature.h"
#include "json/reader.h"

#define TUF_ID_BYTES 65 /* 64 hex digits and NUL */

struct tuf_key;  /* model.h */
struct tuf_root; /* model.h */

struct tuf_dialect {
    const char *name; /* "notary" */
    /* The _type of each role, exact: "Root", "Timestamp", "Snapshot", "Targets". */
    const char *type_root;
    const char *type_timestamp;
    const char *type_snapshot;
    const char *type_targets;
    /* The keytype and method words; KEY_TYPE_UNKNOWN and SIGNATURE_UNKNOWN for others. method is
     * compared after folding ASCII case, as Notary does. */
    enum key_type (*key_type)(struct json_string word);
    enum signature_method (*method)(struct json_string word);
    /* The id under which a key must be listed, computed from its type and material. */
    enum assay_status (*key_id)(enum key_type type, struct slice material, char out[TUF_ID_BYTES],
                                struct assay_error *err);
    /* The id that survives a new certificate around the same key. */
    enum assay_status (*canonical_id)(const struct crypto_key *key, char out[TUF_ID_BYTES],
                                      struct assay_error *err);
    /* Names in a snapshot and timestamp: "targets/releases" here, "x.json" elsewhere. */
    const char *meta_suffix;
    /* A root's keys: Notary wants certificates whose CN is the GUN (or a prefix ending in "/" and
     * '*'). Names and algorithms of every root of the chain. */
    enum assay_status (*check_root_key)(const struct crypto_key *key, const char *gun,
                                        struct assay_error *err);
    /* The dates, of the last root only. */
    enum assay_status (*check_root_key_dates)(const struct crypto_key *key, int64_t now_unix_s,
                                              struct assay_error *err);
    /* A delegated role's name and that it is a child of parent. ASSAY_ROLE_NAME. */
    enum assay_status (*check_delegation_name)(struct slice name, const char *parent,
                                               struct assay_error *err);
};

extern const struct tuf_dialect tuf_dialect_notary;

#endif
