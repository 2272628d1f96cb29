/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of a repository: the lists in metadata, and the ring that holds each key decoded once,
 * however many files list it. It is found there by an id that is computed from what a file lists,
 * type and material at least, never by the name that the file gives it.
 */
#ifndef TUF_KEYRING_H
#define TUF_KEYRING_H

#include "tuf/model.h"

struct tuf_keyring {
    struct tuf_key **items; /* by id; the keys stay where they are until the ring is cleared */
    size_t count;
    size_t cap;
};

#define AUTO_KEYRING CLEANUP(tuf_keyring_clear) struct tuf_keyring
void tuf_keyring_clear(struct tuf_keyring *ring);
/* Drops every key that neither list has loaded. */
void tuf_keyring_keep(struct tuf_keyring *ring, const struct tuf_key_list *a,
                      const struct tuf_key_list *b);

/* Decodes a listed key, unless the ring has it. The statuses of the dialect's decode_key and of
 * key_load. A key of an unknown type stays NULL and never counts. */
MUST_CHECK enum assay_status tuf_keyring_load(struct tuf_keyring *ring,
                                              const struct tuf_dialect *dialect,
                                              struct tuf_listed_key *listed,
                                              struct assay_error *err);
/* All keys of a role. */
MUST_CHECK enum assay_status tuf_keyring_load_role(struct tuf_keyring *ring,
                                                   const struct tuf_dialect *dialect,
                                                   struct tuf_role_keys *role,
                                                   struct assay_error *err);

/* How many different keys a loaded role has: one key under two ids is one. Those of unknown type
 * are taken for different ones. */
size_t tuf_role_keys_distinct(const struct tuf_role_keys *role);
/* The identities of a loaded role's keys, as floors remember them; returns how many. */
size_t tuf_role_keys_identities(const struct tuf_role_keys *role,
                                struct digest out[LIMIT_ROLE_KEYS]);

/* Readers of members: a "keys" map into a struct tuf_key_list, and a role's "keyids" and
 * "threshold", the ids being looked up in the list. */
MUST_CHECK enum assay_status tuf_read_key_list(struct tuf_parse *parse, struct tuf_key_list *list,
                                               struct assay_error *err);
MUST_CHECK enum assay_status tuf_read_keyids(struct tuf_parse *parse,
                                             const struct tuf_key_list *list,
                                             struct tuf_role_keys *role, struct assay_error *err);
MUST_CHECK enum assay_status tuf_read_threshold(struct tuf_parse *parse, struct tuf_role_keys *role,
                                                struct assay_error *err);

#endif
