/* SPDX-License-Identifier: Apache-2.0 */
#include "scripted.h"

static enum assay_status now(void *ctx, int64_t *out, struct assay_error *err)
{
    const struct scripted *scripted = ctx;
    (void)err;
    *out = scripted->now_unix_s;
    return ASSAY_OK;
}

static int64_t monotonic(void *ctx)
{
    const struct scripted *scripted = ctx;
    return scripted->monotonic_ms;
}

void scripted_init(struct scripted *scripted)
{
    *scripted = (struct scripted){ .now_unix_s = SCRIPTED_NOW_UNIX_S, .monotonic_ms = 1 };
    scripted->clock = (struct assay_clock){ now, monotonic, scripted };
    keyring_init(&scripted->ring, TEST_KEYS);
    struct repo_spec spec = repo_spec_acme;
    spec.root_threshold = 1; /* a fingerprint pins one key */
    repo_base(&scripted->repo, &scripted->pool, &scripted->ring, &spec);
}

void scripted_serve(struct scripted *scripted)
{
    repo_seal(&scripted->repo, NULL);
    server_init(&scripted->server, &scripted->pool);
    server_offer(&scripted->server, &scripted->repo);
    scripted->env = (struct assay_env){ .clock = &scripted->clock,
                                        .fetcher = &scripted->server.fetcher,
                                        .interrupted = &scripted->server.interrupted };
    scripted->pin = pool_printf(&scripted->pool, "sha256:%s",
                                repo_file(&scripted->repo, "1.root")->signers[0]->canonical_id);
}

void scripted_clear(struct scripted *scripted)
{
    keyring_clear(&scripted->ring);
    pool_clear(&scripted->pool);
}

struct assay_options scripted_options(const struct scripted *scripted)
{
    struct assay_options options = ASSAY_OPTIONS_INIT;
    options.root = scripted->pin;
    options.stateless = 1;
    return options;
}

void scripted_set(struct scripted *scripted, const char *file, const char *pointer,
                  const char *json)
{
    struct pool *pool = &scripted->pool;
    node_set(pool, repo_file(&scripted->repo, file)->doc, pointer, node_raw(pool, json));
}

size_t scripted_asked(const struct scripted *scripted, const char *part)
{
    size_t count = 0;
    for (const struct asked *asked = scripted->server.asked; asked != NULL; asked = asked->next) {
        count += strstr(asked->url, part) != NULL ? 1 : 0;
    }
    return count;
}
