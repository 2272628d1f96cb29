/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_gate KEYS [REFERENCES]: so many references, a hundred to a repository, judged by a policy:
 * trust data from a directory, state on disk, manifests from memory. Once without state, once with
 * the state of the first run.
 */
#include "gate/gate.h"
#include "repo.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MADE         1799539200 /* 2027-01-10T00:00:00Z */
#define NOW          1800014400 /* 2027-01-15T12:00:00Z */
#define TAGS         100UL      /* of one repository */
#define FILES        3          /* index and two manifests, the same in all repositories */
#define POLICY_BYTES 1024

static void must(enum assay_status status, const struct assay_error *err)
{
    if (status != ASSAY_OK) {
        die("%s: %s", assay_status_id(status), err->message);
    }
}

/* ---- a registry in memory ---- */

struct registry {
    struct net_fetcher fetcher;
    struct {
        const char *digest;
        const char *type;
        struct slice bytes;
    } files[FILES];
};

static enum assay_status fetch(struct net_fetcher *fetcher, const struct net_request *requests,
                               struct net_response *responses, size_t count,
                               struct assay_error *err)
{
    const struct registry *registry = (const struct registry *)fetcher;
    fetcher->flights++;
    fetcher->requests += count;
    for (size_t i = 0; i < count; i++) {
        size_t file = 0; /* by a tag: the index */
        for (size_t f = 0; f < FILES; f++) {
            file = strstr(requests[i].url, registry->files[f].digest) != NULL ? f : file;
        }
        responses[i] = (struct net_response){ .http_status = 200,
                                              .body = BUF_INIT(requests[i].max_bytes),
                                              .retry_after_ms = -1 };
        (void)snprintf(responses[i].content_type, NET_HEADER_BYTES, "%s",
                       registry->files[file].type);
        TRY(buf_append(&responses[i].body, registry->files[file].bytes, err));
    }
    return ASSAY_OK;
}

static void keep(struct net_fetcher *fetcher)
{
    (void)fetcher;
}

static void fill_registry(struct registry *registry, struct repo *repo, struct pool *pool)
{
    static const struct net_fetcher_ops ops = { fetch, keep };
    static const char *const names[FILES] = { "index", "amd64", "arm64" };
    registry->fetcher = (struct net_fetcher){ .ops = &ops };
    for (size_t i = 0; i < FILES; i++) {
        struct slice bytes = pool_slice(pool, repo_file(repo, names[i])->bytes);
        registry->files[i].bytes = bytes;
        registry->files[i].digest = sha256_text(pool, bytes);
        registry->files[i].type = i == 0 ? "application/vnd.oci.image.index.v1+json"
                                         : "application/vnd.oci.image.manifest.v1+json";
    }
}

/* ---- repositories ---- */

static void fill_targets(struct repo *repo, const char *role)
{
    struct pool *pool = repo->pool;
    struct slice bytes = repo_file(repo, "index")->bytes;
    struct slice hash = pool_base64(pool, sha256_raw(pool, bytes));
    struct text out = { .pool = pool };
    for (size_t i = 0; i < TAGS; i++) {
        text_add_string(
            &out,
            pool_printf(pool, "%c\"t%03zu\":{\"hashes\":{\"sha256\":\"%.*s\"},\"length\":%zu}",
                        i == 0 ? '{' : ',', i, SLICE_ARGS(hash), bytes.len));
    }
    text_add_string(&out, "}");
    text_add_byte(&out, '\0');
    struct repo_file *targets = repo_file(repo, role);
    targets->link_count = 0;
    (void)node_put(pool, targets->doc, "targets", node_raw(pool, (const char *)out.ptr));
}

/* Returns the pin, which is one for all. */
static const char *make_repositories(const char *folder, struct keyring *ring, size_t count,
                                     struct registry *registry, struct pool *kept)
{
    const char *pin = NULL;
    for (size_t i = 0; i < count; i++) {
        AUTO_POOL pool = { 0 };
        struct repo repo;
        struct repo_spec spec = repo_spec_acme;
        spec.gun = pool_printf(&pool, "reg.test/acme/app%04zu", i);
        spec.root_threshold = 1;
        spec.root_versions = 1;
        spec.delegation = false;
        spec.made_unix_s = MADE;
        repo_base(&repo, &pool, ring, &spec);
        repo_seal(&repo, NULL);
        fill_targets(&repo, "targets");
        repo_seal(&repo, NULL);
        repo_write_cache(&repo, folder);
        if (i == 0) {
            fill_registry(registry, &repo, kept);
            pin = pool_printf(kept, "sha256:%s",
                              repo_file(&repo, "1.root")->signers[0]->canonical_id);
        }
    }
    return pin;
}

/* ---- judging ---- */

struct bench {
    struct assay_env env;
    struct assay_options options;
};

