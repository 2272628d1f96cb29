/* SPDX-License-Identifier: Apache-2.0 */
/* Each rule on terms and verdicts made by hand: once it finds, once it does not. */
#include "base/mem.h"
#include "gate/judging.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(rules, .timeout = 60);

#define NOW   1800014400 /* 2027-01-15T12:00:00Z */
#define DAY   86400
#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct scene {
    struct scan_reference found;
    struct gate_image image;
    struct gate gate;
    struct policy_terms terms;
    struct oci_reference reference;
    struct assay_verdict *verdict;
    struct gate_case at;
};

static void set_up(struct scene *scene, const char *reference)
{
    struct assay_error err = ERROR_INIT;
    *scene = (struct scene){ .gate = { .arena = ARENA_INIT(MIB), .now_unix_s = NOW } };
    cr_assert_eq(oci_reference_parse(reference, &scene->reference, &err), ASSAY_OK);
    scene->verdict = verdict_new(reference);
    cr_assert_not_null(scene->verdict);
    error_clear(&scene->verdict->error);
    cr_assert_eq(mem_set_string(&scene->verdict->role, "targets/releases", &err), ASSAY_OK);
    scene->verdict->threshold = 1;
    scene->verdict->timestamp_expires_unix_s = NOW + 13 * DAY;
    scene->verdict->lasting_expires_unix_s = NOW + 300 * DAY;
    scene->image = (struct gate_image){ .found = &scene->found, .reference = reference };
    scene->gate.images = &scene->image;
    scene->gate.image_count = 1;
    scene->at =
        (struct gate_case){ &scene->gate, 0, &scene->reference, &scene->terms, scene->verdict };
}

static void tear_down(struct scene *scene)
{
    oci_reference_clear(&scene->reference);
    assay_verdict_free(scene->verdict);
    mem_free(scene->gate.findings);
    arena_clear(&scene->gate.arena);
}

static struct policy_value *set_number(struct scene *scene, enum policy_field field, int64_t number)
{
    struct policy_value *value = &scene->terms.values[field];
    *value =
        (struct policy_value){ .is_set = true, .number = number, .origin = { "assay.yaml", "*" } };
    return value;
}

static void set_texts(struct scene *scene, enum policy_field field, const char **texts,
                      size_t count)
{
    struct policy_value *value = set_number(scene, field, 0);
    value->texts = texts;
    value->text_count = count;
}

static void add_signer(struct scene *scene, char id)
{
    struct assay_verdict *verdict = scene->verdict;
    struct verdict_signer *more =
        mem_resize(verdict->signers, verdict->signer_count + 1, sizeof(*more));
    cr_assert_not_null(more);
    verdict->signers = more;
    struct verdict_signer *signer = &more[verdict->signer_count++];
    *signer = (struct verdict_signer){ .role = mem_copy_string("targets/releases") };
    (void)snprintf(signer->key_id, sizeof(signer->key_id), "key-%c%zu", id, verdict->signer_count);
    (void)snprintf(signer->canonical_id, sizeof(signer->canonical_id), "canonical-%c", id);
}

static void add_platform(struct scene *scene, const char *platform, const char *config)
{
    struct assay_verdict *verdict = scene->verdict;
    struct assay_error err = ERROR_INIT;
    verdict->platforms =
        mem_resize(verdict->platforms, verdict->platform_count + 1, sizeof(*verdict->platforms));
    verdict->configs =
        mem_resize(verdict->configs, verdict->config_count + 1, sizeof(*verdict->configs));
    cr_assert(verdict->platforms != NULL && verdict->configs != NULL);
    verdict->platforms[verdict->platform_count++] =
        (struct verdict_platform){ .platform = mem_copy_string(platform),
                                   .state = VERDICT_PLATFORM_JUDGED };
    struct verdict_config *added = &verdict->configs[verdict->config_count++];
    *added = (struct verdict_config){ .platform = mem_copy_string(platform) };
    cr_assert_eq(oci_config_facts_parse(slice_from_string(config), &added->facts, &err), ASSAY_OK,
                 "%s", err.message);
}

