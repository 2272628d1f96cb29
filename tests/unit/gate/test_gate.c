/* SPDX-License-Identifier: Apache-2.0 */
/* The whole: what a scan found, judged by a policy, over a scripted network. */
#include "gate/gate.h"
#include "scripted.h"

#include <criterion/criterion.h>
#include <stdlib.h>

TestSuite(gate, .timeout = 60);

#define APP   "reg.test/acme/app"
#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct scene {
    struct scripted net;
    struct scan scan;
    struct policy_set *policies;
    struct gate_options options;
    struct gate gate;
    size_t file;
    size_t sessions;       /* that were opened */
    size_t tofu;           /* of them, those that accept a first root */
    const char *state_dir; /* NULL: none */
    enum assay_status session_fails;
};

static enum assay_status open_session(void *ctx, const struct gate_trust *trust,
                                      struct assay_session **out, struct assay_error *err)
{
    struct scene *scene = ctx;
    struct assay_options options = scripted_options(&scene->net);
    options.root = trust->root;
    options.state_dir = scene->state_dir;
    options.stateless = scene->state_dir == NULL;
    scene->sessions++;
    scene->tofu += trust->tofu ? 1 : 0;
    if (scene->session_fails != ASSAY_OK) {
        return FAIL(err, scene->session_fails, "scripted failure");
    }
    return session_new(&options, &scene->net.env, out, err);
}

/* The policy's text, in which PIN stands for the pin of the repository. NULL: no policy. */
static void set_policy(struct scene *scene, const char *text)
{
    struct assay_error err = ERROR_INIT;
    struct pool *pool = &scene->net.pool;
    cr_assert_eq(policy_set_new(&scene->policies, &err), ASSAY_OK);
    const char *pin = text == NULL ? NULL : strstr(text, "PIN");
    if (pin != NULL) {
        text = pool_printf(pool, "%.*s\"%s\"%s", (int)(pin - text), text, scene->net.pin, pin + 3);
    }
    if (text != NULL) {
        text = pool_printf(pool, "schema: 1\n%s", text);
        cr_assert_eq(
            policy_load_text(scene->policies, slice_from_string(text), "assay.yaml", NULL, &err),
            ASSAY_OK, "%s", err.message);
    }
    scene->options.policies = scene->policies;
}

/* Serves the repository and begins a scan of one file. */
static void begin(struct scene *scene, const char *policy)
{
    static const struct scan_options no_options = { 0 };
    struct assay_error err = ERROR_INIT;
    scripted_serve(&scene->net);
    scan_init(&scene->scan, &scene->net.env, &no_options);
    cr_assert_eq(scan_add_file(&scene->scan, "Dockerfile", "Dockerfile", &scene->file, &err),
                 ASSAY_OK);
    scene->options = (struct gate_options){
        .env = &scene->net.env, .fail_on = GATE_ERROR, .session = open_session, .ctx = scene
    };
    set_policy(scene, policy);
}

static void set_up(struct scene *scene, const char *policy)
{
    *scene = (struct scene){ .session_fails = ASSAY_OK };
    scripted_init(&scene->net);
    scripted_set(&scene->net, "config-amd64", "/config/User", "\"1000\"");
    begin(scene, policy);
}

static void tear_down(struct scene *scene)
{
    gate_clear(&scene->gate);
    policy_set_free(scene->policies);
    scan_clear(&scene->scan);
    cr_expect_str_empty(scene->net.server.problem);
    scripted_clear(&scene->net);
}

static struct scan_spot spot_at(const struct scene *scene, size_t line)
{
    return (struct scan_spot){ scene->file, line, 6, 0, 1 };
}

static void add(struct scene *scene, size_t line, const char *text)
{
    struct assay_error err = ERROR_INIT;
    const struct scan_reference reference = { .spot = spot_at(scene, line),
                                              .place = SCAN_FROM,
                                              .owner = "stage 0",
                                              .written = text == NULL ? "$BASE" : text,
                                              .text = text,
                                              .problem = text == NULL ? "BASE is not set" : NULL };
    cr_assert_eq(scan_add(&scene->scan, &reference, &err), ASSAY_OK);
}

