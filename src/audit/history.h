/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an audit learned of a repository, as plain data: the versions of each role, who could sign
 * and who did, which tags a role spoke for. Everything in it is owned by its arena and is only ever
 * added to.
 *
 * A version says by itself what vouches for it. Conclusions are drawn from AUDIT_VOUCHED alone;
 * times of publication are claims of somebody and carry their source.
 */
#ifndef AUDIT_HISTORY_H
#define AUDIT_HISTORY_H

#include "base/arena.h"
#include "tuf/model.h"

enum audit_trust {
    AUDIT_VOUCHED, /* signatures lead from the pin to it without a gap */
    /* Nothing leads from the pin to it: a root that is signed as it says itself, or a file by the
     * keys of such roots before the first vouched one. */
    AUDIT_UNVOUCHED,
    AUDIT_INVALID, /* there, and wrong: status and failure say how */
    AUDIT_ABSENT   /* not to be had, though a later version is there or claimed */
};

/* Where a time comes from that nobody signed; the better source has the lower number. */
enum audit_source {
    AUDIT_SOURCE_NONE,        /* not known */
    AUDIT_SOURCE_CHANGEFEED,  /* the server's list of publications */
    AUDIT_SOURCE_MODIFIED,    /* Last-Modified of the answer */
    AUDIT_SOURCE_CERTIFICATE, /* the first day of a certificate that is new in this version */
    AUDIT_SOURCE_LIFETIME     /* the expiry less the role's usual lifetime */
};

struct audit_time {
    int64_t unix_s;
    enum audit_source source;
};

/* A key as some version listed it. One public key may stand under several ids. */
struct audit_key {
    char id[TUF_ID_BYTES];           /* as listed */
    char canonical_id[TUF_ID_BYTES]; /* survives a new certificate */
    struct digest identity;          /* SHA-256 of the public key's SubjectPublicKeyInfo */
    enum key_type type;              /* KEY_TYPE_UNKNOWN: it never verifies anything */
    struct slice material;           /* of the bare key, for key_load; empty if it is unknown */
    const char *algorithm;           /* "ECDSA P-256", "RSA 2048", "Ed25519", "unknown" */
    const char *common_name;         /* of its certificate; "" without one */
    int64_t not_before_unix_s;       /* of its certificate, both; 0 without one */
    int64_t not_after_unix_s;
};

/* Who may sign for a role, as one version of its parent says. */
struct audit_role_keys {
    uint64_t threshold;
    const uint32_t *keys; /* places in history.keys, in the order of the file */
    size_t key_count;
};

/* A role that a version of a targets file delegates to. */
struct audit_delegation {
    const char *name;
    struct audit_role_keys keys;
    const char *const *paths; /* prefixes, sanitised; "" is every name */
    size_t path_count;
};

struct audit_version {
    uint64_t version;
    enum audit_trust trust;
    enum assay_status status; /* ASSAY_OK unless INVALID or ABSENT */
    const char *failure;      /* sanitised; "" where status is ASSAY_OK */
    struct digest sha256;     /* of the file's bytes; DIGEST_NONE when ABSENT */
    uint64_t length;          /* of the file, bytes */
    int64_t expires_unix_s;   /* 0 when it is not known */
    struct audit_time published;
    /* The snapshot version that names these very bytes first, by signed hash; 0: none is known. It
     * orders what happened in different roles. A snapshot names itself. */
    uint64_t first_snapshot;
    /* Keys whose signature on the file is valid: of the role, and in a root also of the root
     * before. Places in history.keys, ascending. */
    const uint32_t *signers;
    size_t signer_count;
    /* Root versions (of a delegation: versions of its parent) whose keys for the role verify it.
     * 0 for roots and where none does. */
    uint64_t parent_first;
    uint64_t parent_last;

    /* ---- a root ---- */
    struct audit_role_keys roles[TUF_TOP_ROLES];
    const uint32_t *unused; /* keys that are listed and that no role names, ascending */
    size_t unused_count;

    /* ---- a targets file ---- */
    const struct audit_delegation *delegations; /* in the order of the file */
    size_t delegation_count;
    uint64_t target_count;
};