/* Whether the rule found exactly one thing, and others nothing; GATE_RULE_COUNT: nothing at all. */
static void expect_rule(const struct scene *scene, enum gate_rule rule, const char *what)
{
    if (rule == GATE_RULE_COUNT) {
        cr_expect_eq(scene->gate.finding_count, 0U, "%s: %s", what,
                     scene->gate.finding_count == 0 ? "" : scene->gate.findings[0].message);
        return;
    }
    cr_assert_eq(scene->gate.finding_count, 1U, "%s", what);
    const struct gate_finding *finding = &scene->gate.findings[0];
    cr_expect_eq(finding->rule, rule, "%s: %s", what, finding->message);
    cr_expect_eq(finding->level, gate_rule_row(rule)->level, "%s", what);
    cr_expect_eq(finding->status == ASSAY_OK, finding->level != GATE_ERROR, "%s", what);
    cr_expect_str_not_empty(finding->message, "%s", what);
}

/* ---- references ---- */

Test(rules, ways)
{
    static const char *places[] = { "reg.test/acme", "docker.io" };
    static const struct policy_allowed allowed = { .reason = "built before signing",
                                                   .until_unix_s = NOW,
                                                   .origin = { "assay.yaml", "*" } };
    static const struct policy_allowed expired = { .reason = "built before signing",
                                                   .until_unix_s = NOW - 1,
                                                   .origin = { "assay.yaml", "*" } };
    static const struct {
        const char *reference;
        bool registries;
        const char *reject;
        bool conflict;
        const struct policy_allowed *allowed;
        enum gate_way way;
        enum gate_rule rule;
    } CASES[] = {
        { "reg.test/acme/app:1", 0, NULL, 0, NULL, GATE_WAY_VERIFY, GATE_RULE_COUNT },
        { "reg.test/acme/app:1", 0, "moved", 0, NULL, GATE_WAY_REFUSE, GATE_REJECTED_RULE },
        { "reg.test/acme/app:1", 0, "moved", 0, &allowed, GATE_WAY_REFUSE, GATE_REJECTED_RULE },
        { "reg.test/acme/app:1", 0, NULL, 1, NULL, GATE_WAY_REFUSE, GATE_CONFLICT_RULE },
        { "reg.test/acme/app:1", 1, NULL, 0, NULL, GATE_WAY_VERIFY, GATE_RULE_COUNT },
        { "alpine:3", 1, NULL, 0, NULL, GATE_WAY_VERIFY, GATE_RULE_COUNT },
        { "reg.test/acmee/app:1", 1, NULL, 0, NULL, GATE_WAY_REFUSE, GATE_REGISTRY_RULE },
        { "reg.test/app:1", 1, NULL, 0, NULL, GATE_WAY_REFUSE, GATE_REGISTRY_RULE },
        { "docker.io.evil.test/a:1", 1, NULL, 0, NULL, GATE_WAY_REFUSE, GATE_REGISTRY_RULE },
        { "reg.test/app:1", 1, NULL, 0, &allowed, GATE_WAY_REFUSE, GATE_REGISTRY_RULE },
        { "reg.test/app:1", 0, NULL, 0, &allowed, GATE_WAY_ALLOW, GATE_ALLOWED_RULE },
        { "reg.test/app:1", 0, NULL, 0, &expired, GATE_WAY_VERIFY, GATE_ALLOWED_EXPIRED_RULE },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct scene scene;
        struct assay_error err = ERROR_INIT;
        char what[64];
        (void)snprintf(what, sizeof(what), "%zu: %s", i, CASES[i].reference);
        set_up(&scene, CASES[i].reference);
        if (CASES[i].registries) {
            set_texts(&scene, POLICY_REF_REGISTRIES, places, ARRAY_LEN(places));
        }
        scene.terms.reject = CASES[i].reject;
        scene.terms.values[POLICY_TRUST_ROOT].conflict = CASES[i].conflict;
        scene.terms.allowed = CASES[i].allowed;
        scene.at.verdict = NULL;
        enum gate_way way = gate_way_of(&scene.terms, &scene.reference, NOW);
        cr_expect_eq(way, CASES[i].way, "%s", what);
        cr_expect_eq(gate_judge_reference(&scene.at, way, &err), ASSAY_OK, "%s", what);
        expect_rule(&scene, CASES[i].rule, what);
        tear_down(&scene);
    }
}