static void judge(struct scene *scene)
{
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(scan_finish(&scene->scan, &err), ASSAY_OK);
    cr_assert_eq(gate_judge(&scene->scan, &scene->options, &scene->gate, &err), ASSAY_OK, "%s",
                 err.message);
}

static size_t count_of(const struct gate *gate, enum gate_rule rule)
{
    size_t count = 0;
    for (size_t i = 0; i < gate->finding_count; i++) {
        count += gate->findings[i].rule == rule ? 1 : 0;
    }
    return count;
}

#define OPEN_POLICY "scopes: {\"*\": {trust: {root: PIN}, references: {digest: optional}}}\n"

static const char *digest_of(struct scene *scene, const char *file)
{
    return sha256_text(&scene->net.pool, repo_file(&scene->net.repo, file)->bytes);
}

/* ---- one image ---- */

Test(gate, outcomes)
{
    static const struct {
        const char *name;
        const char *policy;    /* NULL: none at all */
        const char *reference; /* NULL: not known */
        const char *digest_of; /* a file whose digest is put behind it; NULL: none */
        enum gate_outcome outcome;
        enum assay_status status;
        enum gate_rule rule; /* of the only finding; GATE_RULE_COUNT: there is none */
        bool asks;           /* whether the network was asked */
    } CASES[] = {
        { "signed", OPEN_POLICY, APP ":1.0", NULL, GATE_PASSED, ASSAY_OK, GATE_RULE_COUNT, true },
        { "signed digest", OPEN_POLICY, APP ":1.0", "index", GATE_PASSED, ASSAY_OK, GATE_RULE_COUNT,
          true },
        { "not signed", OPEN_POLICY, APP ":unsigned", NULL, GATE_FAILED, ASSAY_TAG_NOT_SIGNED,
          GATE_TRUST_RULE, true },
        { "other digest", OPEN_POLICY, APP ":1.0", "amd64", GATE_FAILED, ASSAY_DIGEST_MISMATCH,
          GATE_TRUST_RULE, true },
        { "nothing pinned", "scopes: {\"*\": {references: {digest: optional}}}\n", APP ":1.0", NULL,
          GATE_UNDECIDED, ASSAY_NO_ROOT_PINNED, GATE_TRUST_RULE, false },
        { "not known", OPEN_POLICY, NULL, NULL, GATE_UNDECIDED, ASSAY_UNRESOLVED,
          GATE_UNRESOLVED_RULE, false },
        { "malformed", OPEN_POLICY, "reg.test/UPPER:1", NULL, GATE_FAILED, ASSAY_REFERENCE,
          GATE_MALFORMED_RULE, false },
        { "rejected", "scopes: {\"*\": {trust: {root: PIN}}, reg.test/acme/app: {reject: moved}}\n",
          APP ":1.0", "index", GATE_FAILED, ASSAY_POLICY, GATE_REJECTED_RULE, false },
        { "another registry",
          "scopes: {\"*\": {trust: {root: PIN}, references: {registries: [docker.io]}}}\n",
          APP ":1.0", "index", GATE_FAILED, ASSAY_POLICY, GATE_REGISTRY_RULE, false },
        { "no digest", "scopes: {\"*\": {trust: {root: PIN}}}\n", APP ":1.0", NULL, GATE_FAILED,
          ASSAY_POLICY, GATE_DIGEST_MISSING_RULE, true },
        { "another role",
          "scopes: {\"*\": {trust: {root: PIN, roles: [targets]}, references: {digest: "
          "optional}}}\n",
          APP ":1.0", NULL, GATE_FAILED, ASSAY_POLICY, GATE_ROLE_RULE, true },
        { "as root",
          "scopes: {\"*\": {trust: {root: PIN}, references: {digest: optional}, image: {user: "
          "non-root}}}\n",
          APP ":1.0", NULL, GATE_FAILED, ASSAY_POLICY, GATE_USER_ROOT_RULE, true },
        { "as a number",
          "scopes: {\"*\": {trust: {root: PIN}, references: {digest: optional}, image: {user: "
          "numeric}}}\n",
          APP ":legacy", NULL, GATE_PASSED, ASSAY_OK, GATE_RULE_COUNT, true },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct scene scene;
        set_up(&scene, CASES[i].policy);
        const char *reference = CASES[i].reference;
        if (CASES[i].digest_of != NULL) {
            reference = pool_printf(&scene.net.pool, "%s@%s", reference,
                                    digest_of(&scene, CASES[i].digest_of));
        }
        add(&scene, 1, reference);
        judge(&scene);
        cr_expect_eq(scene.gate.status, CASES[i].status, "%s: %s", CASES[i].name,
                     assay_status_id(scene.gate.status));
        cr_assert_eq(scene.gate.image_count, 1U);
        cr_expect_eq(scene.gate.images[0].outcome, CASES[i].outcome, "%s", CASES[i].name);
        cr_expect_eq(scene.gate.counts[CASES[i].outcome], 1U, "%s", CASES[i].name);
        size_t findings = CASES[i].rule == GATE_RULE_COUNT ? 0 : 1;
        cr_expect_eq(scene.gate.finding_count, findings, "%s: %s", CASES[i].name,
                     scene.gate.finding_count == 0 ? "" : scene.gate.findings[0].message);
        if (findings == 1 && scene.gate.finding_count > 0) {
            cr_expect_eq(scene.gate.findings[0].rule, CASES[i].rule, "%s: %s", CASES[i].name,
                         scene.gate.findings[0].message);
        }
        cr_expect_eq(scripted_asked(&scene.net, "") > 0, CASES[i].asks, "%s", CASES[i].name);
        tear_down(&scene);
    }
}

