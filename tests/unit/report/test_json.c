/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json.h"

#include "verdicts.h"
#include "json/tree.h"

#include <assay/version.h>
#include <criterion/criterion.h>

TestSuite(report_json, .timeout = 60);

#define JSON_BYTES (1024 * 1024)

static const char *text_at(const struct json_at *object, const char *key)
{
    const char *text = NULL;
    cr_assert_eq(json_get_string(object, key, &text, NULL), ASSAY_OK, "%s", key);
    return text;
}

static void get_array(const struct json_at *object, const char *key, size_t count,
                      struct json_at *out)
{
    cr_assert_eq(json_get_array(object, key, 100, out, NULL), ASSAY_OK, "%s", key);
    cr_expect_eq(json_count(out), count, "%s: %zu", key, json_count(out));
}

/* The members of a result, which is the same on success and on failure. */
static void expect_members(const struct json_at *result)
{
    static const char *const known[] = {
        "reference",
        "name",
        "tag",
        "digest",
        "trusted",
        "status",
        "message",
        "remedy",
        "context",
        "role",
        "signers",
        "platforms",
        "platforms-not-judged",
        "expires",
        "expires-role",
        "trust-server",
        "root",
        "state",
        "at",
        "offline",
        "engine",
        "notes",
        "checks",
    };
    struct json_at member;
    cr_expect_eq(json_check_members(result, known, ARRAY_LEN(known), false, NULL), ASSAY_OK);
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        cr_expect(json_find(result, known[i], &member), "%s", known[i]);
    }
}

static size_t count(const struct buf *text, const char *part)
{
    size_t found = 0;
    for (const char *at = strstr(buf_text(text), part); at != NULL; at = strstr(at + 1, part)) {
        found++;
    }
    return found;
}

static void load(const struct buf *text, struct json_tree **tree, struct json_at *root)
{
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(json_tree_load(buf_slice(text), "report", tree, root, &err), ASSAY_OK, "%s",
                 assay_error_message(&err));
}

Test(report_json, success_and_failure)
{
    struct assay_verdict good = trusted_verdict();
    struct assay_verdict bad = failed_verdict(ASSAY_EXPIRED);
    bad.has_at = true;
    bad.stateless = true;
    struct json_new *made = json_new_array();
    AUTO_BUF text = BUF_INIT(JSON_BYTES);
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    struct json_at tool;
    struct json_at results;
    struct json_at result;
    struct json_at item;
    int64_t number = 0;
    report_json_verdict(&good, made);
    report_json_verdict(&bad, made);
    report_json_verdict(NULL, made);
    cr_assert_eq(report_json(ASSAY_CLASS_REJECTED, made, NULL, &text, NULL), ASSAY_OK);
    load(&text, &tree, &root);
    cr_assert(json_find(&root, "error", &item));
    cr_expect_eq(json_kind(&item), JSON_KIND_NULL);
    cr_assert_eq(json_get_integer(&root, "schema", 1, 1, &number, NULL), ASSAY_OK);
    cr_assert_eq(json_get_integer(&root, "exit", 0, 255, &number, NULL), ASSAY_OK);
    cr_expect_eq(number, 1);
    cr_assert_eq(json_get_object(&root, "tool", &tool, NULL), ASSAY_OK);
    cr_expect_str_eq(text_at(&tool, "name"), "assay");
    cr_expect_str_eq(text_at(&tool, "version"), assay_version());
    get_array(&root, "results", 3, &results);

    json_element(&results, 0, &result);
    expect_members(&result);
    cr_expect_eq(count(&text, "\"trusted\": true"), 1);
    cr_expect_eq(count(&text, "\"trusted\": false"), 2);
    cr_expect_str_eq(text_at(&result, "status"), "ok");
    cr_expect_str_eq(text_at(&result, "message"), "");
    cr_expect_str_eq(text_at(&result, "digest"), "sha256:" HEX_64);
    cr_expect_str_eq(text_at(&result, "expires"), "2025-11-25T00:00:00Z");
    cr_expect_str_eq(text_at(&result, "state"), "kept");
    cr_assert(json_find(&result, "at", &item));
    cr_expect_eq(json_kind(&item), JSON_KIND_NULL);
    get_array(&result, "signers", 1, &item);
    get_array(&result, "platforms", 1, &item);
    get_array(&result, "platforms-not-judged", 3, &item);
    get_array(&result, "notes", 1, &item);
    get_array(&result, "checks", 2, &item);
    json_element(&item, 1, &item);
    cr_expect_str_eq(text_at(&item, "rule"), "expiry");

    json_element(&results, 1, &result);
    expect_members(&result);
    cr_expect_str_eq(text_at(&result, "status"), "expired");
    cr_expect_str_eq(text_at(&result, "message"), "the timestamp expired");
    cr_expect_str_eq(text_at(&result, "digest"), "", "a digest of what is not trusted");
    cr_expect_str_eq(text_at(&result, "at"), "1970-01-01T00:00:00Z");
    cr_expect_str_eq(text_at(&result, "state"), "none");
    get_array(&result, "context", 1, &item);

    json_element(&results, 2, &result);
    cr_expect_str_eq(text_at(&result, "status"), "no-memory");
}