/* Signed after all: what was allowed need not be any more. */
Test(rules, an_expired_entry_does_not_speak_against_what_is_signed)
{
    static const struct policy_allowed expired = { .reason = "built before signing",
                                                   .until_unix_s = NOW - 1,
                                                   .origin = { "assay.yaml", "*" } };
    struct assay_error err = ERROR_INIT;
    struct scene scene;
    set_up(&scene, "reg.test/app@sha256:" HEX64);
    scene.terms.allowed = &expired;
    cr_expect_eq(gate_judge_reference(&scene.at, GATE_WAY_VERIFY, &err), ASSAY_OK);
    expect_rule(&scene, GATE_RULE_COUNT, "trusted");
    (void)FAIL(&scene.verdict->error, ASSAY_DIGEST_NOT_SIGNED, "not signed");
    cr_expect_eq(gate_judge_reference(&scene.at, GATE_WAY_VERIFY, &err), ASSAY_OK);
    expect_rule(&scene, GATE_ALLOWED_EXPIRED_RULE, "not trusted");
    tear_down(&scene);
}

Test(rules, tags_and_digests)
{
    static const struct {
        const char *reference;
        int64_t digest;
        int64_t latest;
        enum gate_rule rule;
    } CASES[] = {
        { "reg.test/a:1", POLICY_DIGEST_OPTIONAL, POLICY_LATEST_ALLOWED, GATE_RULE_COUNT },
        { "reg.test/a:1", POLICY_DIGEST_REQUIRED, POLICY_LATEST_ALLOWED, GATE_DIGEST_MISSING_RULE },
        { "reg.test/a:1@sha256:" HEX64, POLICY_DIGEST_REQUIRED, POLICY_LATEST_ALLOWED,
          GATE_RULE_COUNT },
        { "reg.test/a@sha256:" HEX64, POLICY_DIGEST_REQUIRED, POLICY_LATEST_FORBIDDEN,
          GATE_RULE_COUNT },
        { "reg.test/a:latest", POLICY_DIGEST_OPTIONAL, POLICY_LATEST_ALLOWED, GATE_RULE_COUNT },
        { "reg.test/a:latest", POLICY_DIGEST_OPTIONAL, POLICY_LATEST_FORBIDDEN,
          GATE_TAG_LATEST_RULE },
        { "reg.test/a", POLICY_DIGEST_OPTIONAL, POLICY_LATEST_FORBIDDEN, GATE_TAG_LATEST_RULE },
        { "reg.test/a:latest@sha256:" HEX64, POLICY_DIGEST_REQUIRED, POLICY_LATEST_FORBIDDEN,
          GATE_TAG_LATEST_RULE },
        { "reg.test/a:latest-1", POLICY_DIGEST_OPTIONAL, POLICY_LATEST_FORBIDDEN, GATE_RULE_COUNT },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct scene scene;
        struct assay_error err = ERROR_INIT;
        set_up(&scene, CASES[i].reference);
        (void)set_number(&scene, POLICY_REF_DIGEST, CASES[i].digest);
        (void)set_number(&scene, POLICY_REF_LATEST, CASES[i].latest);
        cr_expect_eq(gate_judge_reference(&scene.at, GATE_WAY_VERIFY, &err), ASSAY_OK);
        expect_rule(&scene, CASES[i].rule, CASES[i].reference);
        tear_down(&scene);
    }
}

/* ---- trust ---- */

static void judge_trust(struct scene *scene, enum gate_rule rule, const char *what)
{
    struct assay_error err = ERROR_INIT;
    cr_expect_eq(gate_judge_trust(&scene->at, &err), ASSAY_OK, "%s", what);
    expect_rule(scene, rule, what);
    tear_down(scene);
}

