/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_audit KEYS [VERSIONS]: a chain of roots, each with a new root key in a new certificate and
 * two signatures, audited from a directory; beside it, in the same run, the bare work: each key
 * made once and each signature checked once.
 */
#include "audit/audit.h"
#include "base/mem.h"
#include "repo.h"
#include "trust/remote.h"

#include <openssl/ec.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define GUN     "reg.test/acme/app"
#define MADE    1799539200 /* 2027-01-10T00:00:00Z */
#define DAY_S   86400
#define THREADS 2

/* What the bare work needs of one root. */
struct step {
    struct buf spki;
    struct signature_message message;
    struct buf text; /* the signed bytes */
    struct buf signatures[2];
};

struct chain {
    struct step *steps;
    size_t count;
};

static void must(enum assay_status status, const struct assay_error *err)
{
    if (status != ASSAY_OK) {
        die("%s: %s", assay_status_id(status), err->message);
    }
}

/* ---- making the chain ---- */

static struct test_key *make_key(struct pool *pool)
{
    struct test_key *key = pool_alloc(pool, sizeof(*key));
    uint8_t *der = NULL;
    key->name = "root";
    key->pkey = EVP_EC_gen("P-256");
    int len = i2d_PUBKEY(key->pkey, &der);
    if (len <= 0) {
        die("no key");
    }
    key->spki = pool_slice(pool, slice_of(der, (size_t)len));
    OPENSSL_free(der);
    return key;
}

static const struct meta_key *certify(struct pool *pool, struct test_key *key)
{
    const struct cert_spec spec = { .subject = key,
                                    .common_name = SLICE_LITERAL(GUN),
                                    .not_before_unix_s = MADE - DAY_S,
                                    .not_after_unix_s = MADE + 3650 * DAY_S };
    return meta_key_certified(pool, key, cert_make(pool, &spec));
}

static struct node *root_new(struct repo *repo, size_t version, const struct meta_key *root)
{
    struct pool *pool = repo->pool;
    struct node *doc = node_object(pool);
    static const char *const others[] = { "targets", "snapshot", "timestamp" };
    (void)node_add(pool, doc, "_type", node_string(pool, "Root"));
    (void)node_add(pool, doc, "consistent_snapshot", node_raw(pool, "false"));
    (void)node_add(pool, doc, "expires", node_string(pool, time_text(pool, MADE + 3650 * DAY_S)));
    (void)node_add(pool, doc, "keys", node_object(pool));
    (void)node_add(pool, doc, "roles", node_object(pool));
    (void)node_add(pool, doc, "version", node_int(pool, (long long)version));
    root_set_role(repo, doc, "root", &root, 1, 1);
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        const struct meta_key *key = repo_key(repo, others[i]);
        root_set_role(repo, doc, others[i], &key, 1, 1);
    }
    return doc;
}

static struct buf keep(struct slice bytes)
{
    struct buf out = BUF_INIT(SIZE_MAX);
    struct assay_error err = ERROR_INIT;
    must(buf_append(&out, bytes, &err), &err);
    return out;
}

static void make_root(const char *folder, struct keyring *ring, size_t version,
                      const struct meta_key *before, const struct meta_key *now, struct step *step)
{
    AUTO_POOL pool = { 0 };
    struct repo repo = { .pool = &pool, .ring = ring, .gun = GUN, .made_unix_s = MADE };
    struct repo_file file = { .name = "root", .kind = FILE_ROOT, .form = NODE_CANONICAL };
    file.doc = root_new(&repo, version, now);
    file.signers[file.signer_count++] = now;
    if (before != NULL) {
        file.signers[file.signer_count++] = before;
    }
    struct slice message = node_write(&pool, file.doc, NODE_CANONICAL);
    struct assay_error err = ERROR_INIT;
    step->text = keep(message);
    must(signature_message_init(&step->message, buf_slice(&step->text), &err), &err);
    step->spki = keep(now->key->spki);
    step->signatures[0] = keep(key_sign(&pool, now->key, "ecdsa", message));
    if (before != NULL) {
        step->signatures[1] = keep(key_sign(&pool, before->key, "ecdsa", message));
    }
    const char *path = pool_printf(&pool, "%s/%zu.root.json", folder, version);
    file_save(path, node_write(&pool, repo_sign(&pool, &file), NODE_WIRE));
}

