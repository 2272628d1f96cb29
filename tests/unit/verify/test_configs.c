/* SPDX-License-Identifier: Apache-2.0 */
/* What a verdict keeps for a gate, what is fetched for it, and how long that may take. */
#include "scripted.h"

#include <criterion/criterion.h>

TestSuite(configs, .timeout = 60);

#define APP "reg.test/acme/app"

static struct assay_session *open_session(const struct scripted *scripted,
                                          const struct assay_options *options)
{
    struct assay_session *session = NULL;
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(session_new(options, &scripted->env, &session, &err), ASSAY_OK, "%s", err.message);
    return session;
}

static void set_up(struct scripted *scripted)
{
    scripted_init(scripted);
    scripted_set(scripted, "config-amd64", "/config/User", "\"1000\"");
    scripted_set(scripted, "config-arm64", "/config/User", "\"app\"");
    scripted_serve(scripted);
}

static struct assay_verdict *verify(struct assay_session *session, const char *reference,
                                    enum assay_status expected)
{
    struct assay_verdict *verdict = NULL;
    enum assay_status status = assay_verify(session, reference, &verdict, NULL);
    cr_assert_not_null(verdict);
    cr_assert_eq(status, expected, "%s: %s", reference, assay_verdict_message(verdict));
    return verdict;
}

Test(configs, are_kept_where_that_is_asked_for)
{
    struct scripted scripted;
    set_up(&scripted);
    struct assay_options options = scripted_options(&scripted);
    struct assay_session *session = open_session(&scripted, &options);
    struct assay_verdict *verdict = verify(session, APP ":1.0", ASSAY_OK);
    cr_expect_eq(verdict->config_count, 0U);
    cr_expect_eq(scripted_asked(&scripted, "/blobs/"), 0U);
    cr_expect_eq(verdict->threshold, 1U);
    cr_expect_gt(verdict->timestamp_expires_unix_s, SCRIPTED_NOW_UNIX_S);
    cr_expect_gt(verdict->lasting_expires_unix_s, verdict->timestamp_expires_unix_s);
    cr_expect_str_neq(verdict->lasting_role, "timestamp");
    cr_expect_str_eq(verdict->expires_role, "timestamp");
    assay_verdict_free(verdict);
    session_keep_configs(session);
    verdict = verify(session, APP ":1.0", ASSAY_OK);
    cr_assert_eq(verdict->config_count, 2U);
    cr_expect_str_eq(verdict->configs[0].platform, "linux/amd64");
    cr_expect_str_eq(verdict->configs[0].facts.user, "1000");
    cr_expect_str_eq(verdict->configs[1].platform, "linux/arm64");
    cr_expect_str_eq(verdict->configs[1].facts.user, "app");
    cr_expect_eq(scripted_asked(&scripted, "/blobs/"), 2U);
    assay_verdict_free(verdict);
    verdict = verify(session, APP ":legacy", ASSAY_OK);
    cr_assert_eq(verdict->config_count, 1U);
    cr_expect_str_eq(verdict->configs[0].platform, "linux/amd64");
    assay_verdict_free(verdict);
    assay_session_free(session);
    cr_expect_str_empty(scripted.server.problem);
    scripted_clear(&scripted);
}

/* Both configs of an index come together. */
Test(configs, come_in_one_flight)
{
    struct scripted scripted;
    set_up(&scripted);
    struct assay_options options = scripted_options(&scripted);
    struct assay_session *session = open_session(&scripted, &options);
    struct assay_verdict *verdict = verify(session, APP ":1.0", ASSAY_OK);
    uint64_t without = scripted.server.fetcher.flights;
    assay_verdict_free(verdict);
    session_keep_configs(session);
    verdict = verify(session, APP ":1.0", ASSAY_OK);
    cr_expect_eq(scripted.server.fetcher.flights - without, without + 1);
    assay_verdict_free(verdict);
    assay_session_free(session);
    scripted_clear(&scripted);
}

/* Of one repository every document is asked for once, whatever leads to it. */
Test(configs, every_document_comes_once)
{
    struct scripted scripted;
    set_up(&scripted);
    struct assay_options options = scripted_options(&scripted);
    struct assay_session *session = open_session(&scripted, &options);
    const char *index = sha256_text(&scripted.pool, repo_file(&scripted.repo, "index")->bytes);
    const char *references[] = {
        APP ":1.0", pool_printf(&scripted.pool, "%s:1.0@%s", APP, index), APP ":arm", APP ":legacy",
        APP ":1.0",
    };
    struct assay_verdict *verdicts[ARRAY_LEN(references)];
    session_keep_configs(session);
    cr_expect_eq(assay_verify_many(session, references, ARRAY_LEN(references), verdicts), ASSAY_OK);
    cr_expect_eq(scripted_asked(&scripted, "/blobs/"), 2U);
    cr_expect_eq(scripted_asked(&scripted, "/manifests/1.0"), 1U);
    cr_expect_eq(scripted_asked(&scripted, "/manifests/arm"), 1U);
    cr_expect_eq(scripted_asked(&scripted, "/timestamp.json"), 1U);
    for (size_t i = 0; i < ARRAY_LEN(references); i++) {
        cr_expect_eq(assay_verdict_status(verdicts[i]), ASSAY_OK, "%s: %s", references[i],
                     assay_verdict_message(verdicts[i]));
        cr_expect_eq(verdicts[i]->config_count, assay_verdict_platform_count(verdicts[i]));
        assay_verdict_free(verdicts[i]);
    }
    assay_session_free(session);
    scripted_clear(&scripted);
}

