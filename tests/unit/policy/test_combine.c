/* SPDX-License-Identifier: Apache-2.0 */
#include "terms.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

TestSuite(policy_combine, .timeout = 60);

#define ALL(text) "schema: 1\nscopes: {\"*\": {" text "}}\n"

static struct policy_set *set_of(const char *a, const char *b)
{
    struct policy_set *set = NULL;
    cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
    load(set, a, "a.yaml");
    load(set, b, "b.yaml");
    return set;
}

struct row {
    const char *a;
    const char *b;
    enum policy_field field;
    const char *value;
    const char *file; /* whose value it is */
    bool conflict;
};

static void expect(const struct row *row, const char *a, const char *b, const char *file)
{
    AUTO_POLICY_SET set = set_of(a, b);
    AUTO_ARENA arena = ARENA_INIT(MIB);
    struct policy_terms terms;
    find(set, "ghcr.io/team/x:1", &arena, &terms);
    const struct policy_value *value = &terms.values[row->field];
    cr_expect_eq(value->conflict, row->conflict, "%s%s", a, b);
    cr_expect(row->conflict || says(&terms, row->field, row->value), "%s%s", a, b);
    cr_expect(file == NULL || strcmp(value->origin.file, file) == 0, "%s, not %s:\n%s%s",
              value->origin.file, file, a, b);
}