Test(rules, roles)
{
    static const char *both[] = { "targets", "targets/releases" };
    struct scene scene;
    set_up(&scene, "reg.test/a:1");
    judge_trust(&scene, GATE_RULE_COUNT, "no rule");
    set_up(&scene, "reg.test/a:1");
    set_texts(&scene, POLICY_TRUST_ROLES, both, 2);
    judge_trust(&scene, GATE_RULE_COUNT, "one of two");
    set_up(&scene, "reg.test/a:1");
    set_texts(&scene, POLICY_TRUST_ROLES, both, 1);
    judge_trust(&scene, GATE_ROLE_RULE, "another");
    set_up(&scene, "reg.test/a:1");
    set_texts(&scene, POLICY_TRUST_ROLES, both, 0);
    judge_trust(&scene, GATE_ROLE_RULE, "nobody");
}

Test(rules, signers)
{
    static const char *named[] = { "canonical-a", "sha256:canonical-b", "key-c3" };
    static const struct {
        const char *signed_by; /* a letter a key */
        size_t named;          /* 0: any */
        int64_t minimum;       /* 0: none */
        enum gate_rule rule;
    } CASES[] = {
        { "", 0, 0, GATE_RULE_COUNT },      { "a", 0, 1, GATE_RULE_COUNT },
        { "a", 0, 2, GATE_SIGNERS_RULE },   { "ab", 0, 2, GATE_RULE_COUNT },
        { "aa", 0, 2, GATE_SIGNERS_RULE }, /* one key under two certificates */
        { "a", 1, 0, GATE_RULE_COUNT },     { "b", 1, 0, GATE_SIGNERS_RULE },
        { "ab", 1, 2, GATE_SIGNERS_RULE },  { "ab", 2, 2, GATE_RULE_COUNT },
        { "xyc", 3, 1, GATE_RULE_COUNT }, /* by the id that files list */
        { "xcy", 3, 1, GATE_SIGNERS_RULE },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct scene scene;
        set_up(&scene, "reg.test/a:1");
        for (const char *id = CASES[i].signed_by; *id != '\0'; id++) {
            add_signer(&scene, *id);
        }
        if (CASES[i].named > 0) {
            set_texts(&scene, POLICY_TRUST_SIGNERS, named, CASES[i].named);
        }
        if (CASES[i].minimum > 0) {
            (void)set_number(&scene, POLICY_TRUST_MINIMUM, CASES[i].minimum);
        }
        char what[32];
        (void)snprintf(what, sizeof(what), "%zu: %s", i, CASES[i].signed_by);
        judge_trust(&scene, CASES[i].rule, what);
    }
}

Test(rules, thresholds)
{
    struct scene scene;
    set_up(&scene, "reg.test/a:1");
    (void)set_number(&scene, POLICY_TRUST_THRESHOLD, 1);
    judge_trust(&scene, GATE_RULE_COUNT, "as low as may be");
    set_up(&scene, "reg.test/a:1");
    (void)set_number(&scene, POLICY_TRUST_THRESHOLD, 2);
    judge_trust(&scene, GATE_THRESHOLD_RULE, "too low");
}