/* Without a policy: signed by a pinned root, with a digest, and no tag latest. */
Test(gate, without_a_policy_it_is_closed)
{
    struct scene scene;
    set_up(&scene, NULL);
    add(&scene, 1, APP);
    judge(&scene);
    cr_expect_eq(count_of(&scene.gate, GATE_DIGEST_MISSING_RULE), 1U);
    cr_expect_eq(count_of(&scene.gate, GATE_TAG_LATEST_RULE), 1U);
    cr_expect_eq(count_of(&scene.gate, GATE_TRUST_RULE), 1U);
    cr_expect_eq(scene.gate.status, ASSAY_POLICY);
    cr_expect_eq(scene.tofu, 0U);
    tear_down(&scene);
}

Test(gate, a_first_root_is_accepted_only_where_a_policy_says_so)
{
    static const char *const policies[] = {
        "scopes: {\"*\": {trust: {first-use: accept}}}\n",
        "scopes: {\"*\": {trust: {first-use: reject}}}\n",
        "scopes: {\"*\": {references: {latest: allowed}}}\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(policies); i++) {
        struct scene scene;
        set_up(&scene, policies[i]);
        scene.session_fails = ASSAY_CONFIG;
        add(&scene, 1, APP ":1.0");
        judge(&scene);
        cr_expect_eq(scene.tofu, i == 0 ? 1U : 0U, "%s", policies[i]);
        tear_down(&scene);
    }
}

Test(gate, a_digest_that_is_allowed_is_not_fetched)
{
    static const struct {
        const char *until;
        enum gate_outcome outcome;
        enum gate_rule rule;
    } CASES[] = {
        { "2027-01-15", GATE_ALLOWED, GATE_ALLOWED_RULE },
        { "2027-01-14", GATE_FAILED, GATE_ALLOWED_EXPIRED_RULE },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct scene scene;
        AUTO_BUF policy = BUF_INIT(MIB);
        cr_assert_eq(buf_printf(&policy, NULL,
                                "scopes: {\"*\": {trust: {root: PIN}}, " APP
                                ": {allow: [{digest: \"sha256:" HEX64
                                "\", reason: old, until: %s}]}}\n",
                                CASES[i].until),
                     ASSAY_OK);
        set_up(&scene, buf_text(&policy));
        add(&scene, 1, APP "@sha256:" HEX64);
        judge(&scene);
        cr_expect_eq(scene.gate.images[0].outcome, CASES[i].outcome, "%s", CASES[i].until);
        cr_expect_eq(count_of(&scene.gate, CASES[i].rule), 1U, "%s", CASES[i].until);
        bool is_allowed = CASES[i].outcome == GATE_ALLOWED;
        cr_expect_eq(scene.gate.status == ASSAY_OK, is_allowed, "%s", CASES[i].until);
        cr_expect_eq(scene.gate.images[0].allowed != NULL, is_allowed, "%s", CASES[i].until);
        cr_expect_eq(scene.sessions, is_allowed ? 0U : 1U, "%s", CASES[i].until);
        tear_down(&scene);
    }
}

