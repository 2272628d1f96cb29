/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include "tuf/envelope.h"

#include <criterion/criterion.h>

TestSuite(tuf_envelope, .timeout = 60);

#define ENTRY  "{\"keyid\":\"aa\",\"method\":\"ecdsa\",\"sig\":\"AAAA\"}"
#define SIGNED "{\"_type\":\"Root\",\"n\":1}"

static enum assay_status read_text(const char *text, struct tuf_unverified *out)
{
    return tuf_envelope_read(slice_from_string(text), &tuf_dialect_notary, LIMIT_JSON_NODES, out,
                             NULL);
}

Test(tuf_envelope, forms)
{
    static const struct {
        const char *text;
        enum assay_status status;
    } rows[] = {
        { "{\"signed\":" SIGNED ",\"signatures\":[" ENTRY "]}", ASSAY_OK },
        { "{\"signatures\":[" ENTRY "],\"signed\":" SIGNED "}", ASSAY_OK },
        { " {\"signatures\" : [ ] ,\n\"signed\":{ }}\n", ASSAY_OK },
        { "", ASSAY_JSON_SYNTAX },
        { "   ", ASSAY_JSON_SYNTAX },
        { "{", ASSAY_JSON_SYNTAX },
        { "{\"signed\":" SIGNED ",\"signatures\":[]}x", ASSAY_JSON_SYNTAX },
        { "{\"signed\":{\"a\":\"\x01\"},\"signatures\":[]}", ASSAY_JSON_SYNTAX },
        { "{\"signed\":{\"a\":1.0},\"signatures\":[]}", ASSAY_JSON_NUMBER },
        { "{\"signed\":{\"a\":1,\"a\":1},\"signatures\":[]}", ASSAY_JSON_DUPLICATE },
        { "{\"signed\":{\"a\":1,\"\\u0061\":1},\"signatures\":[]}", ASSAY_JSON_DUPLICATE },
        { "{\"signed\":{},\"signed\":{},\"signatures\":[]}", ASSAY_JSON_DUPLICATE },
        { "{\"signed\":{},\"signatures\":[],\"signed\":{}}", ASSAY_JSON_DUPLICATE },
        { "{\"signed\":{},\"signatures\":[],\"signatures\":[]}", ASSAY_JSON_DUPLICATE },
        { "{\"signatures\":[],\"signed\":{},\"signatures\":[]}", ASSAY_JSON_DUPLICATE },
        { "{\"signed\":{\"a\":\"\xFF\"},\"signatures\":[]}", ASSAY_JSON_UTF8 },
        { "[]", ASSAY_SCHEMA },
        { "{}", ASSAY_SCHEMA },
        { "{\"signed\":{}}", ASSAY_SCHEMA },
        { "{\"signatures\":[]}", ASSAY_SCHEMA },
        { "{\"signed\":{},\"signatures\":null}", ASSAY_SCHEMA },
        { "{\"signed\":{},\"signatures\":{}}", ASSAY_SCHEMA },
        { "{\"signed\":null,\"signatures\":[]}", ASSAY_SCHEMA },
        { "{\"signed\":\"e30=\",\"signatures\":[]}", ASSAY_SCHEMA },
        { "{\"signed\":[],\"signatures\":[]}", ASSAY_SCHEMA },
        { "{\"abc\":\"xyz\",\"signed\":{},\"signatures\":[]}", ASSAY_SCHEMA },
        { "{\"signed\":{},\"signatures\":[],\"version\":7}", ASSAY_SCHEMA },
        { "{\"Signed\":{},\"signatures\":[]}", ASSAY_SCHEMA },
        { "{\"signed\":{},\"Signed\":{},\"signatures\":[]}", ASSAY_SCHEMA },
        { "{\"signed\":{},\"signatures\":[null]}", ASSAY_SCHEMA },
        { "{\"signed\":{},\"signatures\":[{}]}", ASSAY_SCHEMA },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_UNVERIFIED file = { .signature_count = 0 };
        cr_expect_eq(read_text(rows[i].text, &file), rows[i].status, "%s", rows[i].text);
    }
}

