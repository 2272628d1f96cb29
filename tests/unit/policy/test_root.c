/* SPDX-License-Identifier: Apache-2.0 */
#include "terms.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(policy_root, .timeout = 60);

static char dir[] = "/tmp/assay-policy-XXXXXX";

static void put(const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    cr_assert_eq(close(fd), 0);
}

static enum assay_status load_file(const char *root, struct policy_terms *terms,
                                   struct arena *arena, struct assay_error *err)
{
    AUTO_POLICY_SET set = NULL;
    char path[256];
    char text[512];
    cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
    (void)snprintf(text, sizeof(text), "schema: 1\nscopes:\n  alpine: {trust: {root: %s}}\n", root);
    put("p.yaml", text);
    (void)snprintf(path, sizeof(path), "%s/p.yaml", dir);
    enum assay_status status = policy_load(set, path, err);
    if (status == ASSAY_OK) {
        find(set, "alpine:1", arena, terms);
        struct slice kept;
        const char *value = terms->values[POLICY_TRUST_ROOT].texts[0];
        cr_assert_eq(arena_copy(arena, slice_from_string(value), &kept, NULL), ASSAY_OK);
        const char **texts = NULL;
        cr_assert_eq(arena_alloc(arena, 1, sizeof(*texts), (void *)&texts, NULL), ASSAY_OK);
        texts[0] = (const char *)kept.ptr;
        terms->values[POLICY_TRUST_ROOT].texts = texts;
    }
    return status;
}

Test(policy_root, files_lie_beside_the_policy)
{
    static const struct {
        const char *root;
        const char *part; /* of the refusal; NULL: it is accepted */
    } rows[] = {
        { "root.json", NULL },
        { "sub/root.json", NULL },
        { "none.json", "no such file" },
        { "../outside.json", "plain relative name" },
        { "./root.json", "plain relative name" },
        { "/etc/passwd", "plain relative name" },
        { "link.json", "link" },
        { "linked/root.json", "ot a directory" },
        { "sub", "regular file" },
        { "other.json", "not a root file" },
        { "text.json", "not a root file" },
    };
    char path[256];
    cr_assert_not_null(mkdtemp(dir));
    (void)snprintf(path, sizeof(path), "%s/sub", dir);
    cr_assert_eq(mkdir(path, 0700), 0);
    put("root.json", "{\"signed\": {\"_type\": \"Root\"}}");
    put("sub/root.json", "{\"signed\": {\"_type\": \"root\"}}");
    put("other.json", "{\"signed\": {\"_type\": \"Targets\"}}");
    put("text.json", "hello");
    (void)snprintf(path, sizeof(path), "%s/link.json", dir);
    cr_assert_eq(symlink("root.json", path), 0);
    (void)snprintf(path, sizeof(path), "%s/linked", dir);
    cr_assert_eq(symlink("sub", path), 0);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_ARENA arena = ARENA_INIT(MIB);
        struct policy_terms terms = { 0 };
        struct assay_error err = ERROR_INIT;
        enum assay_status status = load_file(rows[i].root, &terms, &arena, &err);
        if (rows[i].part == NULL) {
            cr_assert_eq(status, ASSAY_OK, "%s: %s", rows[i].root, err.message);
            (void)snprintf(path, sizeof(path), "%s/%s", dir, rows[i].root);
            cr_expect_str_eq(terms.values[POLICY_TRUST_ROOT].texts[0], path);
        } else {
            cr_expect_eq(status, ASSAY_POLICY_INVALID, "%s", rows[i].root);
            cr_expect_not_null(strstr(err.message, ":3:26: root: "), "%s", err.message);
            cr_expect_not_null(strstr(err.message, rows[i].part), "%s", err.message);
        }
    }
    static const char *const made[] = { "root.json", "sub/root.json", "other.json",
                                        "text.json", "link.json",     "linked",
                                        "p.yaml",    "sub",           "" };
    for (size_t i = 0; i < ARRAY_LEN(made); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", dir, made[i]);
        cr_expect_eq(remove(path), 0, "%s", path);
    }
}

Test(policy_root, files_that_are_not_there)
{
    AUTO_POLICY_SET set = NULL;
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
    cr_expect_eq(policy_load(set, "/nowhere/p.yaml", &err), ASSAY_FILE_IO);
    cr_expect_eq(policy_load(set, "/", &err), ASSAY_FILE_IO);
    cr_expect_eq(policy_count(set), 0);
}