/* The tag is signed anew for another image, in newer metadata. */
static void sign_anew(struct scripted *net)
{
    struct repo_file *releases = repo_file(&net->repo, "targets/releases");
    for (size_t i = 0; i < releases->link_count; i++) {
        if (strcmp(releases->links[i].file, "index") == 0) {
            releases->links[i].file = "amd64";
        }
    }
    scripted_set(net, "targets/releases", "/version", "3");
    scripted_set(net, "snapshot", "/version", "6");
    scripted_set(net, "timestamp", "/version", "8");
}

Test(gate, a_digest_that_was_signed_before_is_stale)
{
    char state[] = "/tmp/assay-gate.XXXXXX";
    struct scene scene = { .session_fails = ASSAY_OK };
    cr_assert_not_null(mkdtemp(state));
    for (size_t run = 0; run < 2; run++) {
        scene = (struct scene){ .state_dir = state };
        scripted_init(&scene.net);
        repo_seal(&scene.net.repo, NULL);
        const char *before = digest_of(&scene, "index");
        if (run == 1) {
            sign_anew(&scene.net);
        }
        begin(&scene, OPEN_POLICY);
        add(&scene, 1, pool_printf(&scene.net.pool, "%s:1.0@%s", APP, before));
        judge(&scene);
        cr_expect_eq(scene.gate.status, run == 0 ? ASSAY_OK : ASSAY_PIN_STALE, "%s",
                     assay_status_id(scene.gate.status));
        cr_expect_eq(count_of(&scene.gate, GATE_PIN_STALE_RULE), run);
        cr_expect_eq(scene.gate.images[0].outcome, run == 0 ? GATE_PASSED : GATE_FAILED);
        tear_down(&scene);
    }
    dir_remove(state);
}

/* ---- nothing, and what cannot be read ---- */

Test(gate, nothing_is_no_pass)
{
    struct scene scene;
    set_up(&scene, OPEN_POLICY);
    judge(&scene);
    cr_expect_eq(scene.gate.status, ASSAY_NOTHING);
    tear_down(&scene);
    set_up(&scene, OPEN_POLICY);
    add(&scene, 1, "built/here:dev");
    scene.scan.references[0].is_built = true;
    judge(&scene);
    cr_expect_eq(scene.gate.images[0].outcome, GATE_BUILT);
    cr_expect_eq(scene.gate.status, ASSAY_NOTHING);
    cr_expect_eq(scene.sessions, 0U);
    tear_down(&scene);
}

Test(gate, a_malformed_file_does_not_hide_the_others)
{
    struct scene scene;
    struct assay_error err = ERROR_INIT;
    set_up(&scene, OPEN_POLICY);
    add(&scene, 3, APP ":1.0");
    const struct scan_spot spot = spot_at(&scene, 7);
    cr_assert_eq(
        scan_add_problem(&scene.scan, &spot, ASSAY_FILE_SYNTAX, &err, "a tab \x1b[1m stands here"),
        ASSAY_OK);
    judge(&scene);
    cr_expect_eq(scene.gate.status, ASSAY_FILE_SYNTAX);
    cr_expect_eq(scene.gate.images[0].outcome, GATE_PASSED);
    cr_assert_eq(scene.gate.finding_count, 1U);
    cr_expect_eq(scene.gate.findings[0].rule, GATE_UNREAD_RULE);
    cr_expect_eq(scene.gate.findings[0].image, SIZE_MAX);
    cr_expect_eq(scene.gate.findings[0].spot.line, 7U);
    cr_expect_null(strchr(scene.gate.findings[0].message, '\x1b'));
    tear_down(&scene);
}

