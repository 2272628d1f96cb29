/* SPDX-License-Identifier: Apache-2.0 */
#include "terms.h"

#include <time.h>

TestSuite(policy_find, .timeout = 60);

/* Which scope decides: each says its own number. */
Test(policy_find, the_most_specific_scope_decides)
{
    static const char text[] = SCOPES("  \"*\": {image: {max-age: 1, lowest-port: 80}}\n"
                                      "  docker.io/*: {image: {max-age: 2}}\n"
                                      "  library/*: {image: {max-age: 3}}\n"
                                      "  alpine: {image: {max-age: 4}}\n"
                                      "  alpine:3: {image: {max-age: 5}}\n"
                                      "  alpine@" DIGEST_A ": {image: {max-age: 6}}\n"
                                      "  alpine:4@" DIGEST_A ": {image: {max-age: 7}}\n"
                                      "  a.example:5000/*: {image: {max-age: 8}}\n"
                                      "  a.example:5000/b/*: {image: {max-age: 9}}\n"
                                      "  a.example:5000/b/c/d: {image: {max-age: 10}}\n"
                                      "  busybox:latest: {image: {max-age: 11}}\n"
                                      "  localhost/x: {image: {user: numeric}}\n");
    static const struct {
        const char *reference;
        const char *age;
        const char *scope;
    } rows[] = {
        { "quay.io/x", "1d", "*" },
        { "docker.io.example/x", "1d", "*" },
        { "team/x", "2d", "docker.io/*" },
        { "debian", "3d", "library/*" },
        { "alpine", "4d", "alpine" },
        { "alpine:33", "4d", "alpine" },
        { "docker.io/library/alpine@" DIGEST_B, "4d", "alpine" },
        { "alpinex", "3d", "library/*" },
        { "alpine/x", "2d", "docker.io/*" },
        { "alpine:3", "5d", "alpine:3" },
        { "alpine:3@" DIGEST_B, "5d", "alpine:3" },
        { "alpine:3@" DIGEST_A, "6d", "alpine@" DIGEST_A },
        { "alpine@" DIGEST_A, "6d", "alpine@" DIGEST_A },
        { "alpine:4@" DIGEST_A, "7d", "alpine:4@" DIGEST_A },
        { "alpine:4", "4d", "alpine" },
        { "a.example:5000/x", "8d", "a.example:5000/*" },
        { "a.example:5000/b", "8d", "a.example:5000/*" },
        { "a.example/x", "1d", "*" },
        { "a.example:5000/b/c", "9d", "a.example:5000/b/*" },
        { "a.example:5000/b/c/d:1", "10d", "a.example:5000/b/c/d" },
        { "a.example:5000/b/c/d/e", "9d", "a.example:5000/b/*" },
        { "busybox", "11d", "busybox:latest" },
        { "busybox:1", "3d", "library/*" },
        { "localhost/x", "1d", "*" },
    };
    AUTO_POLICY_SET set = NULL;
    cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
    load(set, text, "p.yaml");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_ARENA arena = ARENA_INIT(MIB);
        struct policy_terms terms;
        find(set, rows[i].reference, &arena, &terms);
        const struct policy_value *age = &terms.values[POLICY_IMAGE_MAX_AGE];
        cr_expect(says(&terms, POLICY_IMAGE_MAX_AGE, rows[i].age), "%s", rows[i].reference);
        cr_expect_str_eq(age->origin.scope, rows[i].scope, "%s", rows[i].reference);
        cr_expect_str_eq(age->origin.file, "p.yaml");
        cr_expect(says(&terms, POLICY_IMAGE_LOWEST_PORT, "80"), "%s", rows[i].reference);
    }
}

Test(policy_find, rejections_reach_inwards_until_lifted)
{
    static const struct {
        const char *reference;
        const char *reject;
    } rows[] = {
        { "quay.io/x", "not agreed on" },  { "ghcr.io/x", "not agreed on" },
        { "ghcr.io/team/x:1", NULL },      { "ghcr.io/team/old:1", "withdrawn" },
        { "ghcr.io/team/old:2", NULL },    { "alpine:1", NULL },
        { "alpine/x:1", "not agreed on" },
    };
    AUTO_POLICY_SET set = NULL;
    cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
    load(set,
         SCOPES("  \"*\": {reject: not agreed on}\n  ghcr.io/team/*: {reject: false}\n"
                "  ghcr.io/*: {image: {user: numeric}}\n  ghcr.io/team/old: {reject: withdrawn}\n"
                "  ghcr.io/team/old:2: {reject: false}\n  alpine: {reject: False}\n"),
         "p.yaml");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_ARENA arena = ARENA_INIT(MIB);
        struct policy_terms terms;
        find(set, rows[i].reference, &arena, &terms);
        if (rows[i].reject == NULL) {
            cr_expect_null(terms.reject, "%s", rows[i].reference);
        } else {
            cr_assert_not_null(terms.reject, "%s", rows[i].reference);
            cr_expect_str_eq(terms.reject, rows[i].reject, "%s", rows[i].reference);
            cr_expect_str_eq(terms.reject_origin.file, "p.yaml");
        }
    }
}

