/* SPDX-License-Identifier: Apache-2.0 */
/* The index of a targets file: names as they are, look-ups, what it costs. */
#include "support.h"

#include "base/mem.h"
#include "tuf/parsers.h"

#include <criterion/criterion.h>

TestSuite(tuf_targets, .timeout = 60);

#define SHA256_TEXT "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo="
#define ENTRY       ":{\"hashes\":{\"sha256\":\"" SHA256_TEXT "\"},\"length\":7}"
#define HEAD                                                                                       \
    "{\"_type\":\"Targets\",\"delegations\":null,\"expires\":\"2029-01-01T00:00:00Z\","            \
    "\"targets\":{"
#define TAIL "},\"version\":1}"

static enum assay_status parse(const char *text, struct arena *arena, struct tuf_targets *out)
{
    struct tuf_verified verified = { .signed_bytes = text_slice(text) };
    return tuf_targets_parse(&verified, &tuf_dialect_notary, "targets", arena, out, NULL);
}

Test(tuf_targets, names_are_found_as_they_are)
{
    static const char text[] =
        HEAD "\"A\"" ENTRY ",\"a\\\"b\"" ENTRY ",\"a\\\\b\"" ENTRY ",\"ab\"" ENTRY ",\"abc\"" ENTRY
             ",\"\xC3\xA9\"" ENTRY ",\"\xEF\xBD\x9E\"" ENTRY ",\"\xF0\x9F\x98\x80\"" ENTRY TAIL;
    static const char *const present[] = {
        "A", "a\"b", "a\\b", "ab", "abc", "\xC3\xA9", "\xEF\xBD\x9E", "\xF0\x9F\x98\x80",
    };
    static const char *const absent[] = { "", "a", "a\\\"b", "a\\\\b", "abd", "B", "\xC3", "\xFF" };
    AUTO_ARENA arena = ARENA_INIT(LIMIT_ROLE_ARENA);
    struct tuf_targets targets;
    cr_assert_eq(parse(text, &arena, &targets), ASSAY_OK);
    cr_assert_eq(targets.count, ARRAY_LEN(present));
    for (size_t i = 0; i < ARRAY_LEN(present); i++) {
        const struct tuf_target_entry *entry = tuf_targets_find(&targets, text_slice(present[i]));
        struct tuf_target target;
        cr_assert_eq(entry, &targets.entries[i], "%s", present[i]);
        cr_assert_eq(tuf_targets_get(&targets, entry, &target, NULL), ASSAY_OK);
        cr_expect(slice_is(target.name, present[i]), "%s", present[i]);
        cr_expect_eq(target.sha256.bytes[0], 0xAA);
        cr_expect_eq(target.sha512.alg, DIGEST_NONE);
        cr_expect_eq(target.length, 7);
    }
    for (size_t i = 0; i < ARRAY_LEN(absent); i++) {
        cr_expect_null(tuf_targets_find(&targets, text_slice(absent[i])), "%s", absent[i]);
    }
    tuf_targets_clear(&targets);
}

Test(tuf_targets, both_hashes)
{
    AUTO_ARENA arena = ARENA_INIT(LIMIT_ROLE_ARENA);
    unsigned char long_one[64];
    struct tuf_targets targets;
    struct tuf_target target;
    memset(long_one, 0x5A, sizeof(long_one));
    const char *text = say(&arena,
                           HEAD "\"v\":{\"hashes\":{\"sha256\":\"" SHA256_TEXT
                                "\",\"sha512\":\"%s\"},\"length\":9007199254740991}" TAIL,
                           base64_of(&arena, long_one, sizeof(long_one)));
    cr_assert_eq(parse(text, &arena, &targets), ASSAY_OK);
    cr_assert_eq(tuf_targets_get(&targets, &targets.entries[0], &target, NULL), ASSAY_OK);
    cr_expect_eq(target.sha512.alg, DIGEST_SHA512);
    cr_expect(slice_equal(slice_of(target.sha512.bytes, 64), slice_of(long_one, 64)));
    cr_expect_eq(target.length, 9007199254740991ULL);
    tuf_targets_clear(&targets);
}

Test(tuf_targets, long_names)
{
    AUTO_ARENA arena = ARENA_INIT(LIMIT_ROLE_ARENA);
    char name[LIMIT_JSON_KEY_BYTES + 2] = { 0 };
    for (size_t len = LIMIT_JSON_KEY_BYTES; len <= LIMIT_JSON_KEY_BYTES + 1; len++) {
        struct tuf_targets targets;
        memset(name, 'n', len);
        const char *text = say(&arena, HEAD "\"%s\"" ENTRY TAIL, name);
        cr_expect_eq(parse(text, &arena, &targets),
                     len == LIMIT_JSON_KEY_BYTES ? ASSAY_OK : ASSAY_JSON_LIMIT);
        tuf_targets_clear(&targets);
    }
}

/* Many entries: all are found, and the number is limited. */
Test(tuf_targets, many_entries)
{
    size_t count = LIMIT_TARGETS_ENTRIES;
    size_t each = sizeof("\"t0000000\"" ENTRY ",");
    char *text = mem_alloc(count + 16, each);
    cr_assert_not_null(text);
    size_t used = (size_t)sprintf(text, "%s", HEAD);
    for (size_t i = 0; i < count; i++) {
        used += (size_t)snprintf(text + used, each, "%s\"t%07zu\"" ENTRY, i == 0 ? "" : ",", i);
    }
    size_t end = used;
    (void)snprintf(text + end, each * 4, "%s", TAIL);
    AUTO_ARENA arena = ARENA_INIT(LIMIT_ROLE_ARENA);
    struct tuf_targets targets;
    cr_assert_eq(parse(text, &arena, &targets), ASSAY_OK);
    cr_expect_eq(targets.count, count);
    for (size_t i = 0; i < count; i += 997) {
        char name[16];
        (void)snprintf(name, sizeof(name), "t%07zu", i);
        cr_assert_eq(tuf_targets_find(&targets, text_slice(name)), &targets.entries[i]);
    }
    tuf_targets_clear(&targets);
    (void)snprintf(text + end, each * 4, ",\"u\"%s%s", ENTRY, TAIL);
    cr_expect_eq(parse(text, &arena, &targets), ASSAY_JSON_LIMIT);
    tuf_targets_clear(&targets);
    mem_free(text);
}