Test(rules, freshness)
{
    static const struct {
        const char *name;
        int64_t expires_in_s; /* of the timestamp; INT64_MIN: unknown */
        int64_t max_age;      /* -1: none */
        int64_t lifetime;     /* -1: none */
        int64_t warn_before;  /* -1: none */
        enum gate_rule rule;
    } CASES[] = {
        { "no rule", 0, -1, -1, -1, GATE_RULE_COUNT },
        { "signed now", 14 * DAY, 1, -1, -1, GATE_RULE_COUNT },
        { "signed a day ago", 13 * DAY, 1, -1, -1, GATE_RULE_COUNT },
        { "signed longer ago", 13 * DAY - 1, 1, -1, -1, GATE_METADATA_OLD_RULE },
        { "lives longer", 13 * DAY - 1, 1, 7, -1, GATE_RULE_COUNT },
        { "lives 30 days", 13 * DAY, 1, 30, -1, GATE_METADATA_OLD_RULE },
        { "unknown", INT64_MIN, 1000, -1, -1, GATE_METADATA_OLD_RULE },
        { "no more than there is time", 13 * DAY, INT64_MAX, -1, -1, GATE_RULE_COUNT },
        { "the last day is not yet", DAY, -1, -1, 1, GATE_RULE_COUNT },
        { "the last day", DAY - 1, -1, -1, 1, GATE_EXPIRY_NEAR_RULE },
        { "lives for days", 3 * DAY, -1, -1, 30, GATE_RULE_COUNT },
        { "its last days", 3 * DAY - 1, -1, -1, 30, GATE_EXPIRY_NEAR_RULE },
        { "another role far from its end", 13 * DAY, -1, -1, 300, GATE_RULE_COUNT },
        { "another role near its end", 13 * DAY, -1, -1, 301, GATE_EXPIRY_NEAR_RULE },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct scene scene;
        bool known = CASES[i].expires_in_s != INT64_MIN;
        set_up(&scene, "reg.test/a:1");
        scene.verdict->timestamp_expires_unix_s = known ? NOW + CASES[i].expires_in_s : 0;
        const struct {
            enum policy_field field;
            int64_t number;
        } fields[] = { { POLICY_FRESH_MAX_AGE, CASES[i].max_age },
                       { POLICY_FRESH_LIFETIME, CASES[i].lifetime },
                       { POLICY_FRESH_WARN_BEFORE, CASES[i].warn_before } };
        for (size_t f = 0; f < ARRAY_LEN(fields); f++) {
            if (fields[f].number >= 0) {
                (void)set_number(&scene, fields[f].field, fields[f].number);
            }
        }
        judge_trust(&scene, CASES[i].rule, CASES[i].name);
    }
}

/* ---- images ---- */

static void judge_image(struct scene *scene, enum gate_rule rule, const char *what)
{
    struct assay_error err = ERROR_INIT;
    cr_expect_eq(gate_judge_image(&scene->at, &err), ASSAY_OK, "%s: %s", what, err.message);
    expect_rule(scene, rule, what);
    tear_down(scene);
}

#define RUN(members) "{\"config\":{" members "}}"
#define USER(user)   RUN("\"User\":\"" user "\"")

Test(rules, users)
{
    static const struct {
        const char *config;
        enum gate_rule non_root;
        enum gate_rule numeric;
    } CASES[] = {
        { "{}", GATE_USER_ROOT_RULE, GATE_USER_ROOT_RULE },
        { USER(""), GATE_USER_ROOT_RULE, GATE_USER_ROOT_RULE },
        { USER("0"), GATE_USER_ROOT_RULE, GATE_USER_ROOT_RULE },
        { USER("00"), GATE_USER_ROOT_RULE, GATE_USER_ROOT_RULE },
        { USER("+0"), GATE_USER_ROOT_RULE, GATE_USER_ROOT_RULE },
        { USER("-0"), GATE_USER_ROOT_RULE, GATE_USER_ROOT_RULE },
        { USER("root"), GATE_USER_ROOT_RULE, GATE_USER_ROOT_RULE },
        { USER("0:0"), GATE_USER_ROOT_RULE, GATE_USER_ROOT_RULE },
        { USER("0:1000"), GATE_USER_ROOT_RULE, GATE_USER_ROOT_RULE },
        { USER("root:x"), GATE_USER_ROOT_RULE, GATE_USER_ROOT_RULE },
        { USER(":1000"), GATE_USER_ROOT_RULE, GATE_USER_ROOT_RULE },
        { USER("app"), GATE_RULE_COUNT, GATE_USER_NAME_RULE },
        { USER("app:0"), GATE_RULE_COUNT, GATE_USER_NAME_RULE },
        { USER("4294967296"), GATE_RULE_COUNT, GATE_USER_NAME_RULE },
        { USER("+1000"), GATE_RULE_COUNT, GATE_USER_NAME_RULE },
        { USER("1000"), GATE_RULE_COUNT, GATE_RULE_COUNT },
        { USER("1000:0"), GATE_RULE_COUNT, GATE_RULE_COUNT },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct scene scene;
        set_up(&scene, "reg.test/a:1");
        add_platform(&scene, "linux/amd64", CASES[i].config);
        (void)set_number(&scene, POLICY_IMAGE_USER, POLICY_USER_NON_ROOT);
        judge_image(&scene, CASES[i].non_root, CASES[i].config);
        set_up(&scene, "reg.test/a:1");
        add_platform(&scene, "linux/amd64", CASES[i].config);
        (void)set_number(&scene, POLICY_IMAGE_USER, POLICY_USER_NUMERIC);
        judge_image(&scene, CASES[i].numeric, CASES[i].config);
        set_up(&scene, "reg.test/a:1");
        add_platform(&scene, "linux/amd64", CASES[i].config);
        (void)set_number(&scene, POLICY_IMAGE_USER, POLICY_USER_ANY);
        judge_image(&scene, GATE_RULE_COUNT, CASES[i].config);
    }
}

