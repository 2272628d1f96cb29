/* SPDX-License-Identifier: Apache-2.0 */
#include "expand_rows.h"

#include "base/mem.h"

TestSuite(scan_expand, .timeout = 60);

/* Both dialects read these alike. */
static const struct row shared_rows[] = {
    { "", "", NULL, 0 },
    { "alpine:3.20", "alpine:3.20", NULL, 0 },
    { "a b\tc", "a b\tc", NULL, 0 },
    { "{}", "{}", NULL, 0 },
    { "a}", "a}", NULL, 0 },
    { "$V", "value", NULL, 0 },
    { "$V$V", "valuevalue", NULL, 0 },
    { "a$V.b", "avalue.b", NULL, 0 },
    { "$V1_x-", "one-", NULL, 0 },
    { "$V1", "", "V1", 0 },
    { "$v", "", "v", 0 },
    { "$N", "", "N", 0 },
    { "x${N}y", "xy", "N", 0 },
    { "$N$O", "", "N", 0 },
    { "$E", "", NULL, 0 },
    { "${V}", "value", NULL, 0 },
    { "a${V}b${V}c", "avaluebvaluec", NULL, 0 },
    { "${E}", "", NULL, 0 },
    { "$D", "$V", NULL, 0 },
    { "${D}", "$V", NULL, 0 },
    /* - */
    { "${V:-w}", "value", NULL, 0 },
    { "${V-w}", "value", NULL, 0 },
    { "${E:-w}", "w", NULL, 0 },
    { "${E-w}", "", NULL, 0 },
    { "${N:-w}", "w", NULL, 0 },
    { "${N-w}", "w", NULL, 0 },
    { "${N:-}", "", NULL, 0 },
    { "${N-}", "", NULL, 0 },
    { "${N:--}", "-", NULL, 0 },
    { "${N:-a:-b}", "a:-b", NULL, 0 },
    { "${N:-alpine:3.20}x", "alpine:3.20x", NULL, 0 },
    { "${N:-a@sha256:00}", "a@sha256:00", NULL, 0 },
    { "${N:-$V}", "value", NULL, 0 },
    { "${N:-${V}}", "value", NULL, 0 },
    { "${N:-${V:+x}}", "x", NULL, 0 },
    { "${N:-a${O:-b${M:-c}d}e}", "abaXbXcde", NULL, 0 },
    { "${N:-a${O:-b${X:-c}d}e}f", "abcdef", NULL, 0 },
    { "${N:-$O}", "", "O", 0 },
    { "${N:-${O}}", "", "O", 0 },
    { "${V:-$O}", "value", NULL, 0 },
    { "${V:-${O:-$X}}$V", "valuevalue", NULL, 0 },
    { "$X${V:-$O}", "value", "X", 0 },
    { "${N:-$D}", "$V", NULL, 0 },
    /* + */
    { "${V:+w}", "w", NULL, 0 },
    { "${V+w}", "w", NULL, 0 },
    { "${E:+w}", "", NULL, 0 },
    { "${E+w}", "w", NULL, 0 },
    { "${N:+w}", "", NULL, 0 },
    { "${N+w}", "", NULL, 0 },
    { "${V:+}", "", NULL, 0 },
    { "${V:+$O}", "", "O", 0 },
    { "${N:+$O}", "", NULL, 0 },
    { "${V:+a$V}", "avalue", NULL, 0 },
    { "${V+${E+${V}}}", "value", NULL, 0 },
    /* ? */
    { "${V:?gone}", "value", NULL, 0 },
    { "${V?gone}", "value", NULL, 0 },
    { "${V:?}", "value", NULL, 0 },
    { "${V?$O}", "value", NULL, 0 },
    { "${E?gone}", "", NULL, 0 },
    { "${E:?gone}", NULL, NULL, 0 },
    { "${N:?gone}", NULL, NULL, 0 },
    { "${N?gone}", NULL, NULL, 0 },
    { "${N?}", NULL, NULL, 0 },
    { "${N:-${O:?gone}}", NULL, NULL, 0 },
    /* malformed */
    { "${", NULL, NULL, 0 },
    { "${}", NULL, NULL, 0 },
    { "${V", NULL, NULL, 0 },
    { "${V:", NULL, NULL, 0 },
    { "${V:}", NULL, NULL, 0 },
    { "${V:-", NULL, NULL, 0 },
    { "${V:-w", NULL, NULL, 0 },
    { "${V:-${V}", NULL, NULL, 0 },
    { "${V:=w}", NULL, NULL, 0 },
    { "${V=w}", NULL, NULL, 0 },
    { "${V!}", NULL, NULL, 0 },
    { "${V V}", NULL, NULL, 0 },
    { "${ V}", NULL, NULL, 0 },
    { "${:-w}", NULL, NULL, 0 },
    { "${{V}}", NULL, NULL, 0 },
    { "${V.x}", NULL, NULL, 0 },
    { "${N:-${}}", NULL, NULL, 0 },
    { "${V:-${}}", NULL, NULL, 0 }, /* not needed, and malformed all the same */
};

