/* SPDX-License-Identifier: Apache-2.0 */
#include "terms.h"

TestSuite(policy_import, .timeout = 60);

#define ACCEPT        "[{\"type\": \"insecureAcceptAnything\"}]"
#define REJECT        "[{\"type\": \"reject\"}]"
#define SIGNED        "[{\"type\": \"signedBy\", \"keyType\": \"GPGKeys\", \"keyPath\": \"/k\"}]"
#define DOCKER(text)  "{\"default\": " ACCEPT ", \"transports\": {\"docker\": {" text "}}}"
#define PINNING(text) "{\"trust_dir\": \"d\", \"trust_pinning\": {" text "}}"

struct row {
    const char *text;
    const char *reference;
    const char *reject; /* a part of why; NULL: it is not rejected */
    const char *root;   /* NULL: none is named */
};

static void import(const char *text, struct buf *out)
{
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(policy_import(slice_from_string(text), "in.json", out, &err), ASSAY_OK, "%s\n%s",
                 err.message, text);
}

static void expect(const struct row *row)
{
    AUTO_POLICY_SET set = NULL;
    AUTO_BUF made = BUF_INIT(MIB);
    AUTO_ARENA arena = ARENA_INIT(MIB);
    struct policy_terms terms;
    import(row->text, &made);
    cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
    load(set, buf_text(&made), "made.yaml");
    find(set, row->reference, &arena, &terms);
    cr_expect_eq(terms.reject != NULL, row->reject != NULL, "%s in\n%s", row->reference,
                 buf_text(&made));
    if (terms.reject != NULL && row->reject != NULL) {
        cr_expect_not_null(strstr(terms.reject, row->reject), "%s in\n%s", row->reject,
                           buf_text(&made));
    }
    const struct policy_value *root = &terms.values[POLICY_TRUST_ROOT];
    cr_expect_eq(root->is_set, row->root != NULL, "%s", row->reference);
    if (root->is_set && row->root != NULL) {
        cr_expect_str_eq(root->texts[0], row->root);
    }
    /* nothing becomes looser than without a policy */
    cr_expect_eq(terms.values[POLICY_TRUST_FIRST_USE].number, POLICY_FIRST_USE_REJECT);
    cr_expect_eq(terms.values[POLICY_REF_DIGEST].number, POLICY_DIGEST_REQUIRED);
    cr_expect_null(terms.allowed);
}