/* In both orders; of equal values the first file's is shown. */
Test(policy_combine, the_stricter_counts)
{
    static const struct row rows[] = {
        { ALL("references: {digest: optional}"), ALL("references: {digest: required}"),
          POLICY_REF_DIGEST, "required", "b.yaml", false },
        { ALL("references: {digest: optional}"), ALL(""), POLICY_REF_DIGEST, "optional", "a.yaml",
          false },
        { ALL("image: {user: numeric}"), ALL("image: {user: non-root}"), POLICY_IMAGE_USER,
          "numeric", "a.yaml", false },
        { ALL("trust: {first-use: accept}"), ALL("trust: {first-use: reject}"),
          POLICY_TRUST_FIRST_USE, "reject", "b.yaml", false },
        { ALL("image: {max-age: 9}"), ALL("image: {max-age: 8}"), POLICY_IMAGE_MAX_AGE, "8d",
          "b.yaml", false },
        { ALL("freshness: {warn-before: 9}"), ALL("freshness: {warn-before: 8}"),
          POLICY_FRESH_WARN_BEFORE, "9d", "a.yaml", false },
        { ALL("freshness: {lifetime: 3}"), ALL(""), POLICY_FRESH_LIFETIME, "3d", "a.yaml", false },
        { ALL("trust: {minimum: 2}"), ALL("trust: {minimum: 3}"), POLICY_TRUST_MINIMUM, "3",
          "b.yaml", false },
        { ALL("trust: {server: 'https://a.example'}"), ALL("trust: {server: 'https://a.example/'}"),
          POLICY_TRUST_SERVER, "https://a.example", NULL, false },
        { ALL("trust: {server: 'https://a.example'}"), ALL("trust: {server: 'https://b.example'}"),
          POLICY_TRUST_SERVER, NULL, NULL, true },
        { ALL("trust: {root: '" DIGEST_A "'}"), ALL("trust: {root: '" DIGEST_B "'}"),
          POLICY_TRUST_ROOT, NULL, NULL, true },
        { ALL("trust: {roles: [targets, targets/a]}"),
          ALL("trust: {roles: [targets/a, targets/b]}"), POLICY_TRUST_ROLES, "targets/a", NULL,
          false },
        { ALL("trust: {roles: [targets]}"), ALL("trust: {roles: [targets/a]}"), POLICY_TRUST_ROLES,
          NULL, NULL, true },
        { ALL("references: {registries: [ghcr.io, quay.io/a/b]}"),
          ALL("references: {registries: [ghcr.io/team, quay.io]}"), POLICY_REF_REGISTRIES,
          "ghcr.io/team, quay.io/a/b", NULL, false },
        { ALL("references: {registries: [ghcr.io]}"), ALL("references: {registries: [ghcr.io.x]}"),
          POLICY_REF_REGISTRIES, NULL, NULL, true },
        { ALL("references: {registries: [ghcr.io/te]}"),
          ALL("references: {registries: [ghcr.io/team]}"), POLICY_REF_REGISTRIES, NULL, NULL,
          true },
        { ALL("image: {labels: [a, c]}"), ALL("image: {labels: [b, c]}"), POLICY_IMAGE_LABELS,
          "a, b, c", NULL, false },
        { ALL("image: {platforms: [linux/amd64]}"), ALL("image: {platforms: [linux/amd64]}"),
          POLICY_IMAGE_PLATFORMS, "linux/amd64", NULL, false },
        /* each file's own scopes decide first */
        { "schema: 1\nscopes: {'*': {image: {max-age: 3}}, ghcr.io/*: {image: {max-age: 9}}}",
          ALL("image: {max-age: 5}"), POLICY_IMAGE_MAX_AGE, "5d", "b.yaml", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *row = &rows[i];
        const char *swapped = row->file == NULL                  ? NULL
                              : strcmp(row->file, "a.yaml") == 0 ? "b.yaml"
                                                                 : "a.yaml";
        expect(row, row->a, row->b, row->file);
        expect(row, row->b, row->a, swapped);
    }
}

#define NAMED(text)  "schema: 1\nscopes: {ghcr.io/team/x: {" text "}}\n"
#define ALLOW(until) "allow: [{digest: '" DIGEST_A "', reason: r, until: " until "}]"

Test(policy_combine, rejections_and_allowances)
{
    static const struct {
        const char *a;
        const char *b;
        bool rejected;
        bool allowed;
    } rows[] = {
        { NAMED("reject: no"), NAMED("reject: false"), true, false },
        { NAMED("reject: false"), NAMED(""), false, false },
        { NAMED(ALLOW("2027-01-01")), NAMED(""), false, true },
        { NAMED(ALLOW("2027-01-01")), NAMED("trust: {minimum: 1}"), false, false },
        { NAMED(ALLOW("2027-01-01") ", trust: {minimum: 1}"), NAMED(""), false, true },
        { NAMED(ALLOW("2027-01-01")), NAMED(ALLOW("2026-01-01") ", trust: {minimum: 1}"), false,
          true },
    };
    for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
        size_t at = i / 2;
        AUTO_POLICY_SET set =
            i % 2 == 0 ? set_of(rows[at].a, rows[at].b) : set_of(rows[at].b, rows[at].a);
        AUTO_ARENA arena = ARENA_INIT(MIB);
        struct policy_terms terms;
        find(set, "ghcr.io/team/x:1@" DIGEST_A, &arena, &terms);
        cr_expect_eq(terms.reject != NULL, rows[at].rejected, "%zu", i);
        cr_expect_eq(terms.allowed != NULL, rows[at].allowed, "%zu", i);
        cr_expect(at != ARRAY_LEN(rows) - 1 || terms.allowed->until_unix_s == 1767311999,
                  "the earlier day counts");
    }
}

/* ---- a project's file beside others ---- */

static void load_project(struct policy_set *set, const char *text)
{
    char path[] = "/tmp/assay-policy-XXXXXX";
    struct assay_error err = ERROR_INIT;
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    cr_assert_eq(close(fd), 0);
    cr_assert_eq(policy_load_project(set, path, &err), ASSAY_OK, "%s", err.message);
    cr_assert_eq(unlink(path), 0);
}