Test(gate, the_worst_decides)
{
    struct scene scene;
    set_up(&scene, OPEN_POLICY);
    add(&scene, 1, APP ":1.0");
    add(&scene, 2, "reg.test/UPPER:1"); /* usage */
    judge(&scene);
    cr_expect_eq(scene.gate.status, ASSAY_REFERENCE);
    gate_clear(&scene.gate);
    add(&scene, 3, NULL); /* undecided */
    judge(&scene);
    cr_expect_eq(scene.gate.status, ASSAY_UNRESOLVED);
    gate_clear(&scene.gate);
    add(&scene, 4, APP ":unsigned");
    judge(&scene);
    cr_expect_eq(scene.gate.status, ASSAY_TAG_NOT_SIGNED);
    gate_clear(&scene.gate);
    add(&scene, 5, APP "@sha256:" HEX64);
    add(&scene, 6,
        pool_printf(&scene.net.pool, "%s:1.0@%s", APP, digest_of(&scene, "config-amd64")));
    judge(&scene);
    cr_expect_eq(scene.gate.status, ASSAY_DIGEST_MISMATCH);
    cr_expect_eq(scene.gate.counts[GATE_PASSED], 1U);
    cr_expect_eq(scene.gate.counts[GATE_UNDECIDED], 1U);
    cr_expect_eq(scene.gate.counts[GATE_FAILED], 4U);
    tear_down(&scene);
}

/* ---- the network ---- */

Test(gate, a_limited_registry_is_no_pass)
{
    struct scene scene;
    set_up(&scene, OPEN_POLICY);
    struct served *tag =
        server_find(&scene.net.server, "https://reg.test/v2/acme/app/manifests/1.0");
    cr_assert_not_null(tag);
    tag->http_status = 429;
    tag->retry_after_ms = 0;
    add(&scene, 1, APP ":1.0");
    add(&scene, 2, APP ":legacy");
    judge(&scene);
    cr_expect_eq(scene.gate.images[0].outcome, GATE_UNDECIDED);
    cr_expect_eq(scene.gate.images[1].outcome, GATE_PASSED);
    cr_expect_eq(scene.gate.status, ASSAY_RATE_LIMITED);
    cr_expect_eq(scripted_asked(&scene.net, "/manifests/1.0"), (size_t)LIMIT_TRIES);
    tear_down(&scene);
}

Test(gate, a_session_that_cannot_be_had_is_no_pass)
{
    struct scene scene;
    set_up(&scene, OPEN_POLICY);
    scene.session_fails = ASSAY_PIN_INVALID;
    add(&scene, 1, APP ":1.0");
    add(&scene, 2, APP ":legacy");
    judge(&scene);
    cr_expect_eq(scene.gate.status, ASSAY_PIN_INVALID);
    cr_expect_eq(count_of(&scene.gate, GATE_TRUST_RULE), 2U);
    cr_expect_eq(scene.gate.counts[GATE_FAILED], 2U);
    tear_down(&scene);
}

/* One session for those that are trusted alike, one verdict for one reference. */
Test(gate, what_is_alike_is_asked_once)
{
    struct scene scene;
    set_up(&scene, "scopes: {\"*\": {trust: {root: PIN}, references: {digest: optional}}, "
                   "docker.io/*: {trust: {root: \"sha256:" HEX64 "\"}}}\n");
    add(&scene, 1, APP ":1.0");
    add(&scene, 2, "docker://" APP ":1.0");
    add(&scene, 3, APP ":legacy");
    add(&scene, 4, "alpine:3");
    add(&scene, 5, APP ":unsigned");
    add(&scene, 6, APP ":unsigned");
    judge(&scene);
    cr_expect_eq(scene.sessions, 2U);
    cr_expect_eq(scene.gate.verdict_count, 4U);
    cr_expect_eq(scene.gate.images[0].verdict, scene.gate.images[1].verdict);
    cr_expect_eq(scripted_asked(&scene.net, "/manifests/1.0"), 1U);
    cr_expect_eq(scripted_asked(&scene.net, "acme/app/_trust/tuf/timestamp.json"), 1U);
    cr_assert_eq(scene.gate.finding_count, 3U);
    cr_expect_eq(scene.gate.findings[1].spot.line, 5U);
    cr_expect_eq(scene.gate.findings[2].spot.line, 6U);
    cr_expect_eq(scene.gate.findings[2].image, 5U);
    cr_expect_str_eq(scene.gate.findings[1].message, scene.gate.findings[2].message);
    cr_expect_str_neq(scene.gate.findings[1].fingerprint, scene.gate.findings[2].fingerprint);
    tear_down(&scene);
}

