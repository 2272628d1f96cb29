/* SPDX-License-Identifier: Apache-2.0 */
#include "terms.h"

TestSuite(policy_read, .timeout = 60);

#define FIELD(group, text) "schema: 1\nscopes:\n  \"*\":\n    " group ":\n      " text "\n"
#define ENTRY(text)        SCOPES("  alpine:\n    allow:\n    - " text "\n")

struct good {
    const char *text;
    enum policy_field field; /* of docker.io/library/alpine:3 */
    const char *value;
};

Test(policy_read, values)
{
    static const struct good rows[] = {
        { FIELD("trust", "format: notary"), POLICY_TRUST_FORMAT, "notary" },
        { FIELD("trust", "server: https://a.example/"), POLICY_TRUST_SERVER, "https://a.example" },
        { FIELD("trust", "server: https://a.example:4443/x"), POLICY_TRUST_SERVER,
          "https://a.example:4443/x" },
        { FIELD("trust", "root: " DIGEST_A), POLICY_TRUST_ROOT, DIGEST_A },
        { FIELD("trust", "first-use: accept"), POLICY_TRUST_FIRST_USE, "accept" },
        { FIELD("trust", "first-use: \"reject\""), POLICY_TRUST_FIRST_USE, "reject" },
        { FIELD("trust", "roles: [targets, targets/releases, targets/a/b_c-1]"), POLICY_TRUST_ROLES,
          "targets, targets/a/b_c-1, targets/releases" },
        { FIELD("trust", "signers: [" DIGEST_B ", " HEX_A "]"), POLICY_TRUST_SIGNERS,
          HEX_A ", " HEX_B },
        { FIELD("trust", "minimum: 32"), POLICY_TRUST_MINIMUM, "32" },
        { FIELD("trust", "threshold: 1"), POLICY_TRUST_THRESHOLD, "1" },
        { FIELD("references", "digest: optional"), POLICY_REF_DIGEST, "optional" },
        { FIELD("references", "latest: allowed"), POLICY_REF_LATEST, "allowed" },
        { FIELD("references", "registries: [ghcr.io/team, docker.io, index.docker.io/library]"),
          POLICY_REF_REGISTRIES, "docker.io, docker.io/library, ghcr.io/team" },
        { FIELD("references", "ignores: refused"), POLICY_REF_IGNORES, "refused" },
        { FIELD("image", "user: non-root"), POLICY_IMAGE_USER, "non-root" },
        { FIELD("image", "lowest-port: 65535"), POLICY_IMAGE_LOWEST_PORT, "65535" },
        { FIELD("image", "secrets: forbidden"), POLICY_IMAGE_SECRETS, "forbidden" },
        { FIELD("image", "max-age: 90d"), POLICY_IMAGE_MAX_AGE, "90d" },
        { FIELD("image", "max-age: 90"), POLICY_IMAGE_MAX_AGE, "90d" },
        { FIELD("image", "max-age: 3650d"), POLICY_IMAGE_MAX_AGE, "3650d" },
        { FIELD("image", "platforms: [linux/arm64/v8, linux/amd64]"), POLICY_IMAGE_PLATFORMS,
          "linux/amd64, linux/arm64/v8" },
        { FIELD("image", "labels: [org.opencontainers.image.source]"), POLICY_IMAGE_LABELS,
          "org.opencontainers.image.source" },
        { FIELD("freshness", "max-age: 1d"), POLICY_FRESH_MAX_AGE, "1d" },
        { FIELD("freshness", "lifetime: 7d"), POLICY_FRESH_LIFETIME, "7d" },
        { FIELD("freshness", "warn-before: 30d"), POLICY_FRESH_WARN_BEFORE, "30d" },
        /* JSON, with a BOM, with tabs, with an alias */
        { "\xEF\xBB\xBF"
          "{\"schema\": 1,\n\t\"scopes\": {\"*\":\n\t{\"image\": {\"max-age\": 5}}}}",
          POLICY_IMAGE_MAX_AGE, "5d" },
        { SCOPES("  busybox: {image: &i {max-age: 4d}}\n  alpine: {image: *i}\n"),
          POLICY_IMAGE_MAX_AGE, "4d" },
        /* what nobody says */
        { "schema: 1\n", POLICY_REF_DIGEST, "required" },
        { "schema: 1\nscopes: {}\n", POLICY_REF_LATEST, "forbidden" },
        { "schema: 1\n", POLICY_TRUST_FIRST_USE, "reject" },
        { "schema: 1\n", POLICY_FRESH_LIFETIME, "14d" },
        { "schema: 1\n", POLICY_TRUST_SERVER, "" },
        { "schema: 1\n", POLICY_IMAGE_MAX_AGE, "" },
        { SCOPES("  \"*\": {}\n"), POLICY_IMAGE_USER, "any" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_POLICY_SET set = NULL;
        AUTO_ARENA arena = ARENA_INIT(MIB);
        struct policy_terms terms;
        cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
        load(set, rows[i].text, "p.yaml");
        find(set, "alpine:3", &arena, &terms);
        cr_expect(says(&terms, rows[i].field, rows[i].value), "%s", rows[i].text);
    }
}

struct bad {
    const char *text;
    const char *place; /* behind the name; "" where there is none */
    const char *part;  /* of the message */
};

static void expect_bad(const struct bad *row)
{
    AUTO_POLICY_SET set = NULL;
    struct assay_error err = ERROR_INIT;
    char place[64];
    cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
    cr_expect_eq(policy_load_text(set, slice_from_string(row->text), "p.yaml", NULL, &err),
                 ASSAY_POLICY_INVALID, "%s", row->text);
    (void)snprintf(place, sizeof(place), "p.yaml%s%s: ", row->place[0] == '\0' ? "" : ":",
                   row->place);
    cr_expect_eq(strncmp(err.message, place, strlen(place)), 0, "%s: %s\n%s", row->place,
                 err.message, row->text);
    cr_expect_not_null(strstr(err.message, row->part), "%s: %s\n%s", row->part, err.message,
                       row->text);
    cr_expect_eq(policy_count(set), 0, "%s", row->text);
}

Test(policy_read, documents_refused)
{
    static const struct bad rows[] = {
        { "", "1:1", "one document" },
        { "# nothing\n", "1:1", "one document" },
        { "- a\n", "1:1", "mapping" },
        { "scopes: {}\n", "1:1", "schema: 1" },
        { "schema: 2\n", "1:9", "expected 1" },
        { "schema: \"1\"\n", "1:9", "expected 1" },
        { "schema: [1]\n", "1:9", "expected 1" },
        { "schema: 1\n---\nschema: 1\n", "3:1", "one document" },
        { "schema: 1\nscope: {}\n", "2:1", "unknown key scope" },
        { "schema: 1\nschema: 1\n", "2:1", "schema" },
        { "schema: 1\nscopes: {}\nscopes: {}\n", "3:1", "scopes" },
        { "schema: 1\nscopes: []\n", "2:9", "mapping" },
        { "schema: 1\nscopes:\n", "2:8", "mapping" },
        { "schema: 1\nprofile: nowhere\n", "2:10", "development, production" },
        { "schema: 1\nprofile: [production]\n", "2:10", "expected a text" },
        { "schema: 1\nprofile:\n", "2:9", "found nothing" },
        { "schema: [\n", "2:1", "did not find" },
        { "schema: 1\nscopes: \xff\n", "", "UTF-8" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        expect_bad(&rows[i]);
    }
}

Test(policy_read, scopes_refused)
{
    static const struct bad rows[] = {
        { SCOPES("  Alpine/X: {}\n"), "3:3", "lower case" },
        { SCOPES("  a*: {}\n"), "3:3", "a star stands alone" },
        { SCOPES("  \"*/x\": {}\n"), "3:3", "a star stands alone" },
        { SCOPES("  \"/*\": {}\n"), "3:3", "a star stands alone" },
        { SCOPES("  \"a/**\": {}\n"), "3:3", "a star stands alone" },
        { SCOPES("  a//*: {}\n"), "3:3", "empty" },
        { SCOPES("  a:1/*: {}\n  b@/*: {}\n"), "4:3", "b@/*" },
        { SCOPES("  a@sha256:12: {}\n"), "3:3", "digest" },
        { SCOPES("  \"\": {}\n"), "3:3", "found nothing" },
        { SCOPES("  ~: {}\n"), "3:3", "found nothing" },
        { SCOPES("  alpine: []\n"), "3:11", "mapping" },
        { SCOPES("  alpine:\n"), "3:10", "mapping" },
        { SCOPES("  alpine: {}\n  alpine: {}\n"), "4:3", "alpine" },
        { SCOPES("  alpine: {}\n  docker.io/library/alpine: {}\n"), "4:3",
          "the same as alpine in line 3" },
        { SCOPES("  docker.io/*: {}\n  busybox: {}\n  index.docker.io/*: {}\n"), "5:3",
          "the same as docker.io/*" },
        { SCOPES("  alpine:latest: {}\n  docker.io/alpine:latest: {}\n"), "4:3", "the same as" },
        { SCOPES("  alpine: {trusts: {}}\n"), "3:12", "unknown key trusts" },
        { SCOPES("  alpine: {trust: []}\n"), "3:19", "mapping" },
        { SCOPES("  alpine: {trust: {first_use: accept}}\n"), "3:20", "first-use" },
        { SCOPES("  alpine: {trust: {minimum: 1, minimum: 2}}\n"), "3:32", "minimum" },
        { SCOPES("  alpine: {reject: true}\n"), "3:20", "the reason, or false" },
        { SCOPES("  alpine: {reject: ''}\n"), "3:20", "found nothing" },
        { SCOPES("  alpine: {reject: [a]}\n"), "3:20", "expected a text" },
        { SCOPES("  alpine: {reject: }\n"), "3:20", "found nothing" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        expect_bad(&rows[i]);
    }
}

Test(policy_read, values_refused)
{
    static const struct bad rows[] = {
        { FIELD("trust", "format: cosign"), "5:15", "one of notary" },
        { FIELD("trust", "first-use: yes"), "5:18", "accept, reject" },
        { FIELD("trust", "first-use: [accept]"), "5:18", "accept, reject" },
        { FIELD("trust", "first-use: ''"), "5:18", "accept, reject" },
        { FIELD("trust", "server: http://a.example"), "5:15", "https://" },
        { FIELD("trust", "server: a.example"), "5:15", "server" },
        { FIELD("trust", "server: https://a.example/?x"), "5:15", "https://" },
        { FIELD("trust", "server: https://user@a.example/"), "5:15", "server" },
        { FIELD("trust", "root: sha256:"
                         "AAAA"),
          "5:13", "64" },
        { FIELD("trust", "root: sha256:" HEX_A "0"), "5:13", "64" },
        { FIELD("trust", "root: root.json"), "5:13", "a file" },
        { FIELD("trust", "roles: targets"), "5:14", "list" },
        { FIELD("trust", "roles: []"), "5:14", "list" },
        { FIELD("trust", "roles: [root]"), "5:15", "targets/NAME" },
        { FIELD("trust", "roles: [targets/]"), "5:15", "targets/NAME" },
        { FIELD("trust", "roles: [targets//a]"), "5:15", "targets/NAME" },
        { FIELD("trust", "roles: [targetsx]"), "5:15", "targets/NAME" },
        { FIELD("trust", "roles: [targets, targets]"), "5:14", "twice" },
        { FIELD("trust", "roles: [[targets]]"), "5:15", "expected a text" },
        { FIELD("trust", "signers: [abc]"), "5:17", "64" },
        { FIELD("trust", "signers: [" HEX_A ", " DIGEST_A "]"), "5:16", "twice" },
        { FIELD("trust", "minimum: 0"), "5:16", "1 to 32" },
        { FIELD("trust", "minimum: 33"), "5:16", "1 to 32" },
        { FIELD("trust", "minimum: -1"), "5:16", "1 to 32" },
        { FIELD("trust", "minimum: 1d"), "5:16", "1 to 32" },
        { FIELD("trust", "threshold: 1.0"), "5:18", "1 to 32" },
        { FIELD("image", "lowest-port: 65536"), "5:20", "65535" },
        { FIELD("image", "max-age: 3651d"), "5:16", "1 to 3650" },
        { FIELD("image", "max-age: 0d"), "5:16", "days" },
        { FIELD("image", "max-age: d"), "5:16", "days" },
        { FIELD("image", "max-age: 2w"), "5:16", "days" },
        { FIELD("image", "max-age: 30 d"), "5:16", "days" },
        { FIELD("image", "max-age: {}"), "5:16", "days" },
        { FIELD("image", "max-age: 0x10"), "5:16", "days" },
        { FIELD("image", "platforms: [all]"), "5:19", "OS/ARCHITECTURE" },
        { FIELD("image", "platforms: [linux]"), "5:19", "OS/ARCHITECTURE" },
        { FIELD("image", "labels: [\"a b\"]"), "5:16", "names" },
        { FIELD("image", "labels: [\"a\\e[1m\"]"), "5:16", "names" },
        { FIELD("references", "registries: [\"ghcr.io/*\"]"), "5:20", "ghcr.io/*" },
        { FIELD("references", "registries: [docker.io, index.docker.io]"), "5:19", "twice" },
        { FIELD("references", "registries: [\"https://ghcr.io\"]"), "5:20", "URL" },
        { FIELD("references", "digest: true"), "5:15", "optional, required" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        expect_bad(&rows[i]);
    }
}

Test(policy_read, allow_refused)
{
#define WHY ", reason: r, until: 2026-12-31"
    static const struct bad rows[] = {
        { ENTRY("{digest: sha256:12" WHY "}"), "5:16", "sha256: and 64" },
        { ENTRY("{digest: " HEX_A WHY "}"), "5:16", "sha256: and 64" },
        { ENTRY("{digest: []" WHY "}"), "5:16", "sha256: and 64" },
        { ENTRY("{digest: " DIGEST_A ", until: 2026-12-31}"), "5:7", "needs reason" },
        { ENTRY("{digest: " DIGEST_A ", reason: r}"), "5:7", "needs until" },
        { ENTRY("{reason: r, until: 2026-12-31}"), "5:7", "needs digest" },
        { ENTRY("{reason: '', digest: " DIGEST_A ", until: 2026-12-31}"), "5:16", "nothing" },
        { ENTRY("{reason: '  ', digest: " DIGEST_A ", until: 2026-12-31}"), "5:16", "nothing" },
        { ENTRY("{until: 2026-02-29, reason: r, digest: " DIGEST_A "}"), "5:15", "YYYY-MM-DD" },
        { ENTRY("{until: 2026-13-01, reason: r, digest: " DIGEST_A "}"), "5:15", "YYYY-MM-DD" },
        { ENTRY("{until: 26-01-01, reason: r, digest: " DIGEST_A "}"), "5:15", "YYYY-MM-DD" },
        { ENTRY("{until: never, reason: r, digest: " DIGEST_A "}"), "5:15", "YYYY-MM-DD" },
        { ENTRY("{until: 2026-01-01T00:00:00Z, reason: r, digest: " DIGEST_A "}"), "5:15",
          "YYYY-MM-DD" },
        { ENTRY("{until: [], reason: r, digest: " DIGEST_A "}"), "5:15", "YYYY-MM-DD" },
        { ENTRY("{note: a, digest: " DIGEST_A WHY "}"), "5:8", "unknown key note" },
        { ENTRY("a"), "5:7", "mapping" },
        { ENTRY("{digest: " DIGEST_A WHY "}\n    - {digest: " DIGEST_A WHY "}"), "6:7", "before" },
        { SCOPES("  alpine: {allow: []}\n"), "3:19", "1 to" },
        { SCOPES("  alpine: {allow: {}}\n"), "3:19", "1 to" },
        { SCOPES("  \"*\": {allow: [{digest: " DIGEST_A WHY "}]}\n"), "3:16", "repository" },
        { SCOPES("  docker.io/*: {allow: [{digest: " DIGEST_A WHY "}]}\n"), "3:24", "repository" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        expect_bad(&rows[i]);
    }
}

Test(policy_read, lists_and_files_are_bounded)
{
    AUTO_POLICY_SET set = NULL;
    AUTO_BUF text = BUF_INIT(MIB);
    cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
    cr_assert_eq(buf_append_string(&text, "schema: 1\nscopes: {a: {image: {labels: [", NULL),
                 ASSAY_OK);
    for (int i = 0; i < LIMIT_POLICY_ITEMS; i++) {
        cr_assert_eq(buf_printf(&text, NULL, "l%d,", i), ASSAY_OK);
    }
    size_t len = text.len;
    cr_assert_eq(buf_append_string(&text, "]}}}\n", NULL), ASSAY_OK);
    cr_expect_eq(policy_load_text(set, buf_slice(&text), "p", NULL, NULL), ASSAY_OK);
    text.len = len;
    cr_assert_eq(buf_append_string(&text, "more]}}}\n", NULL), ASSAY_OK);
    cr_expect_eq(policy_load_text(set, buf_slice(&text), "p", NULL, NULL), ASSAY_POLICY_INVALID);
    for (int i = 1; i < LIMIT_POLICY_FILES; i++) {
        load(set, "schema: 1\n", "p");
    }
    cr_expect_eq(policy_load_text(set, SLICE_LITERAL("schema: 1\n"), "p", NULL, NULL),
                 ASSAY_POLICY_INVALID);
    cr_expect_eq(policy_count(set), LIMIT_POLICY_FILES);
}
