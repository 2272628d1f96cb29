/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs cases: a repository from tests/support, changed by a case's operations, is served by a
 * scripted network to the real session, with a fixed clock and a state directory of its own. Every
 * case asserts one exact status and what must hold in all of them.
 */
#ifndef VECTORS_RUNNER_H
#define VECTORS_RUNNER_H

#include "net/fetch.h"
#include "repo.h"

#include <assay/verify.h>
#include <stdatomic.h>

#define TEXT_BYTES 512

/* ---- server.c: the scripted network ---- */

struct served {
    const char *url;
    const char *file;       /* the repository's file that stands behind it, or NULL */
    enum assay_status fail; /* of the transfer; ASSAY_OK: an answer */
    int http_status;
    struct slice body;
    const char *content_type;
    const char *location;
    const char *digest_header;
    const char *challenge;
    int64_t retry_after_ms;
    bool any_query;   /* the URL counts up to its question mark */
    bool wants_token; /* 401 with the challenge until a token comes */
    struct served *next;
};

/* A request that was made. */
struct asked {
    const char *url;
    struct asked *next;
};

struct server {
    struct net_fetcher fetcher;
    struct pool *pool;
    struct served *first;
    struct served *last;
    struct asked *asked;        /* the last one first */
    const char *hosts;          /* ' '-separated origins that may be asked */
    const char *auth_hosts;     /* those that may see an Authorization header */
    const char *interrupted_at; /* part of the URL at which SIGINT comes; NULL: none */
    atomic_int interrupted;
    const char *removed; /* a directory that goes away with the first request; NULL: none */
    bool verbose;
    char problem[TEXT_BYTES]; /* the first broken invariant, "" when none */
};

void server_init(struct server *server, struct pool *pool);
/* Everything of a sealed repository under its URLs. */
void server_offer(struct server *server, struct repo *repo);
struct served *server_add(struct server *server, const char *url, struct slice body);
/* NULL when nothing is served there. */
struct served *server_find(struct server *server, const char *url);

/* ---- state.c: directories ---- */

void dir_copy(const char *from, const char *to);
void dir_remove(const char *path);
/* Names and contents of all files below path, in order; "" when there is none. */
struct slice dir_digest(struct pool *pool, const char *path);

/* ---- keyspec.c ---- */

/* "root-a", or an object, see vectors/README.md. */
const struct meta_key *keyspec_make(struct repo *repo, json_t *spec);
struct slice cert_from_json(struct repo *repo, json_t *cert, const char *subject);

/* ---- ops.c and ops_*.c: a case's operations ---- */

struct ops {
    struct pool *pool;
    struct repo *repo;
    struct repo *old; /* the same repository without operations; sealed */
    struct server *server;
    json_t *list;
};

/* Before sealing: what adds files, keys, roles. */
void ops_prepare(struct ops *ops);
/* New versions of timestamp, snapshot, targets and releases. */
void ops_publish(struct ops *ops);
/* While sealing. */
void ops_before(void *ctx, struct repo_file *file);
void ops_after(void *ctx, struct repo_file *file, struct node *envelope);
void ops_bytes(void *ctx, struct repo_file *file);
/* On what is served. */
void ops_serve(struct ops *ops);

const char *op_text(json_t *op, const char *name, const char *other);
long long op_number(json_t *op, const char *name, long long other);
/* The bytes of "text", "hex", or "times":[TEXT, N]. */
struct slice op_bytes(struct pool *pool, json_t *op);
/* {"op":"key"}, {"op":"delegate"}, {"op":"tag"}, {"op":"root.add"}: ops_repo.c. */
void op_prepare(struct ops *ops, json_t *op, const char *verb);
/* {"op":"sig.*"}: ops_sign.c. False when the verb is another. */
bool op_signature(struct ops *ops, json_t *op, const char *verb, struct repo_file *file,
                  struct node *envelope);
/* The altered bytes of {"op":"flip"|"cut"|"append"|"insert"|"replace"}. */
struct slice op_alter(struct pool *pool, json_t *op, const char *verb, struct slice bytes);

/* ---- faults.c: the crypto libraries' answers about signatures; linked with --wrap ---- */

/* So many calls from the given one on, counted from 0, are answered so. */
void faults_force(long long from, long long count, int answer);
void faults_end(void);

/* ---- case.c ---- */

struct runner {
    struct keyring *ring;
    const char *work; /* a temporary directory */
    const char *only; /* cases whose id starts so; NULL: all */
    bool verbose;
    unsigned passed;
    unsigned failed;
};

/* All cases of a file. */
void runner_file(struct runner *runner, const char *path);
void runner_result(struct runner *runner, const char *id, const char *what, const char *problem);

/* What a run needs and what came of it. */
struct run {
    struct assay_options options;
    struct server *server;
    const char *reference;
    int64_t now_unix_s;
    int64_t clock_step_s; /* passes with every look at the clock */
    int64_t cpu_ms;       /* what the run took */
    enum assay_status status;
    struct assay_error *error;
    struct assay_verdict *verdict; /* owned */
};
void run_session(struct run *run);

int64_t parse_time(const char *text);

/* ---- families.c, recorded.c, export.c: the other modes ---- */

void families_run(struct runner *runner, unsigned step);
void recorded_run(struct runner *runner, const char *vectors_dir);
/* The repositories of a file of cases as files for a real server; their names are PREFIX/ID. */
void export_run(struct runner *runner, const char *path, const char *prefix, const char *out);

#endif
