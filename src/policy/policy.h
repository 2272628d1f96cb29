/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies: what a reference, its trust and its image must be like to pass.
 *
 * A policy is a YAML or JSON file, assay-policy(5). It has scopes, from least to most specific "*",
 * a registry or namespace at any depth ("prefix/" and a star, as a pin's pattern), a repository
 * "registry/name", and a reference "registry/name:tag", "registry/name@sha256:HEX" or both; each
 * holds fields in groups (fields.def), "reject: reason" (nothing passes; "reject: false" lifts that
 * of a wider scope) and "allow" (digests that pass without signature, each with reason and until).
 * A file may name the profile that it builds on.
 *
 * Names are normalised as references are ("alpine" is docker.io/library/alpine). Each field is
 * decided by the most specific scope that sets it, within a file first its own scopes, then its
 * profile's. Several files hold together: of their values the stricter one counts (fields.def), so
 * that a later file can only tighten. Unknown and duplicate keys refuse the whole file.
 * Without any policy the defaults hold, which are closed: signed, by a pinned root, with a digest.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "base/arena.h"
#include "base/buf.h"
#include "oci/reference.h"

enum policy_kind {
    POLICY_CHOICE,
    POLICY_SAME,
    POLICY_LEAST,
    POLICY_MOST,
    POLICY_ANY,
    POLICY_ALL
};

enum policy_field {
#define X(name, group, key, kind, choices, fallback, summary) POLICY_##name,
#include "policy/fields.def"
#undef X
    POLICY_FIELD_COUNT
};

struct policy_field_row {
    const char *group;
    const char *key;
    enum policy_kind kind;
    const char *choices; /* separated by blanks */
    int64_t fallback;    /* what number is where nobody says */
    const char *summary;
};
const struct policy_field_row *policy_field_row(enum policy_field field);

enum policy_digest {
    POLICY_DIGEST_OPTIONAL,
    POLICY_DIGEST_REQUIRED
};
enum policy_latest {
    POLICY_LATEST_ALLOWED,
    POLICY_LATEST_FORBIDDEN
};
enum policy_first_use {
    POLICY_FIRST_USE_ACCEPT,
    POLICY_FIRST_USE_REJECT
};
enum policy_ignores {
    POLICY_IGNORES_ACCEPTED,
    POLICY_IGNORES_REFUSED
};
enum policy_user {
    POLICY_USER_ANY,
    POLICY_USER_NON_ROOT,
    POLICY_USER_NUMERIC
};
enum policy_secrets {
    POLICY_SECRETS_ALLOWED,
    POLICY_SECRETS_FORBIDDEN
};

/* Where a value stands. */
struct policy_origin {
    const char *file;  /* "assay.yaml", "profile production"; "" for a default */
    const char *scope; /* as written */
};

struct policy_value {
    bool is_set;        /* false: nobody says; number is the default */
    int64_t number;     /* CHOICE: place in choices; LEAST and MOST: as written, days for ages */
    const char **texts; /* SAME: one; ANY and ALL: the list */
    size_t text_count;
    struct policy_origin origin; /* of the strictest, or of the first of equals */
    bool conflict;               /* SAME: two files differ; ANY: nothing stands in both */
};

/* A digest that passes without signature. */
struct policy_allowed {
    struct digest digest;
    const char *reason;
    int64_t until_unix_s; /* the end of the day it names */
    struct policy_origin origin;
};

/* What holds for one reference. Borrowed from the set and from the arena it was made in. */
struct policy_terms {
    struct policy_value values[POLICY_FIELD_COUNT];
    const char *reject; /* why nothing passes; NULL: it may */
    struct policy_origin reject_origin;
    const struct policy_allowed *allowed; /* the entry for this reference's digest; NULL: none, or
                                             not every file that asks for trust has one */
};

struct policy_set;

MUST_CHECK enum assay_status policy_set_new(struct policy_set **out, struct assay_error *err);
void policy_set_free(struct policy_set *set);
#define AUTO_POLICY_SET CLEANUP(policy_set_cleanup) struct policy_set *
void policy_set_cleanup(struct policy_set **set);

/* Adds a file. ASSAY_POLICY_INVALID names file, line, column and what is wrong; ASSAY_FILE_IO. A
 * root that is a file is read relative to the policy's own directory, which must hold it. */
MUST_CHECK enum assay_status policy_load(struct policy_set *set, const char *path,
                                         struct assay_error *err);
/* Adds a policy from memory. directory: for root files; NULL: they are refused. */
MUST_CHECK enum assay_status policy_load_text(struct policy_set *set, struct slice text,
                                              const char *name, const char *directory,
                                              struct assay_error *err);
/* As policy_load, of a file that those under judgement may have written, and that is no link.
 * Beside others it can only tighten: it stands against what they leave to the defaults too, so that
 * it cannot accept a first root, name a server or a root, or allow a digest by itself. Alone it is
 * like any other. */
MUST_CHECK enum assay_status policy_load_project(struct policy_set *set, const char *path,
                                                 struct assay_error *err);
/* ASSAY_POLICY_INVALID where some image can never pass, because two files ask for what cannot hold
 * together. */
MUST_CHECK enum assay_status policy_check_together(const struct policy_set *set,
                                                   struct assay_error *err);
size_t policy_count(const struct policy_set *set);
const char *policy_file_name(const struct policy_set *set, size_t file);
/* The scopes of one file in its order, then those of its profile. */
size_t policy_scope_count(const struct policy_set *set, size_t file);
struct policy_origin policy_scope_at(const struct policy_set *set, size_t file, size_t scope);

/* What holds for a reference; lists that had to be combined go into the arena. */
MUST_CHECK enum assay_status policy_find(const struct policy_set *set,
                                         const struct oci_reference *reference, struct arena *arena,
                                         struct policy_terms *out, struct assay_error *err);

/* "required", "30d", "a, b": a value as a policy would have it; nothing where nothing is asked. */
MUST_CHECK enum assay_status policy_format_value(enum policy_field field,
                                                 const struct policy_value *value, struct buf *out,
                                                 struct assay_error *err);

/* A shipped profile's text; NULL for an unknown name. */
const char *policy_profile(const char *name);
/* The names of all, NULL behind the last. */
const char *policy_profile_name(size_t index);

/* From another tool's policy to ours, as YAML: containers' policy.json, or the trust_pinning of a
 * notary configuration. What cannot be carried over becomes a comment that says so, and a scope
 * that rejects. ASSAY_POLICY_INVALID. */
MUST_CHECK enum assay_status policy_import(struct slice text, const char *name, struct buf *out,
                                           struct assay_error *err);

#endif
