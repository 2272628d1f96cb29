/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of files, by name and by content, and what is excluded. */
#include "scan/kind.h"

#include <criterion/criterion.h>

TestSuite(scan_kind, .timeout = 60);

static const struct {
    const char *path;
    enum scan_kind kind;
} names[] = {
    { "Dockerfile", SCAN_KIND_DOCKERFILE },
    { "dockerfile", SCAN_KIND_DOCKERFILE },
    { "a/b/Dockerfile", SCAN_KIND_DOCKERFILE },
    { "Dockerfile.prod", SCAN_KIND_DOCKERFILE },
    { "Dockerfile-prod", SCAN_KIND_DOCKERFILE },
    { "prod.Dockerfile", SCAN_KIND_DOCKERFILE },
    { "prod.dockerfile", SCAN_KIND_DOCKERFILE },
    { "dockerfile.dockerignore", SCAN_KIND_NONE },
    { "podman-compose.yml", SCAN_KIND_COMPOSE },
    { "podman-compose.override.yaml", SCAN_KIND_COMPOSE },
    { "container-compose.yaml", SCAN_KIND_COMPOSE },
    { "container-compose.override.yml", SCAN_KIND_COMPOSE },
    { "a/kustomization.yaml", SCAN_KIND_KUBERNETES },
    { "kustomization.yml", SCAN_KIND_KUBERNETES },
    { "Kustomization", SCAN_KIND_KUBERNETES },
    { "kustomization", SCAN_KIND_NONE },
    { "dockerfile.prod", SCAN_KIND_DOCKERFILE },
    { "dockerfile-prod", SCAN_KIND_DOCKERFILE },
    { "Containerfile", SCAN_KIND_DOCKERFILE },
    { "Containerfile.prod", SCAN_KIND_DOCKERFILE },
    { "Dockerfile.dockerignore", SCAN_KIND_NONE },
    { ".dockerignore", SCAN_KIND_NONE },
    { "Dockerfiles", SCAN_KIND_NONE },
    { "Dockerfile/readme", SCAN_KIND_NONE },
    { "compose.yaml", SCAN_KIND_COMPOSE },
    { "compose.yml", SCAN_KIND_COMPOSE },
    { "compose.override.yaml", SCAN_KIND_COMPOSE },
    { "x/docker-compose.yml", SCAN_KIND_COMPOSE },
    { "docker-compose.dev.yml", SCAN_KIND_COMPOSE },
    { "docker-compose-dev.yaml", SCAN_KIND_COMPOSE },
    { "compose.json", SCAN_KIND_CONTENT },
    { "composed.yaml", SCAN_KIND_CONTENT },
    { ".github/workflows/ci.yml", SCAN_KIND_GITHUB },
    { "sub/.github/workflows/ci.yaml", SCAN_KIND_GITHUB },
    { ".github/workflows/sub/ci.yml", SCAN_KIND_CONTENT },
    { "my.github/workflows/ci.yml", SCAN_KIND_CONTENT },
    { ".github/workflows/ci.sh", SCAN_KIND_NONE },
    { ".github/workflows/compose.yaml", SCAN_KIND_GITHUB },
    { "action.yml", SCAN_KIND_GITHUB },
    { "x/action.yaml", SCAN_KIND_GITHUB },
    { "reaction.yml", SCAN_KIND_CONTENT },
    { ".gitlab-ci.yml", SCAN_KIND_GITLAB },
    { "ci/build.gitlab-ci.yml", SCAN_KIND_GITLAB },
    { ".gitlab/ci/build.yml", SCAN_KIND_GITLAB },
    { "x/.gitlab/build.yaml", SCAN_KIND_GITLAB },
    { "x.gitlab/build.yaml", SCAN_KIND_CONTENT },
    { ".gitlab/data.json", SCAN_KIND_CONTENT },
    { "deploy.yaml", SCAN_KIND_CONTENT },
    { "deploy.yml", SCAN_KIND_CONTENT },
    { "deploy.json", SCAN_KIND_CONTENT },
    { "deploy.yaml.tpl", SCAN_KIND_NONE },
    { "yaml", SCAN_KIND_NONE },
    { "main.c", SCAN_KIND_NONE },
    { "", SCAN_KIND_NONE },
};

