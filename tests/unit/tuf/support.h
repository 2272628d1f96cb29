/* SPDX-License-Identifier: Apache-2.0 */
/* Makes signed metadata from text: a role's signed part is written in canonical form, edited as a
 * case wants it, signed with test keys, and named by its parents with its true hashes. */
#ifndef TUF_TEST_SUPPORT_H
#define TUF_TEST_SUPPORT_H

#include "base/arena.h"
#include "base/error.h"
#include "tuf/trusted.h"

#include <openssl/evp.h>

#define TEST_GUN "reg.test/acme/app"
#define TEST_NOW 1795000000LL /* 2026-11-18 */

struct maker_key {
    const char *type;
    EVP_PKEY *pkey;
    const char *material; /* base64 */
    const char *listing;  /* "ID":{"keytype":...} */
    char id[65];
};

/* Formats into the arena; the test fails when that fails. */
const char *say(struct arena *arena, const char *format, ...) PRINTF(2, 3);
const char *base64_of(struct arena *arena, const void *bytes, size_t len);
const char *hex_of(struct arena *arena, const void *bytes, size_t len);
/* Replaces every occurrence; the test fails when there is none. */
const char *replace_all(struct arena *arena, const char *text, const char *from, const char *to);

struct maker_key *make_ec_key(struct arena *arena);
struct maker_key *make_ed25519_key(struct arena *arena);
/* The key in a certificate for the name, valid from now + from_s to now + to_s. */
struct maker_key *make_certificate(struct arena *arena, struct maker_key *around, const char *name,
                                   long from_s, long to_s);
struct maker_key *make_ca(struct arena *arena);
/* As make_certificate, issued by a CA. */
struct maker_key *make_issued(struct arena *arena, struct maker_key *around,
                              const struct maker_key *ca, const char *name, long from_s, long to_s);
void drop_key(struct maker_key *key);
/* Its DER SubjectPublicKeyInfo. */
struct slice spki_of(struct arena *arena, const struct maker_key *key);

const char *sign_text(struct arena *arena, const struct maker_key *key, const char *text);
/* {"signed":TEXT,"signatures":[...]}; keys end with NULL. */
const char *sign_file(struct arena *arena, const char *text, struct maker_key *const *keys);
/* "hashes":{...},"length":N of a file */
const char *meta_of(struct arena *arena, const char *file);

enum file {
    FILE_ROOT,
    FILE_TIMESTAMP,
    FILE_SNAPSHOT,
    FILE_TARGETS,
    FILE_RELEASES,
    FILES
};

/* Text to be replaced in one file: in its signed part, which is then signed, or in the whole file
 * afterwards (its parents name the edited file). */
struct edit {
    enum file file;
    const char *from;
    const char *to;
    bool after_signing;
};

struct keys {
    struct maker_key *root, *root2, *timestamp, *snapshot, *targets, *releases, *other;
};
void make_keys(struct arena *arena, struct keys *keys);
void drop_keys(struct keys *keys);

struct repo {
    const char *files[FILES];
    const char *texts[FILES]; /* the signed parts */
};

/* "@root", "@releases"... in a text of a case stand for the ids of these keys, "@root2:listing" for
 * the whole member of "keys". */
const char *expand(struct arena *arena, const struct keys *keys, const char *text);

/* GUN reg.test/acme/app, root v3 (key root), timestamp v7, snapshot v5, targets v4 (tags 1.0 and
 * base), targets/releases v2 (tag 1.0 and 2.0, another digest). */
void make_repo(struct arena *arena, const struct keys *keys, const struct edit *edits, size_t count,
               struct repo *out);
/* The signed part of a root. */
const char *root_text(struct arena *arena, const struct keys *keys, unsigned version);

struct slice text_slice(const char *text);

/* Feeds a machine with the repository, releases included; the first status that is not ASSAY_OK. */
enum assay_status feed(struct tuf_trusted *machine, const struct repo *repo,
                       const struct tuf_pin *pin, struct assay_error *err);
struct tuf_trusted *new_machine(const struct tuf_floors *floors, struct trace *trace);

#endif
