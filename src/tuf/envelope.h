/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The envelope {"signed":...,"signatures":[...]}: what stands beside the signed part, and where the
 * signed part is. It is an object of exactly these two members, in either order.
 *
 * signed_bytes is canonical: a slice of the file where the file already is, else of the canonical
 * form of the whole file. These bytes are hashed, signed and parsed; there are no others.
 */
#ifndef TUF_ENVELOPE_H
#define TUF_ENVELOPE_H

#include "base/buf.h"
#include "tuf/fields.h"

struct tuf_signature {
    struct slice keyid;
    enum signature_method method; /* SIGNATURE_UNKNOWN: it is the key's */
    struct slice bytes;           /* decoded; empty where none is given, which is never valid */
    /* The key by which it was found valid: a root is held against its own keys and those of the
     * root before, which often are the same. Borrowed from the keyring; NULL: not known. */
    const struct tuf_key *valid_by;
};

/* The member that signatures of every dialect have. */
MUST_CHECK enum assay_status tuf_read_signature_keyid(struct tuf_parse *parse, void *into,
                                                      struct assay_error *err);

/* A file of which only the form is known. Nothing but threshold.c may look into signed_bytes. */
struct tuf_unverified {
    struct signature_message message; /* the signed bytes and their hash */
    struct tuf_signature signatures[LIMIT_SIGNATURES];
    size_t signature_count;
    struct arena arena;   /* keyids and signature bytes */
    struct buf canonical; /* owned; empty when the file itself is canonical */
};

#define AUTO_UNVERIFIED CLEANUP(tuf_unverified_clear) struct tuf_unverified
void tuf_unverified_clear(struct tuf_unverified *file);

/* bytes is borrowed as long as *out lives. max_nodes bounds the JSON values of the file.
 * ASSAY_JSON_*, ASSAY_SCHEMA. */
MUST_CHECK enum assay_status tuf_envelope_read(struct slice bytes,
                                               const struct tuf_dialect *dialect,
                                               uint64_t max_nodes, struct tuf_unverified *out,
                                               struct assay_error *err);

#endif