/* One finding, whichever platform it is of. */
Test(rules, every_platform_counts)
{
    static const struct {
        const char *first;
        const char *second;
        enum gate_rule rule;
    } CASES[] = {
        { USER("1"), USER("1"), GATE_RULE_COUNT },
        { USER("0"), USER("1"), GATE_USER_ROOT_RULE },
        { USER("1"), USER("0"), GATE_USER_ROOT_RULE },
        { USER("0"), USER("0"), GATE_USER_ROOT_RULE },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct scene scene;
        set_up(&scene, "reg.test/a:1");
        add_platform(&scene, "linux/amd64", CASES[i].first);
        add_platform(&scene, "linux/arm64", CASES[i].second);
        (void)set_number(&scene, POLICY_IMAGE_USER, POLICY_USER_NON_ROOT);
        judge_image(&scene, CASES[i].rule, CASES[i].first);
    }
}

/* What was asked for and is not there is no pass. */
Test(rules, configs_must_be_there)
{
    struct assay_error err = ERROR_INIT;
    struct scene scene;
    set_up(&scene, "reg.test/a:1");
    cr_expect_eq(gate_judge_image(&scene.at, &err), ASSAY_OK);
    (void)set_number(&scene, POLICY_IMAGE_USER, POLICY_USER_NON_ROOT);
    cr_expect_eq(gate_judge_image(&scene.at, &err), ASSAY_INTERNAL);
    add_platform(&scene, "linux/amd64", USER("1"));
    cr_expect_eq(gate_judge_image(&scene.at, &err), ASSAY_OK);
    scene.verdict->config_count--;
    mem_free(scene.verdict->configs[0].platform);
    oci_config_facts_clear(&scene.verdict->configs[0].facts);
    cr_expect_eq(gate_judge_image(&scene.at, &err), ASSAY_INTERNAL);
    tear_down(&scene);
}