static enum assay_status fixed_now(void *ctx, int64_t *out, struct assay_error *err)
{
    (void)ctx;
    (void)err;
    *out = NOW;
    return ASSAY_OK;
}

static int64_t fixed_monotonic(void *ctx)
{
    (void)ctx;
    return 1;
}

static enum assay_status open_session(void *ctx, const struct gate_trust *trust,
                                      struct assay_session **out, struct assay_error *err)
{
    struct bench *bench = ctx;
    struct assay_options options = bench->options;
    options.root = trust->root;
    return session_new(&options, &bench->env, out, err);
}

static void fill_scan(struct scan *scan, size_t references)
{
    struct assay_error err = ERROR_INIT;
    size_t file = 0;
    must(scan_add_file(scan, "compose.yaml", "compose.yaml", &file, &err), &err);
    for (size_t i = 0; i < references; i++) {
        char text[64];
        (void)snprintf(text, sizeof(text), "reg.test/acme/app%04zu:t%03zu", i / TAGS, i % TAGS);
        const struct scan_reference reference = { .spot = { file, i + 1, 1, 0, 1 },
                                                  .place = SCAN_COMPOSE,
                                                  .owner = "service a",
                                                  .written = text,
                                                  .text = text };
        must(scan_add(scan, &reference, &err), &err);
    }
}

static double cpu_seconds(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double wall_seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void judge(struct bench *bench, const struct scan *scan, const struct policy_set *policies,
                  const char *what)
{
    struct assay_error err = ERROR_INIT;
    struct gate gate;
    const struct gate_options options = { .policies = policies,
                                          .env = &bench->env,
                                          .fail_on = GATE_ERROR,
                                          .session = open_session,
                                          .ctx = bench };
    double wall = wall_seconds();
    double cpu = cpu_seconds();
    must(gate_judge(scan, &options, &gate, &err), &err);
    wall = wall_seconds() - wall;
    cpu = cpu_seconds() - cpu;
    if (gate.status != ASSAY_OK || gate.counts[GATE_PASSED] != scan->reference_count) {
        die("%s: %zu passed, %s", what, gate.counts[GATE_PASSED],
            gate.finding_count == 0 ? "" : gate.findings[0].message);
    }
    (void)printf("%zu references, %s: %.2f s, %.2f s of CPU, %.1f us each\n", scan->reference_count,
                 what, wall, cpu, cpu * 1e6 / (double)scan->reference_count);
    gate_clear(&gate);
}

static void run(size_t references, const char *folder, const char *pin, struct registry *registry)
{
    static const struct assay_clock clock = { fixed_now, fixed_monotonic, NULL };
    static const struct scan_options no_options = { 0 };
    AUTO_POOL pool = { 0 };
    AUTO_POLICY_SET policies = NULL;
    struct assay_error err = ERROR_INIT;
    struct scan scan;
    struct bench bench = { .env = { .clock = &clock, .fetcher = &registry->fetcher },
                           .options = ASSAY_OPTIONS_INIT };
    char policy[POLICY_BYTES];
    bench.options.trust_dir = folder;
    bench.options.state_dir = pool_printf(&pool, "%s/state-%zu", folder, references);
    (void)snprintf(policy, sizeof(policy),
                   "schema: 1\nscopes: {\"*\": {trust: {root: \"%s\"}, references: {digest: "
                   "optional, latest: forbidden}}}\n",
                   pin);
    must(policy_set_new(&policies, &err), &err);
    must(policy_load_text(policies, slice_from_string(policy), "assay.yaml", NULL, &err), &err);
    scan_init(&scan, &bench.env, &no_options);
    fill_scan(&scan, references);
    must(scan_finish(&scan, &err), &err);
    judge(&bench, &scan, policies, "without state");
    judge(&bench, &scan, policies, "known from state");
    scan_clear(&scan);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fputs("usage: bench_gate KEYS [REFERENCES]\n", stderr);
        return 2;
    }
    static const size_t defaults[] = { 1000, 10000, 100000 };
    char folder[] = "/tmp/bench_gate.XXXXXX";
    AUTO_POOL pool = { 0 };
    struct keyring ring;
    struct registry registry;
    size_t only = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    size_t most = only != 0 ? only : defaults[ARRAY_LEN(defaults) - 1];
    if (mkdtemp(folder) == NULL) {
        die("%s: cannot be made", folder);
    }
    keyring_init(&ring, argv[1]);
    const char *pin = make_repositories(folder, &ring, (most + TAGS - 1) / TAGS, &registry, &pool);
    for (size_t i = 0; i < ARRAY_LEN(defaults); i++) {
        if (only == 0 || i == 0) {
            run(only == 0 ? defaults[i] : only, folder, pin, &registry);
        }
    }
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)printf("%ld MiB at most\n", usage.ru_maxrss / 1024);
    keyring_clear(&ring);
    (void)fflush(stdout);
    return execlp("rm", "rm", "-rf", folder, (char *)NULL);
}