Test(scan_kind, names_tell_kinds)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        cr_expect_eq(scan_kind_of_name("", slice_from_string(names[i].path)), names[i].kind, "%s",
                     names[i].path);
    }
}

Test(scan_kind, the_directory_above_tells_kinds)
{
    static const struct {
        const char *above;
        const char *path;
        enum scan_kind kind;
    } rows[] = {
        { ".github", "workflows/ci.yml", SCAN_KIND_GITHUB },
        { ".github", "ci.yml", SCAN_KIND_CONTENT },
        { ".github", "workflows/sub/ci.yml", SCAN_KIND_CONTENT },
        { ".github/workflows", "ci.yml", SCAN_KIND_GITHUB },
        { ".github/workflows", "ci.sh", SCAN_KIND_NONE },
        { ".github/workflows", "sub/ci.yml", SCAN_KIND_CONTENT },
        { ".gitlab", "build.yml", SCAN_KIND_GITLAB },
        { ".gitlab", "ci/build.yaml", SCAN_KIND_GITLAB },
        { ".gitlab", "data.json", SCAN_KIND_CONTENT },
        { "", "workflows/ci.yml", SCAN_KIND_CONTENT },
        { "", "ci.yml", SCAN_KIND_CONTENT },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cr_expect_eq(scan_kind_of_name(rows[i].above, slice_from_string(rows[i].path)),
                     rows[i].kind, "%s in %s", rows[i].path, rows[i].above);
    }
}

static const struct {
    const char *text;
    enum scan_kind kind;
} texts[] = {
    { "FROM alpine\n", SCAN_KIND_DOCKERFILE },
    { "# syntax=docker/dockerfile:1\n\nfrom alpine\n", SCAN_KIND_DOCKERFILE },
    { "ARG V=1\r\nFROM alpine:$V\r\n", SCAN_KIND_DOCKERFILE },
    { "FROM a\nCOPY <<E x\napiVersion: v1\nkind: Pod\nE\n", SCAN_KIND_DOCKERFILE },
    { "FROMAGE\n", SCAN_KIND_NONE },
    { "apiVersion: v1\nkind: Pod\n", SCAN_KIND_KUBERNETES },
    { "\xEF\xBB\xBF"
      "apiVersion: v1\nkind: Pod\n",
      SCAN_KIND_KUBERNETES },
    { "a: 1\n---\nkind: Pod\napiVersion: v1\n", SCAN_KIND_KUBERNETES },
    { "{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}", SCAN_KIND_KUBERNETES },
    { "{\"apiVersion\": \"v1\", \"kind\": \"Pod\"", SCAN_KIND_KUBERNETES },
    { "'apiVersion': v1\n'kind': Pod\n", SCAN_KIND_KUBERNETES },
    { "  apiVersion: v1\n  kind: Pod\n", SCAN_KIND_KUBERNETES },
    { "apiVersion: v1\nkind: Pod\n bad\n  : [", SCAN_KIND_KUBERNETES },
    { "apiVersion: v1\n", SCAN_KIND_NONE },
    { "services:\n  web:\n    image: a\n", SCAN_KIND_COMPOSE },
    { "{\"services\": {}}", SCAN_KIND_COMPOSE },
    { "x: 1\nservices : {}\n", SCAN_KIND_COMPOSE },
    { "on: push\njobs:\n  a: {}\n", SCAN_KIND_GITHUB },
    { "name: x\nruns:\n  using: docker\n", SCAN_KIND_GITHUB },
    { "image: ruby\ntest:\n  script: x\n", SCAN_KIND_GITLAB },
    { "{test: {script: x}}", SCAN_KIND_GITLAB },
    { "alpine:3.20\nnginx\n", SCAN_KIND_NONE },
    { "# services:\nalpine\n", SCAN_KIND_NONE },
    { "a: b\n", SCAN_KIND_NONE },
    { "{", SCAN_KIND_NONE },
    { "- a\n- b\n", SCAN_KIND_NONE },
    { "", SCAN_KIND_NONE },
};

Test(scan_kind, texts_tell_kinds)
{
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        enum scan_kind kind = SCAN_KIND_CONTENT;
        cr_assert_eq(scan_kind_of_text(slice_from_string(texts[i].text), &kind, NULL), ASSAY_OK,
                     "%s", texts[i].text);
        cr_expect_eq(kind, texts[i].kind, "%s: %d", texts[i].text, (int)kind);
    }
}