Test(policy_import, containers)
{
    static const struct row rows[] = {
        { "{\"default\": " ACCEPT "}", "alpine", NULL, NULL },
        { "{\"default\": " REJECT "}", "alpine", "imported", NULL },
        { "{\"default\": " SIGNED "}", "alpine", "another kind", NULL },
        { "{\"default\": [{\"type\": \"insecureAcceptAnything\"}, {\"type\": \"reject\"}]}",
          "alpine", "imported", NULL },
        { "{\"default\": " REJECT ", \"transports\": {\"docker\": {\"\": " ACCEPT "}}}", "alpine",
          NULL, NULL },
        { "{\"default\": " REJECT ", \"transports\": {\"oci\": {\"\": " ACCEPT "}}}", "alpine",
          "imported", NULL },
        { DOCKER("\"docker.io/library\": " REJECT), "alpine", "imported", NULL },
        { DOCKER("\"docker.io/library\": " REJECT), "team/x", NULL, NULL },
        { DOCKER("\"docker.io/library/alpine\": " SIGNED), "alpine:3", "another kind", NULL },
        { DOCKER("\"docker.io/library/alpine\": " SIGNED), "busybox", NULL, NULL },
        { DOCKER("\"a.example:5000\": " REJECT), "a.example:5000/b/c", "imported", NULL },
        { DOCKER("\"a.example:5000\": " REJECT), "a.example/b/c", NULL, NULL },
        { DOCKER("\"a.example/b\": " REJECT), "a.example/b", "imported", NULL },
        { DOCKER("\"a.example/b\": " REJECT), "a.example/b/c:1", "imported", NULL },
        { DOCKER("\"a.example/b\": " REJECT), "a.example/bc", NULL, NULL },
        { DOCKER("\"a.example/b:1\": " REJECT), "a.example/b:1", "imported", NULL },
        { DOCKER("\"a.example/b:1\": " REJECT), "a.example/b:2", NULL, NULL },
        { DOCKER("\"a.example\": " REJECT ", \"a.example/b\": " ACCEPT), "a.example/b", NULL,
          NULL },
        { DOCKER("\"*.example\": " REJECT), "alpine", "imported", NULL },
        { DOCKER("\"*.example\": " ACCEPT), "alpine", NULL, NULL },
        { DOCKER("\"Not A Name\": " REJECT), "alpine", NULL, NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        expect(&rows[i]);
    }
}

Test(policy_import, notary)
{
    static const struct row rows[] = {
        { PINNING(""), "alpine", NULL, NULL },
        { PINNING("\"disable_tofu\": true"), "alpine", NULL, NULL },
        { PINNING("\"certs\": {\"docker.io/library/alpine\": [\"" HEX_A "\"]}"), "alpine", NULL,
          DIGEST_A },
        { PINNING("\"certs\": {\"docker.io/library/alpine\": [\"" HEX_A "\"]}"), "busybox", NULL,
          NULL },
        { PINNING("\"certs\": {\"docker.io/library/*\": [\"" HEX_A "\"]}"), "busybox", NULL,
          DIGEST_A },
        { PINNING("\"certs\": {\"a.example/b\": [\"" HEX_A "\", \"" HEX_B "\"]}"), "a.example/b",
          "more than one", NULL },
        { PINNING("\"certs\": {\"alpine\": [\"" HEX_A "\"]}"), "alpine", NULL, NULL },
        { PINNING("\"ca\": {\"a.example/b\": \"ca.pem\"}"), "a.example/b/c", "root pin", NULL },
        { PINNING("\"ca\": {\"a.example/b/\": \"ca.pem\"}"), "a.example/b", "root pin", NULL },
        { PINNING("\"ca\": {\"a.example/b\": \"ca.pem\"}"), "a.example/c", NULL, NULL },
        { PINNING("\"ca\": {\"a.example\": \"ca.pem\"}"), "a.example/c", "root pin", NULL },
        { PINNING("\"ca\": {\"a.example/b\": \"ca.pem\"}, \"certs\": {\"a.example/b\": [\"" HEX_A
                  "\"]}"),
          "a.example/b", NULL, DIGEST_A },
        { PINNING("\"ca\": {\"a.example/b\": \"ca.pem\"}, \"certs\": {\"a.example/b\": [\"" HEX_A
                  "\"]}"),
          "a.example/b/c", "root pin", NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        expect(&rows[i]);
    }
}

Test(policy_import, refused)
{
    static const struct {
        const char *text;
        const char *part;
    } rows[] = {
        { "", "in.json:1:1: expected one document" },
        { "{", "in.json:" },
        { "[]", "in.json:1:1: a policy" },
        { "{}", "trust_pinning" },
        { "{\"default\": []}", "in.json:1:13: expected a list of requirements" },
        { "{\"default\": {}}", "requirements" },
        { "{\"default\": [{\"type\": \"open\"}]}", "in.json:1:14: expected a type" },
        { "{\"default\": [{}]}", "expected a type" },
        { "{\"default\": [\"reject\"]}", "expected a type" },
        { "{\"default\": " ACCEPT ", \"default\": " ACCEPT "}", "default" },
        { "{\"default\": " ACCEPT ", \"x\": 1}", "unknown key x" },
        { "{\"default\": " ACCEPT ", \"transports\": []}", "transports" },
        { "{\"default\": " ACCEPT ", \"transports\": {\"docker\": []}}", "a transport" },
        { DOCKER("\"a.example\": {}"), "requirements" },
        { PINNING("\"disable_tofu\": 1"), "disable_tofu" },
        { PINNING("\"certs\": []"), "certs" },
        { PINNING("\"certs\": {\"a.example/b\": []}"), "list of key ids" },
        { PINNING("\"certs\": {\"a.example/b\": [\"abc\"]}"), "64" },
        { PINNING("\"ca\": []"), "ca" },
        { PINNING("\"ca\": {\"a.example/b\": []}"), "ca: expected a text" },
        { "{\"trust_pinning\": []}", "trust_pinning" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_BUF made = BUF_INIT(MIB);
        struct assay_error err = ERROR_INIT;
        cr_expect_eq(policy_import(slice_from_string(rows[i].text), "in.json", &made, &err),
                     ASSAY_POLICY_INVALID, "%s", rows[i].text);
        cr_expect_not_null(strstr(err.message, rows[i].part), "%s: %s", rows[i].text, err.message);
    }
}

/* What is quoted stays a comment. */
Test(policy_import, notes_are_one_line)
{
    AUTO_BUF made = BUF_INIT(MIB);
    import(PINNING("\"ca\": {\"a.example/b\": \"x\\n  evil:\\n    reject: false\\u0085y\"}"),
           &made);
    cr_expect_null(strstr(buf_text(&made), "\n  evil"), "%s", buf_text(&made));
    cr_expect_not_null(strstr(buf_text(&made), "evil"), "%s", buf_text(&made));
}

Test(policy_import, together)
{
#define ROOT(scope, digest) "schema: 1\nscopes: {" scope ": {trust: {root: '" digest "'}}}\n"
    static const struct {
        const char *a;
        const char *b;
        bool ok;
    } rows[] = {
        { ROOT("alpine", DIGEST_A), ROOT("alpine", DIGEST_A), true },
        { ROOT("alpine", DIGEST_A), ROOT("busybox", DIGEST_B), true },
        { ROOT("alpine", DIGEST_A), ROOT("alpine", DIGEST_B), false },
        { ROOT("docker.io/*", DIGEST_A), ROOT("alpine:3", DIGEST_B), false },
        { ROOT("'*'", DIGEST_A), ROOT("'*'", DIGEST_B), false },
        { ROOT("a.example/*", DIGEST_A), ROOT("a.example/b/*", DIGEST_B), false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_POLICY_SET set = NULL;
        struct assay_error err = ERROR_INIT;
        cr_assert_eq(policy_set_new(&set, NULL), ASSAY_OK);
        load(set, rows[i].a, "a.yaml");
        load(set, rows[i].b, "b.yaml");
        cr_expect_eq(policy_check_together(set, &err), rows[i].ok ? ASSAY_OK : ASSAY_POLICY_INVALID,
                     "%zu: %s", i, err.message);
        cr_expect(rows[i].ok || strstr(err.message, "b.yaml:2:10: trust.root: ") == err.message,
                  "%s", err.message);
    }
}