Test(gate, the_platform_beside_a_reference)
{
    struct scene scene;
    set_up(&scene, OPEN_POLICY);
    add(&scene, 1, APP ":1.0");
    add(&scene, 2, APP ":1.0");
    scene.scan.references[0].platform = "linux/arm64";
    scene.scan.references[1].platform = "linux/s390x";
    judge(&scene);
    cr_expect_eq(scene.gate.images[0].outcome, GATE_PASSED);
    cr_expect_eq(scene.gate.images[1].outcome, GATE_FAILED);
    cr_expect_eq(count_of(&scene.gate, GATE_PLATFORM_RULE), 1U);
    tear_down(&scene);
}

Test(gate, a_clock_that_cannot_be_right_ends_it)
{
    struct scene scene;
    struct assay_error err = ERROR_INIT;
    set_up(&scene, OPEN_POLICY);
    add(&scene, 1, APP ":1.0");
    scene.net.now_unix_s = LIMIT_CLOCK_MIN_UNIX_S - 1;
    cr_expect_eq(gate_judge(&scene.scan, &scene.options, &scene.gate, &err), ASSAY_CLOCK);
    cr_expect_eq(scene.gate.status, ASSAY_CLOCK);
    cr_expect_eq(scene.gate.image_count, 0U);
    tear_down(&scene);
}

Test(gate, an_interruption_ends_it)
{
    struct scene scene;
    struct assay_error err = ERROR_INIT;
    set_up(&scene, OPEN_POLICY);
    add(&scene, 1, APP ":1.0");
    scene.net.server.interrupted_at = "timestamp.json";
    cr_expect_eq(gate_judge(&scene.scan, &scene.options, &scene.gate, &err), ASSAY_INTERRUPTED);
    cr_expect_eq(scene.gate.status, ASSAY_INTERRUPTED);
    tear_down(&scene);
}

/* ---- warnings ---- */

Test(gate, warnings_count_where_they_are_to)
{
    for (size_t i = 0; i < 2; i++) {
        struct scene scene;
        set_up(&scene, "scopes: {\"*\": {trust: {root: PIN}, references: {digest: optional}, "
                       "freshness: {warn-before: 3650d}}}\n");
        scene.options.fail_on = i == 0 ? GATE_ERROR : GATE_WARNING;
        add(&scene, 1, APP ":1.0");
        judge(&scene);
        cr_expect_eq(count_of(&scene.gate, GATE_EXPIRY_NEAR_RULE), 1U);
        /* what fails the run is an error wherever it is told */
        cr_expect_eq(scene.gate.findings[0].level, i == 0 ? GATE_WARNING : GATE_ERROR);
        cr_expect_eq(scene.gate.findings[0].status, i == 0 ? ASSAY_OK : ASSAY_POLICY);
        cr_expect_eq(scene.gate.images[0].outcome, i == 0 ? GATE_PASSED : GATE_FAILED);
        cr_expect_eq(scene.gate.status, i == 0 ? ASSAY_OK : ASSAY_POLICY);
        tear_down(&scene);
    }
}

/* ---- comments ---- */

static void add_ignore(struct scene *scene, size_t line, const char *rule, const char *reason)
{
    static const char *rules[1];
    struct assay_error err = ERROR_INIT;
    const char **kept = pool_alloc(&scene->net.pool, sizeof(rules));
    kept[0] = rule;
    const struct scan_ignore ignore = { .spot = { scene->file, line, 30, 0, 1 },
                                        .line = line,
                                        .rules = kept,
                                        .rule_count = rule == NULL ? 0 : 1,
                                        .reason = reason };
    cr_assert_eq(scan_add_ignore(&scene->scan, &ignore, &err), ASSAY_OK);
}