static void make_chain(const char *folder, struct keyring *ring, struct pool *keys,
                       struct chain *chain)
{
    const struct meta_key *before = NULL;
    for (size_t i = 0; i < chain->count; i++) {
        const struct meta_key *now = certify(keys, make_key(keys));
        make_root(folder, ring, i + 1, before, now, &chain->steps[i]);
        before = now;
    }
}

/* ---- the bare work ---- */

struct range {
    const struct chain *chain;
    size_t first;
    size_t end;
};

static void *do_bare(void *ctx)
{
    const struct range *range = ctx;
    struct assay_error err = ERROR_INIT;
    struct crypto_key *before = NULL;
    for (size_t i = range->first; i < range->end; i++) {
        const struct step *step = &range->chain->steps[i];
        struct crypto_key *now = NULL;
        must(key_load(KEY_TYPE_ECDSA, buf_slice(&step->spki), &now, &err), &err);
        must(signature_check(now, SIGNATURE_ECDSA, &step->message, buf_slice(&step->signatures[0]),
                             &err),
             &err);
        if (before != NULL) {
            must(signature_check(before, SIGNATURE_ECDSA, &step->message,
                                 buf_slice(&step->signatures[1]), &err),
                 &err);
        }
        key_free(before);
        before = now;
    }
    key_free(before);
    return NULL;
}

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double time_bare(const struct chain *chain, size_t threads)
{
    pthread_t ids[THREADS];
    struct range ranges[THREADS];
    double begin = seconds();
    for (size_t t = 0; t < threads; t++) {
        ranges[t] =
            (struct range){ chain, chain->count * t / threads, chain->count * (t + 1) / threads };
        if (pthread_create(&ids[t], NULL, do_bare, &ranges[t]) != 0) {
            die("no thread");
        }
    }
    for (size_t t = 0; t < threads; t++) {
        (void)pthread_join(ids[t], NULL);
    }
    return seconds() - begin;
}

/* ---- the audit ---- */

static double time_audit(const char *folder, size_t threads, size_t count)
{
    struct assay_error err = ERROR_INIT;
    struct tuf_remote *remote = NULL;
    struct audit_report *report = NULL;
    struct assay_env env = { .clock = &assay_clock_system };
    const struct tuf_pin pin = { .kind = TUF_PIN_NONE };
    must(remote_directory_new(folder, GUN, &remote, &err), &err);
    const struct audit_options options = { .env = &env,
                                           .dialect = &tuf_dialect_notary,
                                           .gun = GUN,
                                           .remote = remote,
                                           .pin = &pin,
                                           .tofu = true,
                                           .now_unix_s = MADE,
                                           .warn_before_s = DAY_S,
                                           .threads = threads };
    double begin = seconds();
    must(audit_run(&options, &report, &err), &err);
    double taken = seconds() - begin;
    if (report->status != ASSAY_OK ||
        audit_role_newest(audit_history_find(&report->history, "root"))->version != count) {
        die("the audit: %s", report->error.message);
    }
    audit_report_free(report);
    remote->free(remote);
    return taken;
}

static long peak_kib(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/assay-bench-XXXXXX";
    AUTO_POOL keys = { 0 };
    struct keyring ring;
    struct chain chain = { .count = argc > 2 ? strtoul(argv[2], NULL, 10) : 10000 };
    if (argc < 2 || mkdtemp(folder) == NULL) {
        die("usage: bench_audit KEYS [VERSIONS]");
    }
    keyring_init(&ring, argv[1]);
    chain.steps = mem_alloc(chain.count, sizeof(*chain.steps));
    make_chain(folder, &ring, &keys, &chain);
    long before = peak_kib();
    for (size_t threads = 1; threads <= THREADS; threads++) {
        double bare = time_bare(&chain, threads);
        double audit = time_audit(folder, threads, chain.count);
        double again = time_bare(&chain, threads);
        bare = again < bare ? again : bare;
        (void)printf("%zu roots, %zu threads: bare %.0f/s, audit %.0f/s, ratio %.2f\n", chain.count,
                     threads, (double)chain.count / bare, (double)chain.count / audit,
                     bare / audit);
    }
    (void)printf("peak above the inputs: %ld KiB\n", peak_kib() - before);
    keyring_clear(&ring);
    return 0;
}
