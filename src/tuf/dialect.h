/* SPDX-License-Identifier: Apache-2.0 */
/* What differs between kinds of TUF metadata: words, encodings, key ids, extra rules for root.
 * Everything that is Notary's own is in dialect_notary.c, and plain TUF's in dialect_tuf.c. */
#ifndef TUF_DIALECT_H
#define TUF_DIALECT_H

#include "base/buf.h"
#include "crypto/signature.h"
#include "json/reader.h"

#define TUF_ID_BYTES DIGEST_HEX_BYTES

struct tuf_field;      /* fields.h */
struct tuf_listed_key; /* model.h */

/* The members of an object whose shape is the dialect's; they are read into the struct named. */
struct tuf_shape {
    const struct tuf_field *fields;
    size_t count;
};

struct tuf_dialect {
    const char *name; /* "notary", "tuf" */
    /* The _type of each role, exact: "Root" or "root", and so on. */
    const char *type_root;
    const char *type_timestamp;
    const char *type_snapshot;
    const char *type_targets;
    struct tuf_shape root;      /* struct tuf_root */
    struct tuf_shape key;       /* struct tuf_listed_key */
    struct tuf_shape signature; /* struct tuf_signature */
    /* A listed key of known type as key_load wants it, and the id that is computed from what it
     * is. ASSAY_KEY_ID when it may not stand under the id that it is listed under. */
    enum assay_status (*decode_key)(const struct tuf_listed_key *listed, struct buf *material,
                                    char id[TUF_ID_BYTES], struct assay_error *err);
    /* The id that survives a new certificate around the same key. */
    enum assay_status (*canonical_id)(const struct crypto_key *key, char out[TUF_ID_BYTES],
                                      struct assay_error *err);
    /* Names in a snapshot and timestamp: "targets/releases" here, "x.json" elsewhere. */
    const char *meta_suffix;
    /* A root's keys: Notary wants certificates whose CN is the GUN (or a prefix ending in "/" and
     * '*'). Names and algorithms of every root of the chain. NULL: root keys are bare keys. */
    enum assay_status (*check_root_key)(const struct crypto_key *key, const char *gun,
                                        struct assay_error *err);
    /* The dates, of the last root only; NULL as well. */
    enum assay_status (*check_root_key_dates)(const struct crypto_key *key, int64_t now_unix_s,
                                              struct assay_error *err);
    /* A delegated role's name and that it is a child of parent. ASSAY_ROLE_NAME. */
    enum assay_status (*check_delegation_name)(struct slice name, const char *parent,
                                               struct assay_error *err);
};

extern const struct tuf_dialect tuf_dialect_notary;
extern const struct tuf_dialect tuf_dialect_tuf; /* roots only */

#endif