static const struct row compose_rows[] = {
    { "$$", "$", NULL, 0 },
    { "$$V", "$V", NULL, 0 },
    { "$$$V", "$value", NULL, 0 },
    { "$$$$", "$$", NULL, 0 },
    { "$${V}", "${V}", NULL, 0 },
    { "${N:-a$$b}", "a$b", NULL, 0 },
    { "${N:-{x}}", "{x}", NULL, 0 },
    { "${N:-{{x}}}y", "{{x}}y", NULL, 0 },
    { "${N:-${O:-{x}}}", "{x}", NULL, 0 },
    { "${N:-'w'}", "'w'", NULL, 0 },
    { "${N:-\"w\"}", "\"w\"", NULL, 0 },
    { "'$V'", "'value'", NULL, 0 },
    { "\"$V\"", "\"value\"", NULL, 0 },
    { "it's", "it's", NULL, 0 },
    { "\\$V", "\\value", NULL, 0 },
    { "a\\", "a\\", NULL, 0 },
    { "${V:-${O:?gone}}", "value", NULL, 0 }, /* not needed, not asked for */
    { "${N:+${O:?gone}}", "", NULL, 0 },
    { "$", NULL, NULL, 0 },
    { "a$", NULL, NULL, 0 },
    { "$ V", NULL, NULL, 0 },
    { "$1", NULL, NULL, 0 },
    { "$-", NULL, NULL, 0 },
    { "$\xC3\xA4", NULL, NULL, 0 },
    { "${1}", NULL, NULL, 0 },
    { "${N:-{x}", NULL, NULL, 0 },
    { "${P#a}", NULL, NULL, 0 },
    { "${P%c}", NULL, NULL, 0 },
    { "${P/a/b}", NULL, NULL, 0 },
};

Test(scan_expand, what_both_dialects_read_alike)
{
    for (size_t i = 0; i < ARRAY_LEN(shared_rows); i++) {
        check_row(&shared_rows[i], EXPAND_DOCKERFILE);
        check_row(&shared_rows[i], EXPAND_COMPOSE);
    }
}

Test(scan_expand, compose)
{
    for (size_t i = 0; i < ARRAY_LEN(compose_rows); i++) {
        check_row(&compose_rows[i], EXPAND_COMPOSE);
    }
}

Test(scan_expand, a_message_is_shown)
{
    AUTO_BUF out = BUF_INIT(LIMIT_EXPAND_BYTES);
    struct expand_result result;
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(
        expand_text(EXPAND_COMPOSE, 0, SLICE_LITERAL("${N:?set $V}"), &names, &out, &result, &err),
        ASSAY_FILE_SYNTAX);
    cr_expect_str_eq(err.message, "\"N\" needs a value: set value");
}

Test(scan_expand, what_was_in_the_buffer_stays)
{
    AUTO_BUF out = BUF_INIT(LIMIT_EXPAND_BYTES);
    struct expand_result result;
    cr_assert_eq(buf_append_string(&out, "x=", NULL), ASSAY_OK);
    cr_assert_eq(expand_text(EXPAND_DOCKERFILE, '\\', SLICE_LITERAL("${V:-a}${M//X/}"), &names,
                             &out, &result, NULL),
                 ASSAY_OK);
    cr_expect_str_eq(buf_text(&out), "x=valueabc");
}