static const struct {
    const char *text;
    bool may_be;
} signs[] = {
    { "apiVersion: v1\nkind: Pod", true },
    { "kind: Pod\n\napiVersion: v1", true },
    { "apiVersion: v1", false },
    { "kind: Pod", false },
    { "", false },
    { "\"\\u0061piVersion\": 1", true },
    { "\"\\x61piVersion\": 1", true },
    { "\"\\U00000061piVersion\": 1", true },
    { "\"api\\\nVersion\": 1", true },
    { "\"api\\\r\nVersion\": 1", true },
    { "\"api\\\xC2\x85Version\": 1", true },
    { "\"api\\\xE2\x80\xA8Version\": 1", true },
    { "\\", true },
    { "\\u00", true },
    { "kind: Pod\n!!binary YXBpVmVyc2lvbg==: v1", true },
    { "!!%62inary YXBpVmVyc2lvbg==: v1", true },
    { "!<tag:yaml.org,2002:binary> YXBpVmVyc2lvbg==: v1", true },
    { "!<%74ag:yaml.org,2002:binary> YXBpVmVyc2lvbg==: v1", true },
    { "%TAG !x! tag:yaml.org,2002:bin\n---\n!x!ary YXBpVmVyc2lvbg==: v1", true },
    { "a: !!str b", false },
    { "\"\\\\x61\": \"\\n\\t\\\"\"", false },
    { "\"\\u003c \\u2028 \\u00e9\": 1", false },
};

Test(scan_kind, what_may_be_kubernetes_is_not_missed)
{
    for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
        unsigned seen = 0;
        cr_expect_eq(scan_may_be_kubernetes(slice_from_string(signs[i].text), &seen),
                     signs[i].may_be, "%s", signs[i].text);
    }
    unsigned seen = 0;
    cr_expect(scan_may_be_kubernetes(slice_of("k\0i\0n\0d\0", 8), &seen));
    seen = 0;
    cr_expect_not(scan_may_be_kubernetes(SLICE_LITERAL("x apiVersion"), &seen));
    cr_expect(scan_may_be_kubernetes(SLICE_LITERAL("kind"), &seen));
}

static const struct {
    const char *pattern;
    const char *path;
    bool excluded;
} excludes[] = {
    { "vendor", "vendor", true },       { "vendor", "vendor/a/b", true },
    { "vendor/", "vendor/a", true },    { "./vendor", "vendor/a", true },
    { "vendor", "vendors", false },     { "vendor", "a/vendor", false },
    { "a/vendor", "a/vendor/x", true }, { "a/vendor", "a", false },
    { "*/vendor", "a/vendor/x", true }, { "*/vendor", "a/b/vendor", false },
    { "*.yaml", "x.yaml", true },       { "*.yaml", "x.yml", false },
    { "a*c*e", "abcde", true },         { "a*c*e", "abcd", false },
    { "a*b*b", "abxb", true },          { "*", "anything", true },
    { "", "anything", false },          { ".", "anything", false },
    { "/", "anything", false },
};

Test(scan_kind, excludes_name_paths_and_all_below)
{
    for (size_t i = 0; i < ARRAY_LEN(excludes); i++) {
        struct scan_options options = { .excludes = &excludes[i].pattern, .exclude_count = 1 };
        cr_expect_eq(scan_is_excluded(&options, slice_from_string(excludes[i].path)),
                     excludes[i].excluded, "%s %s", excludes[i].pattern, excludes[i].path);
    }
    cr_expect_not(scan_is_excluded(&(struct scan_options){ 0 }, SLICE_LITERAL("a")));
}

Test(scan_kind, excludes_that_match_are_told)
{
    static const char *const patterns[] = { "x", "a", "a*", "b" };
    bool used[ARRAY_LEN(patterns)] = { false };
    const struct scan_options options = { .excludes = patterns,
                                          .exclude_used = used,
                                          .exclude_count = ARRAY_LEN(patterns) };
    cr_expect(scan_is_excluded(&options, SLICE_LITERAL("a/c")));
    cr_expect_not(scan_is_excluded(&options, SLICE_LITERAL("c")));
    cr_expect(!used[0] && used[1] && used[2] && !used[3]);
}
