/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole signed repositories in memory: metadata of all roles and the images they vouch for.
 *
 * repo_base makes unsigned documents that are linked by name only. repo_seal then goes from the
 * layers up to the timestamp: fills in the hashes and lengths of what a document names, lets the
 * hooks change it, signs it, lets them change what was signed, writes it. So a change anywhere is
 * carried up by everything above it, correctly signed, unless a hook says otherwise.
 */
#ifndef SUPPORT_REPO_H
#define SUPPORT_REPO_H

#include "keys.h"

#define REPO_SIGNERS 8
#define REPO_LINKS   8
#define REPO_FILES   340

/* In the order of sealing: everything names only what stands before it. */
enum file_kind {
    FILE_LAYER,
    FILE_CONFIG,
    FILE_MANIFEST,
    FILE_INDEX,
    FILE_ROOT,
    FILE_TARGETS, /* delegations as well */
    FILE_SNAPSHOT,
    FILE_TIMESTAMP
};

enum link_kind {
    LINK_META,       /* length and both hashes in base64 */
    LINK_TARGET,     /* length and sha256 in base64 */
    LINK_DESCRIPTOR, /* size and digest */
    LINK_DIFF_ID     /* the digest of a layer before compression */
};

struct repo_link {
    enum link_kind kind;
    const char *pointer; /* of the object that is filled in */
    const char *file;
};

struct repo_file {
    const char *name; /* "3.root", "timestamp", "targets/releases", "index", "amd64" */
    enum file_kind kind;
    struct node *doc; /* of a role: what is signed; NULL: bytes are given */
    enum node_form form;
    const struct meta_key *signers[REPO_SIGNERS];
    size_t signer_count;
    struct repo_link links[REPO_LINKS];
    size_t link_count;
    struct slice plain; /* of a layer: before compression */
    struct slice bytes; /* the finished file */
};

struct repo_hooks {
    void *ctx;
    void (*before)(void *ctx, struct repo_file *file);                       /* unsigned */
    void (*after)(void *ctx, struct repo_file *file, struct node *envelope); /* signed */
    void (*bytes)(void *ctx, struct repo_file *file);                        /* written */
};

struct repo {
    struct pool *pool;
    struct keyring *ring;
    const char *gun;
    int64_t made_unix_s;
    bool sha512; /* of descriptors */
    bool sha512_diff_ids;
    struct repo_file *files[REPO_FILES];
    size_t file_count;
};

struct repo_spec {
    const char *gun;
    int64_t made_unix_s;
    unsigned root_threshold; /* 1: key root-a; 2: root-a and root-b */
    unsigned root_versions;  /* 1, or 3 with rotated targets and snapshot keys */
    bool delegation;         /* targets/releases signs the tags; otherwise targets does */
    int64_t timestamp_days;  /* how long it lives */
    int64_t role_days;       /* targets, delegations and snapshot */
    int64_t root_days;       /* root and its certificates */
    bool sha512;             /* the image's descriptors; the signed digest never is */
    bool sha512_diff_ids;
    unsigned later; /* by how many versions the timestamp is newer than usual */
};

/* reg.test/acme/app, made on 2027-01-10: what the cases start from. */
extern const struct repo_spec repo_spec_acme;

void repo_base(struct repo *repo, struct pool *pool, struct keyring *ring,
               const struct repo_spec *spec);
void repo_seal(struct repo *repo, const struct repo_hooks *hooks);
/* Only the files of this kind and of those that come after it. */
void repo_seal_from(struct repo *repo, enum file_kind first, const struct repo_hooks *hooks);

/* {"signed","signatures"} by the file's signers. */
struct node *repo_sign(struct pool *pool, const struct repo_file *file);

/* Never NULL. "root" is the last root. */
struct repo_file *repo_file(struct repo *repo, const char *name);
struct repo_file *repo_find(struct repo *repo, const char *name); /* or NULL */
struct repo_file *repo_add(struct repo *repo, const char *name, enum file_kind kind,
                           struct node *doc);
void repo_link(struct repo_file *file, enum link_kind kind, const char *pointer,
               const char *target);
/* The last root's version. */
unsigned repo_root_version(const struct repo *repo);
/* A copy of root version FROM as version TO; the signers are kept. */
struct repo_file *repo_copy_root(struct repo *repo, unsigned from, unsigned to);

/* The key by its name in vectors/keys: names that start with "root" are wrapped in a certificate
 * for the GUN, others are bare. */
const struct meta_key *repo_key(struct repo *repo, const char *name);
/* Lists the keys under the document's keys, and as the role's with the threshold. */
void root_set_role(struct repo *repo, struct node *root, const char *role,
                   const struct meta_key *const *keys, size_t count, long long threshold);
/* A role as targets: {"_type":"Targets",...} without targets and delegations. */
struct node *targets_new(struct repo *repo, long long version, int64_t expires_unix_s);
void targets_delegate(struct repo *repo, struct node *targets, const char *role,
                      const struct meta_key *const *keys, size_t count, long long threshold,
                      const char *path);
/* Adds an entry for the file to a role of the repository. */
void targets_add(struct repo *repo, const char *role, const char *tag, const char *file);

/* "2027-01-10T00:00:00Z" */
char *time_text(struct pool *pool, int64_t unix_s);

/* ---- image.c ---- */

/* index, amd64 and arm64 manifests, config-amd64, config-arm64, layer-0, layer-1 */
void repo_add_image(struct repo *repo);

/* ---- tar.c ---- */

/* A regular file of mode 0644, without owner and time. */
void tar_add(struct text *out, const char *name, struct slice content);
void tar_end(struct text *out);
/* The image of one architecture, saved under the reference as a file that docker loads. */
void repo_write_docker_archive(struct repo *repo, const char *out, const char *architecture,
                               const char *reference);

/* ---- layout.c ---- */

/* OUT/tuf/GUN/metadata/: as Docker and notary keep it. */
void repo_write_cache(const struct repo *repo, const char *out);
/* OUT/v2/GUN/_trust/tuf/: as a server serves it, with numbered roots and hashed names. */
void repo_write_server(const struct repo *repo, const char *out);
/* An OCI layout with the index under the reference. */
void repo_write_oci(struct repo *repo, const char *out, const char *reference);
/* The names under which a file is served: the plain one, the numbered or hashed one. */
size_t repo_served_names(const struct repo *repo, const struct repo_file *file,
                         const char *names[3]);

#endif
