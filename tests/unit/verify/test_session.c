/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions: options that contradict each other, and what is chosen by fixed rules. */
#include "verify/session_internal.h"

#include <criterion/criterion.h>

TestSuite(session, .timeout = 60);

static struct assay_options base_options(void)
{
    struct assay_options options = ASSAY_OPTIONS_INIT;
    options.state_dir = "/nonexistent/assay-state";
    return options;
}

static enum assay_status open_session(const struct assay_options *options,
                                      struct assay_session **out)
{
    static const struct assay_env env = { .clock = &assay_clock_system };
    struct assay_error err = ERROR_INIT;
    return session_new(options, &env, out, &err);
}

static void expect_refused(const struct assay_options *options, enum assay_status status,
                           const char *what)
{
    struct assay_session *session = NULL;
    cr_expect_eq(open_session(options, &session), status, "%s", what);
    cr_expect_null(session, "%s", what);
    assay_session_free(session);
}

Test(session, contradictions_are_refused)
{
    struct assay_options options = base_options();
    options.struct_size = 0;
    expect_refused(&options, ASSAY_USAGE, "uninitialised");
    options = base_options();
    options.struct_size = sizeof(options) + 8;
    expect_refused(&options, ASSAY_USAGE, "a later header");
    options = base_options();
    options.state_dir = NULL;
    expect_refused(&options, ASSAY_USAGE, "no state and not stateless");
    options = base_options();
    options.state_dir = "relative/path";
    expect_refused(&options, ASSAY_CONFIG, "a relative state directory");
    options = base_options();
    options.has_at = 1;
    options.tofu = 1;
    expect_refused(&options, ASSAY_USAGE, "--at with --tofu");
    options = base_options();
    options.stateless = 1;
    options.tofu = 1;
    expect_refused(&options, ASSAY_USAGE, "stateless with --tofu");
    options = base_options();
    options.jobs = LIMIT_JOBS + 1;
    expect_refused(&options, ASSAY_USAGE, "too many jobs");
    options = base_options();
    options.timeout_ms = -1;
    expect_refused(&options, ASSAY_USAGE, "a negative timeout");
    options = base_options();
    options.platform = "linux";
    expect_refused(&options, ASSAY_USAGE, "a platform without architecture");
    options = base_options();
    options.root = "sha256:12";
    expect_refused(&options, ASSAY_PIN_INVALID, "a short fingerprint");
}

Test(session, lists_are_whole)
{
    static const char *const hosts[] = { "reg.test", NULL };
    static const struct assay_trust_server servers[] = { { "reg.test", NULL },
                                                         { NULL, "https://a.test" } };
    struct assay_options options = base_options();
    options.plain_http = hosts;
    options.plain_http_count = 2;
    expect_refused(&options, ASSAY_USAGE, "a list with a NULL");
    options.plain_http_count = 1;
    struct assay_session *session = NULL;
    cr_assert_eq(open_session(&options, &session), ASSAY_OK);
    assay_session_free(session);
    for (size_t i = 0; i < ARRAY_LEN(servers); i++) {
        options = base_options();
        options.trust_servers = &servers[i];
        options.trust_server_count = 1;
        expect_refused(&options, ASSAY_USAGE, "half a trust server");
    }
}

/* --as is the name of one local source. */
Test(session, as_names_one_local_source)
{
    static const char *const references[] = { "reg.test/app:1", "oci:/nonexistent" };
    struct assay_options options = base_options();
    struct assay_verdict *verdicts[2] = { NULL, NULL };
    struct assay_session *session = NULL;
    options.offline = 1;
    options.as = "reg.test/app:1";
    cr_assert_eq(open_session(&options, &session), ASSAY_OK);
    cr_expect_eq(assay_verify_many(session, references, 2, verdicts), ASSAY_USAGE);
    for (size_t i = 0; i < 2; i++) {
        cr_expect_eq(assay_verdict_status(verdicts[i]), ASSAY_USAGE, "%s", references[i]);
        cr_expect_str_empty(assay_verdict_digest(verdicts[i]));
        assay_verdict_free(verdicts[i]);
    }
    cr_expect_eq(assay_verify_many(session, references, 1, verdicts), ASSAY_USAGE);
    assay_verdict_free(verdicts[0]);
    cr_expect_eq(assay_verify_many(session, references + 1, 1, verdicts), ASSAY_FILE_IO);
    assay_verdict_free(verdicts[0]);
    assay_session_free(session);
}

