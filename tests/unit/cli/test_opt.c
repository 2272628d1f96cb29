/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/opt.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(cli_opt, .timeout = 60);

#define ALL ((UINT64_C(1) << OPT_COUNT) - 1)

static size_t split(char *line, char *words[16])
{
    size_t count = 0;
    char *rest = line;
    for (char *word = strsep(&rest, " "); word != NULL && count < 16; word = strsep(&rest, " ")) {
        words[count++] = word;
    }
    return count;
}

static enum assay_status parse(const char *text, uint64_t allowed, struct opt_set *out, char *line,
                               size_t line_bytes, struct assay_error *err)
{
    char *words[16];
    cr_assert_lt(strlen(text), line_bytes);
    memcpy(line, text, strlen(text) + 1);
    size_t count = text[0] == '\0' ? 0 : split(line, words);
    return opt_parse("test", allowed, count, words, out, err);
}

Test(cli_opt, accepted)
{
    static const struct {
        const char *line;
        size_t operands;
        size_t verbose;
        const char *root;
        const char *last_operand;
    } cases[] = {
        { "", 0, 0, NULL, NULL },
        { "a", 1, 0, NULL, "a" },
        { "-", 1, 0, NULL, "-" },
        { "--root r a", 1, 0, "r", "a" },
        { "a --root=r", 1, 0, "r", "a" },
        { "--root=--tofu a", 1, 0, "--tofu", "a" },
        { "--root=a=b", 0, 0, "a=b", NULL },
        { "-v a -v b", 2, 2, NULL, "b" },
        { "-vv a", 1, 2, NULL, "a" },
        { "-- -v --root", 2, 0, NULL, "--root" },
        { "-v -- --", 1, 1, NULL, "--" },
        { "-o json a", 1, 0, NULL, "a" },
        { "-vojson a", 1, 1, NULL, "a" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char line[256];
        CLEANUP(opt_set_clear) struct opt_set set = { 0 };
        struct assay_error err = ERROR_INIT;
        enum assay_status status = parse(cases[i].line, ALL, &set, line, sizeof(line), &err);
        cr_expect_eq(status, ASSAY_OK, "%s: %s", cases[i].line, assay_error_message(&err));
        cr_expect_eq(set.operand_count, cases[i].operands, "%s", cases[i].line);
        cr_expect_eq(opt_count(&set, OPT_VERBOSE), cases[i].verbose, "%s", cases[i].line);
        const char *root = opt_value(&set, OPT_ROOT);
        cr_expect((root == NULL) == (cases[i].root == NULL), "%s", cases[i].line);
        cr_expect(root == NULL || strcmp(root, cases[i].root) == 0, "%s", cases[i].line);
        if (cases[i].last_operand != NULL) {
            cr_expect_str_eq(set.operands[set.operand_count - 1], cases[i].last_operand);
        }
    }
}

Test(cli_opt, refused)
{
    static const struct {
        const char *line;
        uint64_t allowed;
        const char *part; /* of the message */
    } cases[] = {
        { "--nonsense", ALL, "unknown option --nonsense" },
        { "--rot x", ALL, "did you mean --root?" },
        { "--tofu", ALL & ~OPT_BIT(OPT_TOFU), "does not take --tofu" },
        { "-v", ALL & ~OPT_BIT(OPT_VERBOSE), "does not take -v" },
        { "-z", ALL, "does not take -z" },
        { "--root", ALL, "needs a value" },
        { "--root=", ALL, "needs a value" },
        { "-o", ALL, "needs a value" },
        { "--tofu=yes", ALL, "takes no value" },
        { "--root a --root b", ALL, "given twice" },
        { "-q -q", ALL, "given twice" },
        { "--ROOT a", ALL, "unknown option" },
        { "--=x", ALL, "unknown option" },
        { "---root x", ALL, "unknown option" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char line[256];
        CLEANUP(opt_set_clear) struct opt_set set = { 0 };
        struct assay_error err = ERROR_INIT;
        enum assay_status status =
            parse(cases[i].line, cases[i].allowed, &set, line, sizeof(line), &err);
        cr_expect_eq(status, ASSAY_USAGE, "%s", cases[i].line);
        cr_expect_not_null(strstr(assay_error_message(&err), cases[i].part), "%s: %s",
                           cases[i].line, assay_error_message(&err));
    }
}

Test(cli_opt, durations)
{
    static const struct {
        const char *text;
        int64_t ms; /* 0: refused */
    } cases[] = {
        { "1", 1000 },
        { "90s", 90000 },
        { "2m", 120000 },
        { "500ms", 500 },
        { "60m", 3600000 },
        { "3600", 3600000 },
        { "3600000ms", 3600000 },
        { "61m", 0 },
        { "3601", 0 },
        { "3600001ms", 0 },
        { "0", 0 },
        { "0ms", 0 },
        { "", 0 },
        { "s", 0 },
        { "ms", 0 },
        { "-1", 0 },
        { "+1", 0 },
        { "1.5", 0 },
        { "1h", 0 },
        { "01", 0 },
        { " 1", 0 },
        { "1 s", 0 },
        { "99999999999999999999", 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t ms = 0;
        enum assay_status status = opt_parse_duration("timeout", cases[i].text, &ms, NULL);
        cr_expect_eq(status, cases[i].ms == 0 ? ASSAY_USAGE : ASSAY_OK, "%s", cases[i].text);
        cr_expect_eq(ms, cases[i].ms, "%s", cases[i].text);
    }
}

Test(cli_opt, numbers)
{
    static const struct {
        const char *text;
        int number; /* 0: refused */
    } cases[] = { { "1", 1 },   { "64", 64 }, { "65", 0 },        { "0", 0 },
                  { "-1", 0 },  { "", 0 },    { "1x", 0 },        { "0x1", 0 },
                  { "001", 0 }, { "1e1", 0 }, { "4294967297", 0 } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int number = 0;
        enum assay_status status = opt_parse_number("jobs", cases[i].text, 1, 64, &number, NULL);
        cr_expect_eq(status, cases[i].number == 0 ? ASSAY_USAGE : ASSAY_OK, "%s", cases[i].text);
        cr_expect_eq(number, cases[i].number, "%s", cases[i].text);
    }
}

Test(cli_opt, nearest)
{
    static const char *const names[] = { "verify", "pin", "version", "root", NULL };
    static const struct {
        const char *text;
        const char *nearest;
    } cases[] = {
        { "verfy", "verify" },
        { "vreify", "verify" },
        { "pni", "pin" },
        { "roots", "root" },
        { "versions", "version" },
        { "frobnicate", NULL },
        { "", NULL },
        { "x", NULL },
        { "verification-of-everything", NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *nearest = opt_nearest(cases[i].text, names);
        cr_expect((nearest == NULL) == (cases[i].nearest == NULL), "%s: %s", cases[i].text,
                  nearest == NULL ? "none" : nearest);
        cr_expect(nearest == NULL || strcmp(nearest, cases[i].nearest) == 0, "%s: %s",
                  cases[i].text, nearest);
    }
}

/* Help has 80 columns, and a name or letter stands for one option. */
Test(cli_opt, table)
{
    for (size_t i = 0; i < OPT_COUNT; i++) {
        const struct opt_row *row = opt_row((enum opt)i);
        cr_assert_not_null(row->name, "option %zu has no row", i);
        cr_expect_leq(strlen(row->summary), 49, "%s", row->name);
        for (size_t k = 0; k < i; k++) {
            const struct opt_row *other = opt_row((enum opt)k);
            cr_expect(strcmp(row->name, other->name) != 0, "%s", row->name);
            cr_expect(row->letter == 0 || row->letter != other->letter, "%s", row->name);
        }
    }
}