Test(gate, comments)
{
    static const struct {
        const char *name;
        const char *ignores; /* what the policy says; NULL: nothing */
        bool is_project;
        const char *reference;
        size_t line; /* of the comment */
        const char *rule;
        const char *reason;
        enum gate_rule found; /* of the comment itself; GATE_RULE_COUNT: nothing */
        enum assay_status status;
    } CASES[] = {
        { "accepted", "accepted", false, APP ":1.0", 1, "digest-missing", "why", GATE_RULE_COUNT,
          ASSAY_OK },
        { "refused", "refused", true, APP ":1.0", 1, "digest-missing", "why",
          GATE_IGNORE_REFUSED_RULE, ASSAY_POLICY },
        { "of a project", NULL, true, APP ":1.0", 1, "digest-missing", "why", GATE_RULE_COUNT,
          ASSAY_OK },
        { "of strangers", NULL, false, APP ":1.0", 1, "digest-missing", "why",
          GATE_IGNORE_REFUSED_RULE, ASSAY_POLICY },
        { "on another line", "accepted", false, APP ":1.0", 2, "digest-missing", "why",
          GATE_IGNORE_UNUSED_RULE, ASSAY_POLICY },
        { "of another rule", "accepted", false, APP ":1.0", 1, "tag-latest", "why",
          GATE_IGNORE_UNUSED_RULE, ASSAY_POLICY },
        { "of no rule", "accepted", false, APP ":1.0", 1, "digest-mising", "why",
          GATE_IGNORE_MALFORMED_RULE, ASSAY_POLICY },
        { "without a rule", "accepted", false, APP ":1.0", 1, NULL, "why",
          GATE_IGNORE_MALFORMED_RULE, ASSAY_POLICY },
        { "without a reason", "accepted", false, APP ":1.0", 1, "digest-missing", NULL,
          GATE_IGNORE_MALFORMED_RULE, ASSAY_POLICY },
        { "of what never can be", "accepted", false, APP ":unsigned", 1, "trust", "why",
          GATE_IGNORE_REFUSED_RULE, ASSAY_POLICY },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct scene scene;
        AUTO_BUF policy = BUF_INIT(MIB);
        bool says = CASES[i].ignores != NULL;
        cr_assert_eq(buf_printf(&policy, NULL,
                                "scopes: {\"*\": {trust: {root: PIN}, references: {digest: "
                                "required%s%s}}}\n",
                                says ? ", ignores: " : "", says ? CASES[i].ignores : ""),
                     ASSAY_OK);
        set_up(&scene, buf_text(&policy));
        scene.options.is_project = CASES[i].is_project;
        add(&scene, 1, CASES[i].reference);
        add_ignore(&scene, CASES[i].line, CASES[i].rule, CASES[i].reason);
        judge(&scene);
        enum gate_rule rules[] = { GATE_IGNORE_REFUSED_RULE, GATE_IGNORE_UNUSED_RULE,
                                   GATE_IGNORE_MALFORMED_RULE };
        for (size_t r = 0; r < ARRAY_LEN(rules); r++) {
            cr_expect_eq(count_of(&scene.gate, rules[r]), rules[r] == CASES[i].found ? 1U : 0U,
                         "%s: %s", CASES[i].name, gate_rule_row(rules[r])->id);
        }
        cr_expect_eq(assay_status_class(scene.gate.status), assay_status_class(CASES[i].status),
                     "%s", CASES[i].name);
        bool ignored = CASES[i].status == ASSAY_OK;
        cr_expect_eq(scene.gate.images[0].outcome, ignored ? GATE_PASSED : GATE_FAILED, "%s",
                     CASES[i].name);
        for (size_t f = 0; f < scene.gate.finding_count; f++) {
            const struct gate_finding *finding = &scene.gate.findings[f];
            bool is_it = ignored && finding->rule == GATE_DIGEST_MISSING_RULE;
            cr_expect_eq(finding->ignored != NULL, is_it, "%s", CASES[i].name);
        }
        tear_down(&scene);
    }
}

/* What was not judged to the end may yet be found there. */
Test(gate, a_comment_beside_what_is_undecided_is_not_idle)
{
    struct scene scene;
    set_up(&scene, "scopes: {\"*\": {references: {ignores: accepted}}}\n");
    add(&scene, 1, APP ":1.0@sha256:" HEX64);
    add_ignore(&scene, 1, "user-root", "why");
    judge(&scene);
    cr_expect_eq(scene.gate.status, ASSAY_NO_ROOT_PINNED);
    cr_expect_eq(count_of(&scene.gate, GATE_IGNORE_UNUSED_RULE), 0U);
    tear_down(&scene);
}

/* ---- fingerprints and order ---- */