Test(policy_find, allowed_digests)
{
    static const struct {
        const char *reference;
        const char *reason; /* NULL: not allowed */
    } rows[] = {
        { "alpine:3@" DIGEST_A, "tag" },
        { "alpine@" DIGEST_A, "name" },
        { "alpine:4@" DIGEST_A, "name" },
        { "alpine:3@" DIGEST_B, NULL },
        { "alpine:3", NULL },
        { "busybox:3@" DIGEST_A, NULL },
    };
    AUTO_POLICY_SET set = NULL;
    cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
    load(set,
         SCOPES("  alpine:\n    allow: [{digest: " DIGEST_A ", reason: name, until: 2027-01-31}]\n"
                "  alpine:3:\n    allow: [{digest: " DIGEST_A ", reason: tag, until: 2028-02-29}]\n"
                "  busybox: {}\n"),
         "p.yaml");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_ARENA arena = ARENA_INIT(MIB);
        struct policy_terms terms;
        find(set, rows[i].reference, &arena, &terms);
        cr_expect_eq(terms.allowed != NULL, rows[i].reason != NULL, "%s", rows[i].reference);
        if (terms.allowed != NULL) {
            cr_expect_str_eq(terms.allowed->reason, rows[i].reason);
            cr_expect_str_eq(terms.allowed->origin.file, "p.yaml");
            /* date -u -d 2027-01-31T23:59:59Z +%s */
            cr_expect_eq(terms.allowed->until_unix_s,
                         strcmp(rows[i].reason, "name") == 0 ? 1801439999 : 1835481599);
        }
    }
}

Test(policy_find, without_a_policy)
{
    AUTO_POLICY_SET set = NULL;
    AUTO_ARENA arena = ARENA_INIT(MIB);
    struct policy_terms terms;
    cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
    find(set, "alpine", &arena, &terms);
    for (size_t i = 0; i < POLICY_FIELD_COUNT; i++) {
        cr_expect_not(terms.values[i].is_set);
        cr_expect_str_eq(terms.values[i].origin.file, "");
    }
    cr_expect_eq(terms.values[POLICY_REF_DIGEST].number, POLICY_DIGEST_REQUIRED);
    cr_expect_eq(terms.values[POLICY_REF_LATEST].number, POLICY_LATEST_FORBIDDEN);
    cr_expect_eq(terms.values[POLICY_TRUST_FIRST_USE].number, POLICY_FIRST_USE_REJECT);
    cr_expect_null(terms.reject);
    cr_expect_null(terms.allowed);
}

/* 10,000 references, each looked up among 1,000 scopes of each of two files, take far less. */
Test(policy_find, is_quick)
{
    AUTO_POLICY_SET set = NULL;
    AUTO_BUF text = BUF_INIT(MIB);
    cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
    cr_assert_eq(buf_append_string(&text, "schema: 1\nscopes:\n", NULL), ASSAY_OK);
    for (int i = 0; i < 1000; i++) {
        cr_assert_eq(buf_printf(&text, NULL, "  a.example/n%d/*: {image: {max-age: 9}}\n", i),
                     ASSAY_OK);
    }
    load(set, buf_text(&text), "p.yaml");
    load(set, buf_text(&text), "q.yaml");
    clock_t start = clock();
    size_t found = 0;
    for (int i = 0; i < 10000; i++) {
        AUTO_ARENA arena = ARENA_INIT(MIB);
        struct policy_terms terms;
        char reference[64];
        (void)snprintf(reference, sizeof(reference), "a.example/n%d/b/c:1", i % 2000);
        find(set, reference, &arena, &terms);
        found += terms.values[POLICY_IMAGE_MAX_AGE].is_set;
    }
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    cr_expect_eq(found, 5000);
    cr_log_info("%.3f s", seconds);
    cr_expect_lt(seconds, 5.0, "%.3f s", seconds);
}