/* A config that is another one, is gone, or says nonsense, is not trusted. */
Test(configs, what_is_kept_was_hashed)
{
    static const struct {
        const char *name;
        const char *user;
        bool altered;
        int http_status;
        enum assay_status status;
    } CASES[] = {
        { "good", "\"1\"", false, 200, ASSAY_OK },
        { "altered", "\"1\"", true, 200, ASSAY_DIGEST_MISMATCH },
        { "gone", "\"1\"", false, 404, ASSAY_MANIFEST_MISSING },
        { "limited", "\"1\"", false, 429, ASSAY_RATE_LIMITED },
        { "no text", "1", false, 200, ASSAY_SCHEMA },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct scripted scripted;
        scripted_init(&scripted);
        scripted_set(&scripted, "config-arm64", "/config/User", CASES[i].user);
        scripted_serve(&scripted);
        const char *digest =
            sha256_text(&scripted.pool, repo_file(&scripted.repo, "config-arm64")->bytes);
        struct served *blob = server_find(
            &scripted.server,
            pool_printf(&scripted.pool, "https://reg.test/v2/acme/app/blobs/%s", digest));
        cr_assert_not_null(blob);
        blob->http_status = CASES[i].http_status;
        blob->retry_after_ms = 0;
        if (CASES[i].altered) {
            uint8_t *bytes = pool_bytes(&scripted.pool, blob->body);
            bytes[blob->body.len / 2] ^= 1;
            blob->body.ptr = bytes;
        }
        struct assay_options options = scripted_options(&scripted);
        struct assay_session *session = open_session(&scripted, &options);
        session_keep_configs(session);
        struct assay_verdict *verdict = verify(session, APP ":1.0", CASES[i].status);
        assay_verdict_free(verdict);
        assay_session_free(session);
        scripted_clear(&scripted);
    }
}

/* ---- time ---- */

static void interrupt(void *ctx, const char *what, uint64_t total_bytes UNUSED)
{
    if (what != NULL && strcmp(what, APP ":arm") == 0) {
        atomic_store((atomic_int *)ctx, ASSAY_INTERRUPTED);
    }
}

static void advance(void *ctx UNUSED, uint64_t bytes UNUSED)
{
}

static void end(void *ctx UNUSED)
{
}

/* All that is needed has come: the image that is judged is judged, none after it. */
Test(configs, an_interruption_ends_a_repository_between_images)
{
    static const char *const references[] = { APP ":1.0", APP ":arm", APP ":legacy" };
    static const enum assay_status expected[] = { ASSAY_OK, ASSAY_OK, ASSAY_INTERRUPTED };
    atomic_int interrupted = ASSAY_OK;
    const struct assay_progress progress = { interrupt, advance, end, &interrupted };
    struct assay_verdict *verdicts[ARRAY_LEN(references)];
    struct scripted scripted;
    set_up(&scripted);
    scripted.env.interrupted = &interrupted;
    scripted.env.progress = &progress;
    struct assay_options options = scripted_options(&scripted);
    struct assay_session *session = open_session(&scripted, &options);
    cr_expect_eq(assay_verify_many(session, references, ARRAY_LEN(references), verdicts),
                 ASSAY_INTERRUPTED);
    for (size_t i = 0; i < ARRAY_LEN(references); i++) {
        cr_expect_eq(assay_verdict_status(verdicts[i]), expected[i], "%s: %s", references[i],
                     assay_verdict_message(verdicts[i]));
        assay_verdict_free(verdicts[i]);
    }
    assay_session_free(session);
    scripted_clear(&scripted);
}

Test(configs, a_session_has_its_time)
{
    struct scripted scripted;
    set_up(&scripted);
    struct assay_options options = scripted_options(&scripted);
    options.total_ms = 1000;
    struct assay_session *session = open_session(&scripted, &options);
    scripted.monotonic_ms += 999;
    assay_verdict_free(verify(session, APP ":1.0", ASSAY_OK));
    scripted.monotonic_ms += 1;
    size_t before = scripted_asked(&scripted, "");
    assay_verdict_free(verify(session, APP ":1.0", ASSAY_NET_TIMEOUT));
    cr_expect_eq(scripted_asked(&scripted, ""), before);
    assay_session_free(session);
    options.total_ms = INT64_MAX; /* as good as none */
    session = open_session(&scripted, &options);
    assay_verdict_free(verify(session, APP ":1.0", ASSAY_OK));
    assay_session_free(session);
    struct assay_error err = ERROR_INIT;
    options.total_ms = -1;
    cr_expect_eq(session_new(&options, &scripted.env, &session, &err), ASSAY_USAGE);
    scripted_clear(&scripted);
}

/* A server that asks for time gets it as long as there is some, and not beyond. */
Test(configs, nobody_waits_beyond_the_end)
{
    struct scripted scripted;
    set_up(&scripted);
    struct served *index =
        server_find(&scripted.server, "https://reg.test/v2/acme/app/manifests/1.0");
    cr_assert_not_null(index);
    index->http_status = 429;
    index->retry_after_ms = 100;
    struct assay_options options = scripted_options(&scripted);
    options.total_ms = 101;
    struct assay_session *session = open_session(&scripted, &options);
    assay_verdict_free(verify(session, APP ":1.0", ASSAY_RATE_LIMITED));
    cr_expect_eq(scripted_asked(&scripted, "/manifests/1.0"), (size_t)LIMIT_TRIES);
    assay_session_free(session);
    options.total_ms = 100;
    session = open_session(&scripted, &options);
    size_t before = scripted_asked(&scripted, "/manifests/1.0");
    assay_verdict_free(verify(session, APP ":1.0", ASSAY_RATE_LIMITED));
    cr_expect_eq(scripted_asked(&scripted, "/manifests/1.0"), before + 1);
    assay_session_free(session);
    scripted_clear(&scripted);
}