Test(session, too_many_references)
{
    const char *reference = "reg.test/app:1";
    struct assay_options options = base_options();
    struct assay_verdict *verdict = NULL;
    struct assay_session *session = NULL;
    cr_assert_eq(open_session(&options, &session), ASSAY_OK);
    cr_expect_eq(assay_verify_many(session, &reference, LIMIT_REFERENCES + 1, &verdict),
                 ASSAY_USAGE);
    cr_expect_null(verdict);
    assay_session_free(session);
}

Test(session, plain_options_are_taken)
{
    struct assay_options options = base_options();
    struct assay_session *session = NULL;
    cr_assert_eq(open_session(&options, &session), ASSAY_OK);
    cr_expect(session->platform.all);
    assay_session_free(session);
}

struct server_row {
    const char *reference;
    const char *url; /* NULL: none */
};

Test(session, longest_server_prefix_wins_at_a_slash)
{
    static const struct assay_trust_server map[] = {
        { "reg.test", "https://a.test/" },
        { "reg.test/team", "https://b.test" },
        { "reg.test/team/app", "https://c.test//" },
        { "docker.io", "https://hub.test" },
    };
    static const struct server_row rows[] = {
        { "reg.test/x:1", "https://a.test" },
        { "reg.test/team/x:1", "https://b.test" },
        { "reg.test/teammate/x:1", "https://a.test" },
        { "reg.test/team/app:1", "https://c.test" },
        { "reg.test/team/application:1", "https://b.test" },
        { "reg.test:5000/team:1", "https://reg.test:5000" },
        { "alpine", "https://hub.test" },
    };
    struct assay_options options = base_options();
    options.trust_servers = map;
    options.trust_server_count = ARRAY_LEN(map);
    struct assay_session *session = NULL;
    cr_assert_eq(open_session(&options, &session), ASSAY_OK);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct oci_reference reference = { 0 };
        struct server_choice choice;
        struct assay_error err = ERROR_INIT;
        cr_assert_eq(oci_reference_parse(rows[i].reference, &reference, &err), ASSAY_OK);
        cr_assert_eq(server_choose(session, &reference, &choice, &err), ASSAY_OK);
        cr_expect_str_eq(choice.url, rows[i].url, "%s", rows[i].reference);
        bool by_default =
            slice_has_prefix(slice_from_string(rows[i].reference), SLICE_LITERAL("reg.test:5000/"));
        cr_expect_eq(choice.is_named, !by_default, "%s", rows[i].reference);
        server_choice_clear(&choice);
        oci_reference_clear(&reference);
    }
    assay_session_free(session);
}

Test(session, docker_io_has_no_default_server)
{
    struct assay_options options = base_options();
    struct assay_session *session = NULL;
    struct oci_reference reference = { 0 };
    struct server_choice choice;
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(open_session(&options, &session), ASSAY_OK);
    cr_assert_eq(oci_reference_parse("alpine:3", &reference, &err), ASSAY_OK);
    cr_assert_eq(server_choose(session, &reference, &choice, &err), ASSAY_OK);
    cr_expect_null(choice.url);
    cr_expect_eq(server_required(&choice, &reference, &err), ASSAY_NO_TRUST_SERVER);
    server_choice_clear(&choice);
    oci_reference_clear(&reference);
    options.trust_server = "https://one.test:4443/";
    assay_session_free(session);
    cr_assert_eq(open_session(&options, &session), ASSAY_OK);
    cr_assert_eq(oci_reference_parse("alpine:3", &reference, &err), ASSAY_OK);
    cr_assert_eq(server_choose(session, &reference, &choice, &err), ASSAY_OK);
    cr_expect_str_eq(choice.url, "https://one.test:4443");
    cr_expect_eq(server_required(&choice, &reference, &err), ASSAY_OK);
    server_choice_clear(&choice);
    oci_reference_clear(&reference);
    assay_session_free(session);
}