Test(report_json, failure_before_any_image)
{
    struct assay_verdict verdict = failed_verdict(ASSAY_CONFIG);
    AUTO_BUF text = BUF_INIT(JSON_BYTES);
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    struct json_at item;
    int64_t number = 0;
    cr_assert_eq(report_json(ASSAY_CLASS_USAGE, json_new_array(), &verdict.error, &text, NULL),
                 ASSAY_OK);
    load(&text, &tree, &root);
    cr_assert_eq(json_get_integer(&root, "exit", 0, 255, &number, NULL), ASSAY_OK);
    cr_expect_eq(number, 2);
    get_array(&root, "results", 0, &item);
    cr_assert_eq(json_get_object(&root, "error", &item, NULL), ASSAY_OK);
    cr_expect_str_eq(text_at(&item, "status"), "config");
}

/* A node of the tree has the same members whatever it is. */
static void expect_node(const struct json_at *node, bool is_root)
{
    static const char *const known[] = { "digest",   "size",        "media-type",
                                         "platform", "attestation", "present",
                                         "config",   "layers",      "manifests" };
    size_t count = is_root ? ARRAY_LEN(known) : ARRAY_LEN(known) - 1;
    struct json_at member;
    cr_expect_eq(json_check_members(node, known, count, false, NULL), ASSAY_OK);
    for (size_t i = 0; i < count; i++) {
        cr_expect(json_find(node, known[i], &member), "%s", known[i]);
    }
}

Test(report_json, inspection)
{
    struct oci_descriptor blob = { .media_text = "layer/type",
                                   .digest = { .alg = DIGEST_SHA256 },
                                   .size = 7 };
    struct inspect_node children[] = {
        { .digest = "sha256:bb", .size = 5, .config = blob, .layers = &blob, .layer_count = 1 },
        { .digest = "sha256:cc", .is_absent = true },
    };
    struct assay_verdict verdict = trusted_verdict();
    struct inspection inspection = {
        .reference = "app:1.0",
        .root = { .digest = "sha256:aa", .children = children, .child_count = ARRAY_LEN(children) }
    };
    struct json_new *made = json_new_array();
    AUTO_BUF text = BUF_INIT(JSON_BYTES);
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    struct json_at results;
    struct json_at result;
    struct json_at image;
    struct json_at nodes;
    struct json_at item;
    report_json_inspection(&inspection, made);
    inspection.verdict = &verdict;
    report_json_inspection(&inspection, made);
    cr_assert_eq(report_json(ASSAY_CLASS_TRUSTED, made, NULL, &text, NULL), ASSAY_OK);
    load(&text, &tree, &root);
    get_array(&root, "results", 2, &results);
    json_element(&results, 0, &result);
    cr_expect_str_eq(text_at(&result, "reference"), "app:1.0");
    cr_assert(json_find(&result, "verdict", &item));
    cr_expect_eq(json_kind(&item), JSON_KIND_NULL, "not judged is no verdict");
    cr_assert_eq(json_get_object(&result, "image", &image, NULL), ASSAY_OK);
    expect_node(&image, true);
    get_array(&image, "manifests", 2, &nodes);
    json_element(&nodes, 0, &item);
    expect_node(&item, false);
    get_array(&item, "layers", 1, &item);
    json_element(&nodes, 1, &item);
    expect_node(&item, false);
    cr_expect_eq(count(&text, "\"present\": false"), 2, "of the same image, twice");
    json_element(&results, 1, &result);
    cr_assert_eq(json_get_object(&result, "verdict", &item, NULL), ASSAY_OK);
    expect_members(&item);
}