static const char *fingerprint_at(const char *file, const char *place, size_t line,
                                  const char *reference)
{
    static char kept[DIGEST_HEX_BYTES];
    struct scene scene;
    struct assay_error err = ERROR_INIT;
    set_up(&scene, "scopes: {\"*\": {reject: moved, references: {digest: optional}}}\n");
    cr_assert_eq(scan_add_file(&scene.scan, file, place, &scene.file, &err), ASSAY_OK);
    add(&scene, line, reference);
    judge(&scene);
    cr_assert_eq(scene.gate.finding_count, 1U);
    memcpy(kept, scene.gate.findings[0].fingerprint, sizeof(kept));
    tear_down(&scene);
    return kept;
}

static const char *fingerprint(const char *file, size_t line, const char *reference)
{
    return fingerprint_at(file, file, line, reference);
}

Test(gate, fingerprints)
{
    char first[DIGEST_HEX_BYTES];
    memcpy(first, fingerprint("a", 1, APP ":1.0"), sizeof(first));
    cr_expect_eq(strlen(first), 64U);
    cr_expect_str_eq(fingerprint("a", 2, APP ":1.0"), first, "another line");
    cr_expect_str_eq(fingerprint("a", 1, APP ":2.0"), first, "another tag");
    cr_expect_str_eq(fingerprint("a", 1, APP ":1.0@sha256:" HEX64), first, "another digest");
    cr_expect_str_neq(fingerprint("b", 1, APP ":1.0"), first, "another file");
    cr_expect_str_neq(fingerprint("a", 1, APP "2:1.0"), first, "another repository");
}

/* Below the working directory the same however it was named; elsewhere the same on each machine. */
Test(gate, fingerprints_hold_the_path)
{
    char first[DIGEST_HEX_BYTES];
    memcpy(first, fingerprint("a/b", 1, APP ":1.0"), sizeof(first));
    cr_expect_str_eq(fingerprint_at("/x/a/b", "a/b", 1, APP ":1.0"), first, "absolute");
    cr_expect_str_eq(fingerprint_at("c/../a/b", "a/b", 1, APP ":1.0"), first, "around");
    cr_expect_str_neq(fingerprint("b", 1, APP ":1.0"), first, "another directory");
    memcpy(first, fingerprint_at("../b", "/one/b", 1, APP ":1.0"), sizeof(first));
    cr_expect_str_eq(fingerprint_at("../b", "/two/b", 1, APP ":1.0"), first, "another machine");
    cr_expect_str_eq(fingerprint_at("../b", "", 1, APP ":1.0"), first, "no place");
}

Test(gate, findings_stand_in_the_order_of_files)
{
    static const char *const names[] = { "b", "a/c", "a" };
    static const size_t order[] = { 2, 1, 0 }; /* of names */
    struct scene scene;
    struct assay_error err = ERROR_INIT;
    size_t files[ARRAY_LEN(names)];
    set_up(&scene, "scopes: {\"*\": {reject: moved, references: {digest: optional}}}\n");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        cr_assert_eq(scan_add_file(&scene.scan, names[i], names[i], &files[i], &err), ASSAY_OK);
        scene.file = files[i];
        add(&scene, 2, APP ":1.0");
        add(&scene, 1, APP ":1.0");
    }
    judge(&scene);
    cr_assert_eq(scene.gate.finding_count, 6U);
    for (size_t i = 0; i < 6; i++) {
        cr_expect_eq(scene.gate.findings[i].spot.file, files[order[i / 2]], "%zu", i);
        cr_expect_eq(scene.gate.findings[i].spot.line, i % 2 + 1, "%zu", i);
    }
    tear_down(&scene);
}

/* Nothing of a file reaches a report as it is. */
Test(gate, texts_are_fit_for_a_terminal)
{
    struct scene scene;
    set_up(&scene, OPEN_POLICY);
    add(&scene, 1, "reg.test/\x1b[31mapp:1");
    add(&scene, 2, NULL);
    scene.scan.references[1].written = "$\x1b[31mBASE";
    scene.scan.references[1].problem = "\x1b[31m is not set";
    judge(&scene);
    cr_assert_eq(scene.gate.finding_count, 2U);
    for (size_t i = 0; i < 2; i++) {
        cr_expect_null(strchr(scene.gate.findings[i].message, '\x1b'));
        cr_expect_null(strchr(scene.gate.findings[i].reference, '\x1b'));
        cr_expect_null(strchr(scene.gate.images[i].reference, '\x1b'));
    }
    tear_down(&scene);
}
