/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metadata in parsed form: plain data that points into the file's bytes and into an arena, both of
 * which belong to whoever keeps the file (struct tuf_taken in machine.h). What is in these structs
 * has the right form; whether it is trusted is the machine's business.
 */
#ifndef TUF_MODEL_H
#define TUF_MODEL_H

#include "tuf/fields.h"
#include "tuf/trusted.h"

/* A key as decoded; owned by the keyring, once for all files that list it. */
struct tuf_key {
    char id[TUF_ID_BYTES]; /* computed, whatever a file calls it */
    char canonical_id[TUF_ID_BYTES];
    enum key_type type;
    struct crypto_key *key;
};

/* A key as a file lists it. It is decoded only if a role names it. */
struct tuf_listed_key {
    struct slice id;
    struct slice object; /* the canonical bytes of the whole key */
    struct json_string keytype;
    enum key_type type;
    enum signature_method method; /* SIGNATURE_UNKNOWN: each signature names its own */
    struct slice material;        /* encoded, as it stands */
    bool has_null_private;
    const struct tuf_key *key; /* NULL: not decoded, or of a type that never verifies anything */
};

struct tuf_key_list {
    struct tuf_listed_key *items;
    size_t count;
};

/* Who may sign for a role. */
struct tuf_role_keys {
    uint64_t threshold;
    struct tuf_listed_key *keys[LIMIT_ROLE_KEYS];
    bool barred[LIMIT_ROLE_KEYS]; /* listed, but the pin does not vouch for it: never counts */
    size_t count;
};

enum tuf_top_role {
    TUF_ROOT,
    TUF_TIMESTAMP,
    TUF_SNAPSHOT,
    TUF_TARGETS,
    TUF_TOP_ROLES
};

extern const char *const tuf_top_role_names[TUF_TOP_ROLES];

struct tuf_root {
    struct tuf_header header;
    struct tuf_key_list keys;
    struct tuf_role_keys roles[TUF_TOP_ROLES];
    uint32_t roles_seen; /* bit of enum tuf_top_role */
};

/* What a snapshot or a timestamp says about files, in byte order of their names. */
struct tuf_meta_entry {
    struct slice name;
    struct tuf_meta meta;
};

struct tuf_meta_map {
    struct tuf_header header;
    struct tuf_meta_entry *entries;
    size_t count;
};

/* A role that a targets file delegates to. */
struct tuf_delegated {
    char name[LIMIT_ROLE_NAME_BYTES + 1];
    struct tuf_role_keys keys;
    struct slice *paths; /* prefixes */
    size_t path_count;
};

struct tuf_delegations {
    struct tuf_key_list keys;
    struct tuf_delegated *items;
    size_t count;
};

/* One entry of a targets file as positions in its signed bytes: a million tags cost 24 MB. */
struct tuf_target_entry {
    uint32_t name;
    uint32_t sha256; /* base64, in the signed bytes */
    uint32_t sha512; /* 0: not given; no text can start there */
    uint16_t name_bytes;
    uint16_t name_is_decoded; /* name is a position in decoded_names, since it was escaped */
    uint64_t length;
};

struct tuf_targets {
    struct tuf_header header;
    struct tuf_delegations delegations;
    struct slice text;                /* the signed bytes */
    struct tuf_target_entry *entries; /* owned; in byte order of their names */
    size_t count;
    size_t cap;
    struct buf decoded_names; /* owned */
};

void tuf_targets_clear(struct tuf_targets *targets);

#endif
