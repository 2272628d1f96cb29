/* SPDX-License-Identifier: Apache-2.0 */
/* References: vectors/reference/references.jsonl holds the cases, one JSON object a line, with the
 * parts that must come out or a piece of the error that must be given. */
#include "oci/reference.h"

#include "base/file.h"
#include "json/tree.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(reference, .timeout = 60);

#define HEX64  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX64

static const char *get(const struct json_at *object, const char *key)
{
    const char *text = NULL;

    cr_assert_eq(json_get_string_opt(object, key, &text, NULL), ASSAY_OK);
    return text;
}

static bool equal(const char *have, const char *want)
{
    return have == NULL || want == NULL ? have == want : strcmp(have, want) == 0;
}

static void expect_parts(const struct json_at *object, const struct oci_reference *reference)
{
    const char *input = get(object, "input");
    char digest[DIGEST_TEXT_BYTES] = "";
    char name[LIMIT_REFERENCE_BYTES];
    struct json_at ignored;
    bool implied = json_find(object, "implied", &ignored); /* never said to be false */

    cr_expect(equal(reference->registry, get(object, "registry")), "%s: registry", input);
    cr_expect(equal(reference->repository, get(object, "repository")), "%s: repository", input);
    (void)snprintf(name, sizeof(name), "%s/%s", reference->registry, reference->repository);
    cr_expect(equal(reference->name, name), "%s: name", input);
    cr_expect(equal(reference->tag, implied ? "latest" : get(object, "tag")), "%s: tag", input);
    cr_expect_eq(reference->tag_implied, implied, "%s: tag_implied", input);
    cr_expect(equal(reference->text, get(object, "text")), "%s: text", input);
    if (get(object, "digest") == NULL) {
        cr_expect_eq(reference->digest.alg, DIGEST_NONE, "%s: digest", input);
    } else {
        digest_format(&reference->digest, digest);
        cr_expect_str_eq(digest, get(object, "digest"), "%s: digest", input);
    }
}

static void expect_case(const struct json_at *object)
{
    struct oci_reference reference;
    struct assay_error err = ERROR_INIT;
    const char *input = get(object, "input");
    const char *error = get(object, "error");

    enum assay_status status = oci_reference_parse(input, &reference, &err);
    if (error == NULL) {
        cr_expect_eq(status, ASSAY_OK, "%s: %s", input, err.message);
        if (status == ASSAY_OK) {
            expect_parts(object, &reference);
        }
    } else {
        cr_expect_eq(status, ASSAY_REFERENCE, "%s: accepted", input);
        cr_expect(strstr(err.message, error) != NULL, "%s: '%s' lacks '%s'", input, err.message,
                  error);
        cr_expect_null(reference.name, "%s: something is left behind", input);
    }
    oci_reference_clear(&reference);
}

Test(reference, vectors)
{
    AUTO_BUF path = BUF_INIT(4096);
    AUTO_BUF bytes = BUF_INIT(1 * MIB);
    const char *root = getenv("ASSAY_SOURCE_ROOT");
    size_t count = 0;

    cr_assert_not_null(root);
    cr_assert_eq(buf_printf(&path, NULL, "%s/vectors/reference/references.jsonl", root), ASSAY_OK);
    cr_assert_eq(file_read(buf_text(&path), 1 * MIB, &bytes, NULL), ASSAY_OK);
    for (struct slice rest = buf_slice(&bytes); rest.len > 0; count++) {
        AUTO_JSON_TREE tree = NULL;
        struct json_at object;
        size_t end = slice_find(rest, '\n');
        cr_assert_eq(json_tree_load(slice_first(rest, end), "case", &tree, &object, NULL), ASSAY_OK,
                     "line %zu", count + 1);
        expect_case(&object);
        rest = slice_from(rest, end + 1);
    }
    cr_assert_geq(count, 120U);
}

/* A normalised reference means itself. */
Test(reference, normalised_text_is_stable)
{
    static const char *const TEXTS[] = {
        "alpine",
        "docker://a/b:c",
        "index.docker.io/x@" DIGEST,
        "localhost:5000/app:1@" DIGEST,
    };

    for (size_t i = 0; i < ARRAY_LEN(TEXTS); i++) {
        struct oci_reference first;
        struct oci_reference second;
        cr_assert_eq(oci_reference_parse(TEXTS[i], &first, NULL), ASSAY_OK);
        cr_assert_eq(oci_reference_parse(first.text, &second, NULL), ASSAY_OK);
        cr_expect_str_eq(first.text, second.text);
        cr_expect_str_eq(first.name, second.name);
        oci_reference_clear(&first);
        oci_reference_clear(&second);
    }
}

/* What JSON cannot hold: bytes that are no text. */
Test(reference, bad_bytes)
{
    static const char *const TEXTS[] = { "app\x80", "\xff", "app\x01", "a\xc3", "\x1b[31mapp" };
    struct oci_reference reference;

    for (size_t i = 0; i < ARRAY_LEN(TEXTS); i++) {
        struct assay_error err = ERROR_INIT;
        cr_expect_eq(oci_reference_parse(TEXTS[i], &reference, &err), ASSAY_REFERENCE, "%zu", i);
        for (const char *c = err.message; *c != '\0'; c++) {
            cr_expect(*c >= ' ' && *c <= '~', "%zu: raw byte in the message", i);
        }
    }
    cr_expect_eq(oci_reference_parse(NULL, &reference, NULL), ASSAY_REFERENCE);
}

Test(reference, name_alone)
{
    struct oci_reference reference;

    cr_assert_eq(oci_name_parse("registry.example.com:5000/ns/app", &reference, NULL), ASSAY_OK);
    cr_expect_str_eq(reference.name, "registry.example.com:5000/ns/app");
    oci_reference_clear(&reference);
    cr_assert_eq(oci_name_parse("alpine", &reference, NULL), ASSAY_OK);
    cr_expect_str_eq(reference.name, "docker.io/library/alpine");
    oci_reference_clear(&reference);

    cr_expect_eq(oci_name_parse("alpine:3", &reference, NULL), ASSAY_REFERENCE);
    cr_expect_null(reference.name);
    cr_expect_eq(oci_name_parse("alpine@" DIGEST, &reference, NULL), ASSAY_REFERENCE);
    cr_expect_eq(oci_name_parse("alpine:", &reference, NULL), ASSAY_REFERENCE);
    cr_expect_eq(oci_name_parse("Alpine", &reference, NULL), ASSAY_REFERENCE);
    cr_expect_eq(oci_name_parse("", &reference, NULL), ASSAY_REFERENCE);
}

Test(reference, tags)
{
    char text[LIMIT_TAG_BYTES + 1];

    memset(text, 'x', sizeof(text));
    cr_expect(oci_tag_is_valid(slice_of(text, LIMIT_TAG_BYTES)));
    cr_expect_not(oci_tag_is_valid(slice_of(text, LIMIT_TAG_BYTES + 1)));
    cr_expect(oci_tag_is_valid(SLICE_LITERAL("v1.0_a-B")));
    cr_expect_not(oci_tag_is_valid(SLICE_EMPTY));
    cr_expect_not(oci_tag_is_valid(SLICE_LITERAL(".a")));
    cr_expect_not(oci_tag_is_valid(SLICE_LITERAL("-a")));
    cr_expect_not(oci_tag_is_valid(SLICE_LITERAL("a\0")));
    cr_expect_not(oci_tag_is_valid(SLICE_LITERAL("a/b")));
}