Test(rules, contents)
{
    static const char *labels[] = { "org.opencontainers.image.source", "owner" };
    static const struct {
        const char *name;
        enum policy_field field;
        int64_t number;
        const char *config;
        enum gate_rule rule;
    } CASES[] = {
        { "port high", POLICY_IMAGE_LOWEST_PORT, 1024, RUN("\"ExposedPorts\":{\"1024/tcp\":{}}"),
          GATE_RULE_COUNT },
        { "port low", POLICY_IMAGE_LOWEST_PORT, 1024,
          RUN("\"ExposedPorts\":{\"8080\":{},\"1023/tcp\":{}}"), GATE_PORT_LOW_RULE },
        { "ports from low on", POLICY_IMAGE_LOWEST_PORT, 1024,
          RUN("\"ExposedPorts\":{\"1000-2000\":{}}"), GATE_PORT_LOW_RULE },
        { "no port", POLICY_IMAGE_LOWEST_PORT, 1024, "{}", GATE_RULE_COUNT },
        { "secret by name", POLICY_IMAGE_SECRETS, POLICY_SECRETS_FORBIDDEN,
          RUN("\"Env\":[\"A=b\",\"DB_PASSWORD=hunter2\"]"), GATE_SECRET_ENV_RULE },
        { "secret by form", POLICY_IMAGE_SECRETS, POLICY_SECRETS_FORBIDDEN,
          RUN("\"Env\":[\"A=AKIAIOSFODNN7EXAMPLE\"]"), GATE_SECRET_ENV_RULE },
        { "secret allowed", POLICY_IMAGE_SECRETS, POLICY_SECRETS_ALLOWED,
          RUN("\"Env\":[\"DB_PASSWORD=hunter2\"]"), GATE_RULE_COUNT },
        { "no secret", POLICY_IMAGE_SECRETS, POLICY_SECRETS_FORBIDDEN,
          RUN("\"Env\":[\"A=b\",\"PASSWORD\"]"), GATE_RULE_COUNT },
        { "secret in the history", POLICY_IMAGE_SECRETS, POLICY_SECRETS_FORBIDDEN,
          "{\"history\":[{},{\"created_by\":\"RUN |1 TOKEN=hunter2 make\"}]}",
          GATE_SECRET_HISTORY_RULE },
        { "form in the history", POLICY_IMAGE_SECRETS, POLICY_SECRETS_FORBIDDEN,
          "{\"history\":[{\"created_by\":\"RUN curl https://a:hunter2@b.test\"}]}",
          GATE_SECRET_HISTORY_RULE },
        { "clean history", POLICY_IMAGE_SECRETS, POLICY_SECRETS_FORBIDDEN,
          "{\"history\":[{\"created_by\":\"RUN make\"}]}", GATE_RULE_COUNT },
        { "young", POLICY_IMAGE_MAX_AGE, 14, "{\"created\":\"2027-01-01T12:00:00Z\"}",
          GATE_RULE_COUNT },
        { "old", POLICY_IMAGE_MAX_AGE, 14, "{\"created\":\"2027-01-01T11:59:59Z\"}",
          GATE_IMAGE_OLD_RULE },
        { "of no day", POLICY_IMAGE_MAX_AGE, 14, "{}", GATE_IMAGE_UNDATED_RULE },
        { "of the year 1", POLICY_IMAGE_MAX_AGE, 14, "{\"created\":\"0001-01-01T00:00:00Z\"}",
          GATE_IMAGE_UNDATED_RULE },
        { "of 1970", POLICY_IMAGE_MAX_AGE, 14, "{\"created\":\"1970-01-01T00:00:00Z\"}",
          GATE_IMAGE_UNDATED_RULE },
        { "of 1980", POLICY_IMAGE_MAX_AGE, 14, "{\"created\":\"1980-01-01T00:00:01Z\"}",
          GATE_IMAGE_UNDATED_RULE },
        { "of 1981", POLICY_IMAGE_MAX_AGE, 14, "{\"created\":\"1981-01-01T00:00:00Z\"}",
          GATE_IMAGE_OLD_RULE },
        { "of tomorrow", POLICY_IMAGE_MAX_AGE, 14, "{\"created\":\"2027-01-16T12:00:00Z\"}",
          GATE_RULE_COUNT },
        { "of a day to come", POLICY_IMAGE_MAX_AGE, 14, "{\"created\":\"2027-01-16T12:00:01Z\"}",
          GATE_IMAGE_UNDATED_RULE },
        { "all labels", POLICY_IMAGE_LABELS, 0,
          RUN("\"Labels\":{\"owner\":\"a\",\"org.opencontainers.image.source\":\"b\"}"),
          GATE_RULE_COUNT },
        { "a label is missing", POLICY_IMAGE_LABELS, 0, RUN("\"Labels\":{\"owner\":\"a\"}"),
          GATE_LABEL_RULE },
        { "a label is empty", POLICY_IMAGE_LABELS, 0,
          RUN("\"Labels\":{\"owner\":\"\",\"org.opencontainers.image.source\":\"b\"}"),
          GATE_LABEL_RULE },
        { "no labels", POLICY_IMAGE_LABELS, 0, "{}", GATE_LABEL_RULE },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct scene scene;
        set_up(&scene, "reg.test/a:1");
        add_platform(&scene, "linux/amd64", CASES[i].config);
        if (CASES[i].field == POLICY_IMAGE_LABELS) {
            set_texts(&scene, CASES[i].field, labels, ARRAY_LEN(labels));
        } else {
            (void)set_number(&scene, CASES[i].field, CASES[i].number);
        }
        struct assay_error err = ERROR_INIT;
        cr_expect_eq(gate_judge_image(&scene.at, &err), ASSAY_OK, "%s", CASES[i].name);
        expect_rule(&scene, CASES[i].rule, CASES[i].name);
        for (size_t f = 0; f < scene.gate.finding_count; f++) {
            const char *message = scene.gate.findings[f].message;
            cr_expect_null(strstr(message, "hunter2"), "a secret is shown: %s", message);
            cr_expect_null(strstr(message, "AKIA"), "a secret is shown: %s", message);
        }
        tear_down(&scene);
    }
}