Test(policy_combine, a_project_only_tightens)
{
    static const struct row rows[] = {
        /* the others say nothing: the defaults hold */
        { ALL(""), ALL("references: {digest: optional}"), POLICY_REF_DIGEST, "required", NULL,
          false },
        { ALL(""), ALL("references: {latest: allowed}"), POLICY_REF_LATEST, "forbidden", NULL,
          false },
        { ALL(""), ALL("trust: {first-use: accept}"), POLICY_TRUST_FIRST_USE, "reject", NULL,
          false },
        { ALL(""), ALL("freshness: {lifetime: 1}"), POLICY_FRESH_LIFETIME, "14d", NULL, false },
        { ALL(""), ALL("freshness: {lifetime: 15}"), POLICY_FRESH_LIFETIME, "15d", NULL, false },
        { ALL(""), ALL("trust: {root: '" DIGEST_A "'}"), POLICY_TRUST_ROOT, NULL, NULL, true },
        { ALL(""), ALL("trust: {server: 'https://a.example'}"), POLICY_TRUST_SERVER, NULL, NULL,
          true },
        { ALL(""), ALL("image: {user: numeric}"), POLICY_IMAGE_USER, "numeric", NULL, false },
        { ALL(""), ALL("image: {max-age: 3}"), POLICY_IMAGE_MAX_AGE, "3d", NULL, false },
        { ALL(""), ALL("image: {labels: [a]}"), POLICY_IMAGE_LABELS, "a", NULL, false },
        { ALL(""), ALL("references: {registries: [quay.io]}"), POLICY_REF_REGISTRIES, "quay.io",
          NULL, false },
        /* the others say it, too */
        { ALL("references: {digest: optional}"), ALL("references: {digest: optional}"),
          POLICY_REF_DIGEST, "optional", NULL, false },
        { ALL("references: {digest: optional}"), ALL("references: {digest: required}"),
          POLICY_REF_DIGEST, "required", NULL, false },
        { ALL("trust: {root: '" DIGEST_A "'}"), ALL("trust: {root: '" DIGEST_A "'}"),
          POLICY_TRUST_ROOT, DIGEST_A, NULL, false },
        { ALL("trust: {root: '" DIGEST_A "'}"), ALL("trust: {root: '" DIGEST_B "'}"),
          POLICY_TRUST_ROOT, NULL, NULL, true },
        { ALL("freshness: {lifetime: 3}"), ALL("freshness: {lifetime: 2}"), POLICY_FRESH_LIFETIME,
          "3d", NULL, false },
    };
    for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
        const struct row *row = &rows[i / 2];
        AUTO_POLICY_SET set = NULL;
        AUTO_ARENA arena = ARENA_INIT(MIB);
        struct policy_terms terms;
        cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
        if (i % 2 == 0) {
            load(set, row->a, "a.yaml");
        }
        load_project(set, row->b);
        if (i % 2 == 1) {
            load(set, row->a, "a.yaml"); /* the order does not matter */
        }
        find(set, "ghcr.io/team/x:1", &arena, &terms);
        cr_expect_eq(terms.values[row->field].conflict, row->conflict, "%s", row->b);
        cr_expect(row->conflict || says(&terms, row->field, row->value), "%s", row->b);
    }
}

Test(policy_combine, a_project_allows_nothing_by_itself)
{
    static const struct {
        const char *others; /* NULL: none */
        const char *project;
        bool allowed;
    } rows[] = {
        { NULL, NAMED(ALLOW("2027-01-01")), true },
        { NAMED(""), NAMED(ALLOW("2027-01-01")), false },
        { NAMED(ALLOW("2027-01-01")), NAMED(ALLOW("2027-01-01")), true },
        { NAMED(ALLOW("2027-01-01")), NAMED(""), true },
        { NAMED(ALLOW("2027-01-01")), NAMED("trust: {minimum: 1}"), false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_POLICY_SET set = NULL;
        AUTO_ARENA arena = ARENA_INIT(MIB);
        struct policy_terms terms;
        cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
        if (rows[i].others != NULL) {
            load(set, rows[i].others, "a.yaml");
        }
        load_project(set, rows[i].project);
        find(set, "ghcr.io/team/x:1@" DIGEST_A, &arena, &terms);
        cr_expect_eq(terms.allowed != NULL, rows[i].allowed, "%zu", i);
    }
}