Test(session, no_reference_is_nothing)
{
    struct assay_options options = base_options();
    struct assay_session *session = NULL;
    struct assay_verdict *verdict = NULL;
    cr_assert_eq(open_session(&options, &session), ASSAY_OK);
    cr_expect_eq(assay_verify_many(session, NULL, 0, NULL), ASSAY_NOTHING);
    const char *const with_null[] = { "a:1", NULL };
    struct assay_verdict *const stale = (struct assay_verdict *)&session;
    struct assay_verdict *none[] = { stale, stale };
    cr_expect_eq(assay_verify_many(session, with_null, 2, none), ASSAY_USAGE);
    cr_expect(none[0] == NULL && none[1] == NULL);
    verdict = stale;
    cr_expect_eq(assay_verify(session, NULL, &verdict, NULL), ASSAY_USAGE);
    cr_expect_null(verdict);
    verdict = stale;
    cr_expect_eq(assay_verify(NULL, "a:1", &verdict, NULL), ASSAY_USAGE);
    cr_expect_null(verdict);
    assay_session_free(session);
    cr_expect_eq(assay_session_new(NULL, &session, NULL), ASSAY_USAGE);
    cr_expect_null(session);
}

Test(session, a_malformed_reference_is_a_verdict_of_its_own)
{
    struct assay_options options = base_options();
    options.offline = 1;
    struct assay_session *session = NULL;
    struct assay_verdict *verdicts[2] = { NULL, NULL };
    static const char *const references[] = { "reg.test/UPPER:1", "reg.test/app:1" };
    cr_assert_eq(open_session(&options, &session), ASSAY_OK);
    enum assay_status status = assay_verify_many(session, references, 2, verdicts);
    /* undecided is worse than a usage error */
    cr_expect_eq(assay_status_class(status), ASSAY_CLASS_UNDECIDED);
    cr_expect_eq(assay_verdict_status(verdicts[0]), ASSAY_REFERENCE);
    cr_expect_str_eq(assay_verdict_reference(verdicts[0]), "reg.test/UPPER:1");
    cr_expect_str_eq(assay_verdict_reference(verdicts[1]), "reg.test/app:1");
    for (size_t i = 0; i < 2; i++) {
        cr_expect_str_empty(assay_verdict_digest(verdicts[i]));
        assay_verdict_free(verdicts[i]);
    }
    assay_session_free(session);
}

/* Neither digest is for use unless the whole is trusted; an index out of range is no crash. */
Test(session, digests_are_of_what_is_trusted)
{
    static char attested[] = "unknown/unknown";
    static char platform[] = "linux/amd64";
    struct verdict_platform platforms[] = {
        { .platform = attested, .digest = "sha256:aa", .state = VERDICT_PLATFORM_ATTESTATION },
        { .platform = platform, .digest = "sha256:bb", .state = VERDICT_PLATFORM_JUDGED },
    };
    struct assay_verdict verdict = { .digest = "sha256:cc",
                                     .platforms = platforms,
                                     .platform_count = ARRAY_LEN(platforms) };
    cr_expect_eq(assay_verdict_status(&verdict), ASSAY_OK);
    cr_expect_str_eq(assay_verdict_digest(&verdict), "sha256:cc");
    cr_expect_str_empty(assay_verdict_message(&verdict));
    cr_expect_str_empty(assay_verdict_remedy(&verdict));
    cr_assert_eq(assay_verdict_platform_count(&verdict), 1);
    cr_expect_str_eq(assay_verdict_platform(&verdict, 0), "linux/amd64");
    cr_expect_str_eq(assay_verdict_platform_digest(&verdict, 0), "sha256:bb");
    cr_expect_str_empty(assay_verdict_platform(&verdict, 1));
    cr_expect_str_empty(assay_verdict_platform_digest(&verdict, 1));
    (void)FAIL(&verdict.error, ASSAY_EXPIRED, "the timestamp expired");
    cr_expect_str_empty(assay_verdict_digest(&verdict));
    cr_expect_str_empty(assay_verdict_platform_digest(&verdict, 0));
    cr_expect_str_eq(assay_verdict_platform(&verdict, 0), "linux/amd64");
    cr_expect_str_eq(assay_verdict_message(&verdict), "the timestamp expired");
}
