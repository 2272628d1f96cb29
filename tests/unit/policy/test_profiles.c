/* SPDX-License-Identifier: Apache-2.0 */
#include "terms.h"

TestSuite(policy_profiles, .timeout = 60);

Test(policy_profiles, names)
{
    cr_expect_str_eq(policy_profile_name(0), "development");
    cr_expect_str_eq(policy_profile_name(1), "production");
    cr_expect_null(policy_profile_name(2));
    cr_expect_null(policy_profile_name(3));
    cr_expect_null(policy_profile("nowhere"));
    for (size_t i = 0; policy_profile_name(i) != NULL; i++) {
        AUTO_POLICY_SET set = NULL;
        cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
        load(set, policy_profile(policy_profile_name(i)), "profile");
    }
}

Test(policy_profiles, what_they_say)
{
    static const struct {
        const char *text;
        enum policy_field field;
        const char *value;
        const char *file;
        const char *scope;
    } rows[] = {
        { "schema: 1\nprofile: development\n", POLICY_REF_DIGEST, "optional", "profile development",
          "*" },
        { "schema: 1\nprofile: development\n", POLICY_REF_LATEST, "forbidden",
          "profile development", "*" },
        { "schema: 1\nprofile: development\n", POLICY_IMAGE_USER, "non-root", "profile development",
          "*" },
        { "schema: 1\nprofile: production\n", POLICY_REF_DIGEST, "required", "profile production",
          "*" },
        { "schema: 1\nprofile: production\n", POLICY_IMAGE_USER, "numeric", "profile production",
          "*" },
        { "schema: 1\nprofile: production\n", POLICY_IMAGE_LOWEST_PORT, "1024",
          "profile production", "*" },
        { "schema: 1\nprofile: production\n", POLICY_IMAGE_SECRETS, "forbidden",
          "profile production", "*" },
        { "schema: 1\nprofile: production\n", POLICY_FRESH_WARN_BEFORE, "30d", "profile production",
          "*" },
        { "schema: 1\nprofile: production\n", POLICY_REF_IGNORES, "refused", "profile production",
          "*" },
        /* the file's own scopes decide first, even wider ones */
        { "schema: 1\nprofile: production\nscopes: {\"*\": {image: {user: any}}}\n",
          POLICY_IMAGE_USER, "any", "p.yaml", "*" },
        { "schema: 1\nprofile: production\nscopes: {alpine: {image: {user: any}}}\n",
          POLICY_IMAGE_USER, "any", "p.yaml", "alpine" },
        { "schema: 1\nprofile: production\nscopes: {alpine: {image: {user: any}}}\n",
          POLICY_REF_DIGEST, "required", "profile production", "*" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_POLICY_SET set = NULL;
        AUTO_ARENA arena = ARENA_INIT(MIB);
        struct policy_terms terms;
        cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
        load(set, rows[i].text, "p.yaml");
        find(set, "alpine:3", &arena, &terms);
        cr_expect(says(&terms, rows[i].field, rows[i].value), "%s", rows[i].text);
        cr_expect_str_eq(terms.values[rows[i].field].origin.file, rows[i].file);
        cr_expect_str_eq(terms.values[rows[i].field].origin.scope, rows[i].scope);
    }
}

Test(policy_profiles, scopes_are_listed_behind_the_files_own)
{
    AUTO_POLICY_SET set = NULL;
    cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
    load(set, "schema: 1\nprofile: production\nscopes: {b: {}, a: {}}\n", "p.yaml");
    cr_assert_eq(policy_count(set), 1);
    cr_expect_str_eq(policy_file_name(set, 0), "p.yaml");
    cr_assert_eq(policy_scope_count(set, 0), 3);
    cr_expect_str_eq(policy_scope_at(set, 0, 0).scope, "b");
    cr_expect_str_eq(policy_scope_at(set, 0, 1).scope, "a");
    cr_expect_str_eq(policy_scope_at(set, 0, 1).file, "p.yaml");
    cr_expect_str_eq(policy_scope_at(set, 0, 2).scope, "*");
    cr_expect_str_eq(policy_scope_at(set, 0, 2).file, "profile production");
}