Test(scan_expand, plain_text_is_not_changed)
{
    static const struct {
        const char *text;
        bool in_dockerfile;
        bool in_compose;
    } cases[] = { { "alpine:3", false, false }, { "a'b'", true, false }, { "a\"b\"", true, false },
                  { "a\\b", true, false },      { "a`b", false, false }, { "$V", true, true },
                  { "{a}", false, false },      { "$$", true, true } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF out = BUF_INIT(LIMIT_EXPAND_BYTES);
        struct expand_result result;
        struct slice text = slice_from_string(cases[i].text);
        cr_assert_eq(expand_text(EXPAND_DOCKERFILE, '\\', text, &names, &out, &result, NULL),
                     ASSAY_OK);
        cr_expect_eq(result.changed, cases[i].in_dockerfile, "%s", cases[i].text);
        cr_assert_eq(expand_text(EXPAND_COMPOSE, 0, text, &names, &out, &result, NULL), ASSAY_OK);
        cr_expect_eq(result.changed, cases[i].in_compose, "%s", cases[i].text);
    }
}

Test(scan_expand, a_nul_is_refused)
{
    AUTO_BUF out = BUF_INIT(LIMIT_EXPAND_BYTES);
    struct expand_result result;
    cr_expect_eq(expand_text(EXPAND_COMPOSE, 0, SLICE_LITERAL("a\0b"), &names, &out, &result, NULL),
                 ASSAY_FILE_SYNTAX);
}

/* "${N:-" count times, "x", "}" count times. */
static enum assay_status expand_nested(size_t count)
{
    AUTO_BUF text = BUF_INIT(LIMIT_EXPAND_BYTES);
    AUTO_BUF out = BUF_INIT(LIMIT_EXPAND_BYTES);
    struct expand_result result;
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(buf_append_string(&text, "${N:-", NULL), ASSAY_OK);
    }
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(buf_append_string(&text, "}", NULL), ASSAY_OK);
    }
    return expand_text(EXPAND_DOCKERFILE, '\\', buf_slice(&text), &names, &out, &result, NULL);
}

Test(scan_expand, depth_has_a_limit)
{
    cr_expect_eq(expand_nested(LIMIT_EXPAND_DEPTH - 1), ASSAY_OK);
    cr_expect_eq(expand_nested(LIMIT_EXPAND_DEPTH), ASSAY_FILE_LIMIT);
}

static const char *find_long(const void *ctx, struct slice name)
{
    (void)name;
    return ctx;
}

Test(scan_expand, length_has_a_limit)
{
    AUTO_MEM char *value = mem_alloc(LIMIT_EXPAND_BYTES / 2 + 1, 1);
    struct expand_names long_names = { .find = find_long, .ctx = value };
    AUTO_BUF out = BUF_INIT(2 * LIMIT_EXPAND_BYTES);
    struct expand_result result;
    memset(value, 'a', LIMIT_EXPAND_BYTES / 2);
    cr_expect_eq(
        expand_text(EXPAND_COMPOSE, 0, SLICE_LITERAL("$A$A"), &long_names, &out, &result, NULL),
        ASSAY_OK);
    buf_reset(&out);
    cr_expect_eq(
        expand_text(EXPAND_COMPOSE, 0, SLICE_LITERAL("$A${A}b"), &long_names, &out, &result, NULL),
        ASSAY_FILE_LIMIT);
}

Test(scan_expand, work_has_a_limit)
{
    AUTO_MEM char *value = mem_alloc(LIMIT_EXPAND_BYTES / 2 + 1, 1);
    size_t budget = 100;
    struct expand_names long_names = { .find = find_long, .ctx = value };
    AUTO_BUF out = BUF_INIT(2 * LIMIT_EXPAND_BYTES);
    struct expand_result result;
    memset(value, 'a', LIMIT_EXPAND_BYTES / 2);
    cr_expect_eq(expand_text(EXPAND_DOCKERFILE, '\\', SLICE_LITERAL("${A%${A}b}"), &long_names,
                             &out, &result, NULL),
                 ASSAY_FILE_LIMIT);
    long_names.ctx = "0123456789";
    long_names.budget = &budget;
    buf_reset(&out);
    cr_expect_eq(
        expand_text(EXPAND_DOCKERFILE, '\\', SLICE_LITERAL("$A"), &long_names, &out, &result, NULL),
        ASSAY_OK);
    cr_expect_lt(budget, 100UL);
    budget = 5;
    cr_expect_eq(
        expand_text(EXPAND_DOCKERFILE, '\\', SLICE_LITERAL("$A"), &long_names, &out, &result, NULL),
        ASSAY_FILE_LIMIT);
}