Test(rules, platforms_of_the_policy)
{
    static const char *wanted[] = { "linux/amd64", "linux/arm64/v8" };
    struct scene scene;
    set_up(&scene, "reg.test/a:1");
    add_platform(&scene, "linux/amd64", "{}");
    add_platform(&scene, "linux/arm64", "{}");
    set_texts(&scene, POLICY_IMAGE_PLATFORMS, wanted, 2);
    judge_image(&scene, GATE_RULE_COUNT, "both");
    set_up(&scene, "reg.test/a:1");
    add_platform(&scene, "linux/amd64", "{}");
    set_texts(&scene, POLICY_IMAGE_PLATFORMS, wanted, 2);
    judge_image(&scene, GATE_PLATFORM_RULE, "one");
    set_up(&scene, "reg.test/a:1");
    add_platform(&scene, "linux/amd64", "{}");
    add_platform(&scene, "linux/arm64", "{}");
    scene.verdict->platforms[1].state = VERDICT_PLATFORM_NOT_ASKED;
    scene.verdict->config_count--; /* as it would be */
    set_texts(&scene, POLICY_IMAGE_PLATFORMS, wanted, 2);
    struct assay_error err = ERROR_INIT;
    cr_expect_eq(gate_judge_image(&scene.at, &err), ASSAY_OK);
    expect_rule(&scene, GATE_PLATFORM_RULE, "one was not judged");
    scene.verdict->config_count++;
    tear_down(&scene);
}

Test(rules, platforms_of_the_reference)
{
    static const struct {
        const char *first;
        const char *second; /* NULL: none */
        const char *asked;
        enum gate_rule rule;
    } CASES[] = {
        { "linux/amd64", "linux/arm64", "linux/arm64", GATE_RULE_COUNT },
        { "linux/amd64", "linux/arm64", "linux/arm64/v8", GATE_RULE_COUNT },
        { "linux/amd64", "linux/arm64", "linux/arm64/v9", GATE_PLATFORM_RULE },
        { "linux/amd64", "linux/arm64", "linux/s390x", GATE_PLATFORM_RULE },
        { "linux/amd64", "linux/arm64", "$BUILDPLATFORM", GATE_RULE_COUNT },
        { "linux/amd64", "linux/arm64", "all", GATE_PLATFORM_RULE },
        { "linux/amd64", "linux/arm64", "arm64", GATE_PLATFORM_RULE },
        { "linux/amd64", NULL, "linux/arm64", GATE_PLATFORM_RULE },
        { "", NULL, "linux/arm64", GATE_RULE_COUNT }, /* an image without an index */
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct assay_error err = ERROR_INIT;
        struct scene scene;
        set_up(&scene, "reg.test/a:1");
        add_platform(&scene, CASES[i].first, "{}");
        if (CASES[i].second != NULL) {
            add_platform(&scene, CASES[i].second, "{}");
        }
        cr_expect_eq(gate_judge_platform(&scene.at, CASES[i].asked, &err), ASSAY_OK);
        expect_rule(&scene, CASES[i].rule, CASES[i].asked);
        tear_down(&scene);
    }
}

/* ---- the table ---- */

Test(rules, ids_are_found_and_distinct)
{
    for (size_t i = 0; i < GATE_RULE_COUNT; i++) {
        const struct gate_rule_row *row = gate_rule_row((enum gate_rule)i);
        cr_expect_eq(gate_rule_find(slice_from_string(row->id)), i, "%s", row->id);
    }
    cr_expect_eq(gate_rule_find(SLICE_LITERAL("no-such-rule")), GATE_RULE_COUNT);
    cr_expect_eq(gate_rule_find(SLICE_LITERAL("")), GATE_RULE_COUNT);
}