Test(tuf_envelope, signature_entries)
{
    static const struct {
        const char *entries;
        enum assay_status status;
    } rows[] = {
        { ENTRY, ASSAY_OK },
        { ENTRY ",{\"keyid\":\"bb\",\"method\":\"ecdsa\",\"sig\":\"AAAA\"}", ASSAY_OK },
        { "{\"keyid\":\"aa\",\"method\":\"\",\"sig\":\"\"}", ASSAY_OK },
        { "{\"keyid\":\"aa\",\"method\":\"what\"}", ASSAY_OK },
        { "{\"keyid\":\"aa\",\"method\":\"ecdsa\",\"sig\":null}", ASSAY_OK },
        { "{\"abc\":1,\"keyid\":\"aa\",\"method\":\"ecdsa\",\"sig\":\"AAAA\"}", ASSAY_OK },
        { ENTRY "," ENTRY, ASSAY_SCHEMA },
        { "{\"keyid\":\"aa\",\"sig\":\"AAAA\"}", ASSAY_SCHEMA },
        { "{\"method\":\"ecdsa\",\"sig\":\"AAAA\"}", ASSAY_SCHEMA },
        { "{\"keyid\":null,\"method\":\"ecdsa\",\"sig\":\"AAAA\"}", ASSAY_SCHEMA },
        { "{\"keyid\":\"aa\",\"method\":1,\"sig\":\"AAAA\"}", ASSAY_SCHEMA },
        { "{\"keyid\":\"aa\",\"method\":\"ecdsa\",\"sig\":1}", ASSAY_SCHEMA },
        { "{\"keyid\":\"aa\",\"method\":\"ecdsa\",\"sig\":\"AAA\"}", ASSAY_SCHEMA },
        { "{\"keyid\":\"aa\",\"method\":\"ecdsa\",\"sig\":\"AAAAA===\"}", ASSAY_SCHEMA },
        { "{\"keyid\":\"aa\",\"method\":\"ecdsa\",\"sig\":\"AA-_\"}", ASSAY_SCHEMA },
        { "{\"keyid\":\"aa\",\"method\":\"ecdsa\",\"sig\":\"AA A\"}", ASSAY_SCHEMA },
        { "{\"keyid\":\"aa\",\"method\":\"ecdsa\",\"sig\":\"AAAA\\n\"}", ASSAY_SCHEMA },
        { "{\"keyid\":\"aa\",\"method\":\"ecdsa\",\"sig\":\"QUJ=\"}", ASSAY_SCHEMA },
        { "{\"Keyid\":\"aa\",\"method\":\"ecdsa\",\"sig\":\"AAAA\"}", ASSAY_SCHEMA },
        { "{\"\xE2\x84\xAA"
          "eyid\":\"aa\",\"keyid\":\"aa\",\"method\":\"ecdsa\",\"sig\":\"AAAA\"}",
          ASSAY_SCHEMA },
        { "{\"keyid\":\"a\\u0000\",\"method\":\"ecdsa\",\"sig\":\"AAAA\"}", ASSAY_JSON_UTF8 },
        { "{\"keyid\":\"a\\u0001\",\"method\":\"ecdsa\",\"sig\":\"AAAA\"}", ASSAY_SCHEMA },
    };
    AUTO_ARENA arena = ARENA_INIT(1 * MIB);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_UNVERIFIED file = { .signature_count = 0 };
        const char *text =
            say(&arena, "{\"signed\":" SIGNED ",\"signatures\":[%s]}", rows[i].entries);
        cr_expect_eq(read_text(text, &file), rows[i].status, "%s", text);
    }
}

/* What is hashed and later parsed is the file's own text where that is canonical, and the canonical
 * form where it is not. */
Test(tuf_envelope, signed_bytes_are_canonical)
{
    static const struct {
        const char *text;
        const char *expected;
        bool in_place;
    } rows[] = {
        { "{\"signed\":{\"a\":1,\"b\":[2]},\"signatures\":[]}", "{\"a\":1,\"b\":[2]}", true },
        { "{\"signed\":{\"b\":[2],\"a\":1},\"signatures\":[]}", "{\"a\":1,\"b\":[2]}", false },
        { "{\"signed\":{ \"a\":1,\"b\":[2]},\"signatures\":[]}", "{\"a\":1,\"b\":[2]}", false },
        { "{\"signed\":{\"a\":\"\\u003c\\n\"},\"signatures\":[]}", "{\"a\":\"<\n\"}", false },
        { "{\"signatures\":[{\"sig\":\"\",\"method\":\"x\",\"keyid\":\"k\"}],\"signed\":{\"a\":1}}",
          "{\"a\":1}", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_UNVERIFIED file = { .signature_count = 0 };
        cr_assert_eq(read_text(rows[i].text, &file), ASSAY_OK, "%s", rows[i].text);
        struct slice expected = slice_from_string(rows[i].expected);
        cr_expect(slice_equal(file.message.bytes, expected), "%s gave %.*s", rows[i].text,
                  SLICE_ARGS(file.message.bytes));
        struct digest digest;
        cr_assert_eq(digest_compute(DIGEST_SHA256, expected, &digest, NULL), ASSAY_OK);
        cr_expect(digest_equal(&digest, &file.message.sha256), "%s", rows[i].text);
        const char *start = (const char *)file.message.bytes.ptr;
        bool in_place = start >= rows[i].text && start < rows[i].text + strlen(rows[i].text);
        cr_expect_eq(in_place, rows[i].in_place, "%s", rows[i].text);
    }
}

static const char *many_entries(struct arena *arena, size_t count)
{
    size_t most = 64; /* bytes of one */
    char *list = NULL;
    size_t used = 0;
    cr_assert_eq(arena_alloc(arena, count, most, &list, NULL), ASSAY_OK);
    for (size_t i = 0; i < count; i++) {
        used += (size_t)snprintf(list + used, most, "%s{\"keyid\":\"%zu\",\"method\":\"x\"}",
                                 i == 0 ? "" : ",", i);
    }
    return say(arena, "{\"signed\":{},\"signatures\":[%s]}", list);
}

Test(tuf_envelope, signatures_are_limited)
{
    AUTO_ARENA arena = ARENA_INIT(64 * MIB);
    AUTO_UNVERIFIED file = { .signature_count = 0 };
    cr_expect_eq(read_text(many_entries(&arena, LIMIT_SIGNATURES), &file), ASSAY_OK);
    cr_expect_eq(file.signature_count, LIMIT_SIGNATURES);
    tuf_unverified_clear(&file);
    cr_expect_eq(read_text(many_entries(&arena, LIMIT_SIGNATURES + 1), &file), ASSAY_JSON_LIMIT);
    cr_expect_eq(read_text(many_entries(&arena, 100000), &file), ASSAY_JSON_LIMIT);
}