struct audit_role {
    const char *name; /* "root", "targets", "targets/releases" */
    /* Ascending; the same version twice only with different bytes, in the order of arrival. */
    struct audit_version *versions;
    size_t count;
    size_t cap;
    uint64_t newest_claimed; /* what the unversioned file says of itself; 0: there is none */
};

/* A tag got a digest, another, or none, in a vouched version of a role. */
struct audit_tag_change {
    const char *role;
    uint64_t version;     /* of the role's file */
    const char *tag;      /* sanitised */
    struct digest before; /* DIGEST_NONE: it was not listed */
    struct digest after;  /* DIGEST_NONE: it is not listed any more */
};

/* A line of the server's changefeed: a claim. */
struct audit_publication {
    int64_t unix_s;
    uint64_t version;     /* of the timestamp; 0: the repository was deleted */
    struct digest sha256; /* of the timestamp's bytes; DIGEST_NONE when deleted */
};

struct audit_history {
    struct arena arena;
    struct audit_key *keys; /* in order of first appearance */
    size_t key_count;
    size_t key_cap;
    uint32_t *keys_by_id; /* places in keys, by id */
    size_t keys_by_id_cap;
    struct audit_role *roles; /* root, timestamp, snapshot, targets, then delegations by name */
    size_t role_count;
    size_t role_cap;
    struct audit_tag_change *tags;
    size_t tag_count;
    size_t tag_cap;
    uint64_t tags_left_out;         /* changes beyond LIMIT_AUDIT_TAG_CHANGES */
    struct audit_publication *feed; /* oldest first */
    size_t feed_count;
    size_t feed_cap;
};

void audit_history_init(struct audit_history *history);
void audit_history_clear(struct audit_history *history);

/* The key's place, which is added if its id is new. */
MUST_CHECK enum assay_status audit_history_key(struct audit_history *history,
                                               const struct tuf_listed_key *listed, uint32_t *out,
                                               struct assay_error *err);
/* The same of a key that another history has. */
MUST_CHECK enum assay_status audit_history_adopt(struct audit_history *history,
                                                 const struct audit_key *from, uint32_t *out,
                                                 struct assay_error *err);
/* The role, which is added if its name is new. Borrowed until the next role is added. */
MUST_CHECK enum assay_status audit_history_role(struct audit_history *history, const char *name,
                                                struct audit_role **out, struct assay_error *err);
/* NULL when nothing is known of it. */
const struct audit_role *audit_history_find(const struct audit_history *history, const char *name);
/* A copy of version at its place. The same version with the same bytes again is left out.
 * ASSAY_ROOT_LIMIT beyond LIMIT_AUDIT_VERSIONS of a role. */
MUST_CHECK enum assay_status audit_role_add(struct audit_role *role,
                                            const struct audit_version *version,
                                            struct assay_error *err);
/* The newest vouched version; NULL when there is none. */
const struct audit_version *audit_role_newest(const struct audit_role *role);
/* The next vouched version behind this one, from the oldest on: NULL begins and ends. */
const struct audit_version *audit_role_next(const struct audit_role *role,
                                            const struct audit_version *version);
/* NULL when the version does not delegate to it, or is NULL itself. */
const struct audit_delegation *audit_version_delegation(const struct audit_version *version,
                                                        const char *name);
/* Who may sign for a role, as this version of its parent says; NULL when it says nothing. */
const struct audit_role_keys *audit_version_keys(const struct audit_version *parent,
                                                 const char *role);
/* The place of the first version that is not lower. */
size_t audit_role_lower(const struct audit_role *role, uint64_t version);
/* Texts and lists that live as long as the history. A text is sanitised. */
MUST_CHECK enum assay_status audit_history_text(struct audit_history *history, struct slice text,
                                                const char **out, struct assay_error *err);
MUST_CHECK enum assay_status audit_history_list(struct audit_history *history, const uint32_t *from,
                                                size_t count, const uint32_t **out,
                                                struct assay_error *err);
/* Takes the better of two claims about a time. */
void audit_time_improve(struct audit_time *time, enum audit_source source, int64_t unix_s);
bool audit_keys_have(const uint32_t *keys, size_t count, uint32_t key);

#endif
