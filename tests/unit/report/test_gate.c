/* SPDX-License-Identifier: Apache-2.0 */
#include "report/gate.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "gate_sample.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(report_gate, .timeout = 60);

static void write(enum gate_format format, const struct gate *gate, struct buf *out)
{
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(report_gate(format, gate, false, out, &err), ASSAY_OK, "%d: %s", (int)format,
                 assay_error_message(&err));
}

static size_t occurrences(const struct buf *text, const char *part)
{
    size_t count = 0;
    for (size_t i = 0; i < text->len; i++) {
        count += text->ptr[i] == (uint8_t)part[0] &&
                 slice_has_prefix(slice_from(buf_slice(text), i), slice_from_string(part));
    }
    return count;
}

/* One image and one finding about it, all of whose texts are the same. */
struct one {
    struct scan_file file;
    struct scan scan;
    struct scan_reference reference;
    struct gate_image image;
    struct gate_finding finding;
    struct gate gate;
};

static const struct gate *one_gate(struct one *one, const char *text)
{
    *one = (struct one){
        .file = { text, text },
        .reference = { .spot = { .line = 2, .column = 3 }, .written = text, .text = text },
        .image = { .reference = text, .outcome = GATE_FAILED },
        .finding = { .rule = GATE_TAG_LATEST_RULE,
                     .level = GATE_ERROR,
                     .status = ASSAY_POLICY,
                     .spot = { .line = 2, .column = 3 },
                     .reference = text,
                     .message = text,
                     .remedy = text,
                     .fingerprint = "f" },
    };
    one->scan = (struct scan){ .files = &one->file, .file_count = 1, .seen = 1 };
    one->image.found = &one->reference;
    one->gate = (struct gate){ .scan = &one->scan,
                               .images = &one->image,
                               .image_count = 1,
                               .findings = &one->finding,
                               .finding_count = 1,
                               .status = ASSAY_POLICY,
                               .counts = { [GATE_FAILED] = 1 } };
    return &one->gate;
}

/* What stands for a text in each format, by what stands around it. */
Test(report_gate, escapes)
{
    static const struct {
        enum gate_format format;
        const char *text;
        const char *expected;
    } cases[] = {
        /* what is harmless stays */
        { GATE_FORMAT_TEXT, "a.b/c:1@x", "  error  tag-latest  a.b/c:1@x\n" },
        { GATE_FORMAT_JSON, "a.b/c:1@x", "\"message\":\"a.b/c:1@x\"" },
        { GATE_FORMAT_SARIF, "a.b/c:1@x", "{\"text\":\"a.b/c:1@x: a.b/c:1@x\"}" },
        { GATE_FORMAT_JUNIT, "a.b/c:1@x", " message=\"a.b/c:1@x\"" },
        { GATE_FORMAT_GITHUB, "a.b/c1@x",
          "::error file=a.b/c1@x,line=2,col=3,title=assay tag-latest"
          "::a.b/c1@x: a.b/c1@x%0Aa.b/c1@x\n" },
        { GATE_FORMAT_GITLAB, "a.b/c:1@x", "\"description\":\"a.b/c:1@x: a.b/c:1@x\"" },
        { GATE_FORMAT_MARKDOWN, "a.b/c:1@x", "| <code>a.b/c:1@x</code> | a.b/c:1@x | a.b/c:1@x |" },
        { GATE_FORMAT_TEXT, "h\xc3\xa9", "  error  tag-latest  h\xc3\xa9\n" },
        { GATE_FORMAT_JSON, "h\xc3\xa9", "\"message\":\"h\\u00E9\"" },
        { GATE_FORMAT_MARKDOWN, "h\xc3\xa9", "<code>h\xc3\xa9</code>" },
        /* fields of a line */
        { GATE_FORMAT_TEXT, "a   b", "  error  tag-latest  a b\n" },
        { GATE_FORMAT_TEXT, "a\nb", "  error  tag-latest  a\\x0ab\n" },
        { GATE_FORMAT_TEXT, "", "  error  tag-latest  -\n" },
        /* terminals */
        { GATE_FORMAT_TEXT, "\033[1m", "  \\x1b[1m\n" },
        { GATE_FORMAT_JSON, "\033", "\"message\":\"\\\\x1b\"" },
        { GATE_FORMAT_JSON, "\033", "\"written\":\"\\u001B\"" },
        { GATE_FORMAT_JSON, "\xe2\x80\xae", "\"written\":\"\\u202E\"" },
        { GATE_FORMAT_JUNIT, "\033", " message=\"\\x1b\"" },
        { GATE_FORMAT_GITHUB, "\r", "::\\x0d: \\x0d%0A\\x0d\n" },
        { GATE_FORMAT_MARKDOWN, "\xff", "| &#92;xff |" },
        /* commands in a log */
        { GATE_FORMAT_TEXT, "##[x]", "  error  tag-latest  # #[x]\n" },
        { GATE_FORMAT_TEXT, "#####", "  error  tag-latest  # # # # #\n" },
        { GATE_FORMAT_TEXT, "# #a#", "  error  tag-latest  # #a#\n" },
        { GATE_FORMAT_JSON, "###", "\"message\":\"# # #\"" },
        { GATE_FORMAT_JSON, "###", "\"written\":\"\\u0023\\u0023#\"" },
        { GATE_FORMAT_JSON, "#", "\"written\":\"#\"" },
        { GATE_FORMAT_GITHUB, "##[x]", "::# #[x]: # #[x]%0A# #[x]\n" },
        /* workflow commands */
        { GATE_FORMAT_GITHUB, "%0A", "file=%250A,line=2" },
        { GATE_FORMAT_GITHUB, "%0A", "::%250A: %250A%0A%250A\n" },
        { GATE_FORMAT_GITHUB, ":,", "file=%3A%2C,line=2" },
        { GATE_FORMAT_GITHUB, ":,", ":::,: :,%0A:,\n" },
        /* XML */
        { GATE_FORMAT_JUNIT, "<&>\"'", " message=\"&lt;&amp;&gt;&quot;&#39;\"" },
        { GATE_FORMAT_JUNIT, "]]>", ">error tag-latest: ]]&gt;; ]]&gt;\n</failure>" },
        { GATE_FORMAT_JUNIT, "\xef\xbf\xbe", " message=\"\\u{fffe}\"" },
        /* links and placeholders */
        { GATE_FORMAT_SARIF, "[a](b)", "{\"text\":\"\\\\[a\\\\](b): \\\\[a\\\\](b)\"}" },
        { GATE_FORMAT_SARIF, "{0}", "{\"text\":\"{{0}}: {{0}}\"}" },
        { GATE_FORMAT_SARIF, "\\", "{\"text\":\"\\\\\\\\: \\\\\\\\\"}" },
        /* URIs */
        { GATE_FORMAT_SARIF, "a b%\xff.y",
          "\"uri\":\"a%20b%25%FF.y\",\"uriBaseId\":\"%SRCROOT%\"" },
        { GATE_FORMAT_SARIF, "x:y", "\"uri\":\"x%3Ay\",\"uriBaseId\"" },
        { GATE_FORMAT_SARIF, "/x", "\"uri\":\"file:///x\"}" },
        /* cells */
        { GATE_FORMAT_MARKDOWN, "a|b", "| a&#124;b | a&#124;b |" },
        { GATE_FORMAT_MARKDOWN, "`", "<code>&#96;</code>" },
        { GATE_FORMAT_MARKDOWN, "<b>&", "<code>&lt;b&gt;&amp;</code>" },
        { GATE_FORMAT_MARKDOWN, "*_~", "| &#42;&#95;&#126; |" },
        { GATE_FORMAT_MARKDOWN, "![x](y)\\", "| !&#91;x&#93;(y)&#92; |" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct one one;
        AUTO_BUF out = BUF_INIT(MIB);
        write(cases[i].format, one_gate(&one, cases[i].text), &out);
        cr_expect(strstr(buf_text(&out), cases[i].expected) != NULL, "%zu: %s is not in\n%s", i,
                  cases[i].expected, buf_text(&out));
    }
}

/* Whatever a name is made of, each format is text without control characters. */
Test(report_gate, every_byte)
{
    for (int byte = 1; byte < 256; byte++) {
        const char text[] = { 'a', (char)byte, '#', '#', (char)byte, '\0' };
        struct one one;
        const struct gate *gate = one_gate(&one, text);
        for (int format = 0; format < GATE_FORMAT_COUNT; format++) {
            AUTO_BUF out = BUF_INIT(MIB);
            write((enum gate_format)format, gate, &out);
            size_t controls = 0;
            for (size_t i = 0; i < out.len; i++) {
                controls += (out.ptr[i] < ' ' && out.ptr[i] != '\n') || out.ptr[i] == 0x7f;
            }
            cr_expect_eq(controls, 0, "%d: byte %d", format, byte);
            cr_expect(text_is_utf8(buf_slice(&out)), "%d: byte %d", format, byte);
            cr_expect_eq(occurrences(&out, "##"), format == GATE_FORMAT_MARKDOWN, "%d: byte %d",
                         format, byte);
        }
    }
}

Test(report_gate, colours)
{
    AUTO_BUF with = BUF_INIT(MIB);
    AUTO_BUF without = BUF_INIT(MIB);
    const struct gate *gate = gate_sample(GATE_SAMPLE_TIDY);
    cr_assert_eq(report_gate(GATE_FORMAT_TEXT, gate, true, &with, NULL), ASSAY_OK);
    write(GATE_FORMAT_TEXT, gate, &without);
    cr_expect_eq(occurrences(&with, "\033[32mTRUSTED\033[0m  "), 2);
    cr_expect_eq(occurrences(&with, "\033[31mREJECTED\033[0m  "), 1);
    cr_expect_eq(occurrences(&with, "  \033[31merror\033[0m  "), 4);
    cr_expect_eq(occurrences(&with, "  \033[33mignored\033[0m  "), 1);
    cr_expect_eq(occurrences(&without, "\033"), 0);
}

/* A remedy stands once, until another one comes. */
Test(report_gate, remedies)
{
    static struct gate_finding findings[4];
    struct one one;
    struct gate gate = *one_gate(&one, "x");
    AUTO_BUF out = BUF_INIT(MIB);
    for (size_t i = 0; i < ARRAY_LEN(findings); i++) {
        findings[i] = one.finding;
        findings[i].remedy = i < 3 ? "first" : "second";
    }
    findings[1].ignored = "why not";
    gate.findings = findings;
    gate.finding_count = ARRAY_LEN(findings);
    write(GATE_FORMAT_TEXT, &gate, &out);
    cr_expect_eq(occurrences(&out, "    do  first\n"), 1);
    cr_expect_eq(occurrences(&out, "    do  second\n"), 1);
    cr_expect_eq(occurrences(&out, "  because  why not\n"), 1);
    cr_expect_eq(occurrences(&out, "; 3 errors, 0 warnings, 1 ignored\n"), 1);
}

/* The worst of an image's findings is its status; one that is ignored does not count. */
Test(report_gate, status_of_an_image)
{
    static const struct {
        enum assay_status first;
        enum assay_status second;
        bool ignored;
        const char *expected;
    } cases[] = {
        { ASSAY_NET_CONNECT, ASSAY_POLICY, false, "\"status\":\"policy\",\"digest\"" },
        { ASSAY_POLICY, ASSAY_NET_CONNECT, false, "\"status\":\"policy\",\"digest\"" },
        { ASSAY_NET_CONNECT, ASSAY_TAG_NOT_SIGNED, false,
          "\"status\":\"tag-not-signed\",\"digest\"" },
        { ASSAY_NET_CONNECT, ASSAY_POLICY, true, "\"status\":\"net-connect\",\"digest\"" },
        { ASSAY_OK, ASSAY_POLICY, true, "\"status\":\"ok\",\"digest\"" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct one one;
        struct gate gate = *one_gate(&one, "x");
        struct gate_finding findings[] = { one.finding, one.finding };
        AUTO_BUF out = BUF_INIT(MIB);
        findings[0].status = cases[i].first;
        findings[1].status = cases[i].second;
        findings[1].ignored = cases[i].ignored ? "why" : NULL;
        gate.findings = findings;
        gate.finding_count = ARRAY_LEN(findings);
        write(GATE_FORMAT_JSON, &gate, &out);
        cr_expect(strstr(buf_text(&out), cases[i].expected) != NULL, "%zu: %s", i, buf_text(&out));
    }
}

/* Only what is trusted is called so: neither an outcome without a verdict nor one with a finding.
 */
Test(report_gate, only_trusted_passes)
{
    for (int outcome = GATE_PASSED; outcome <= GATE_BUILT; outcome++) {
        struct one one;
        struct gate gate = *one_gate(&one, "x");
        AUTO_BUF json = BUF_INIT(MIB);
        AUTO_BUF junit = BUF_INIT(MIB);
        one.image.outcome = (enum gate_outcome)outcome;
        one.image.verdict = gate_sample(GATE_SAMPLE_GREEN)->images[0].verdict;
        gate.finding_count = 0;
        write(GATE_FORMAT_JSON, &gate, &json);
        write(GATE_FORMAT_JUNIT, &gate, &junit);
        bool passed = outcome == GATE_PASSED;
        cr_expect_eq(occurrences(&json, "\"outcome\":\"trusted\",\"trusted\":true"), passed);
        cr_expect_eq(occurrences(&json, "\"digest\":\"\",\"verdict\""), !passed, "%d", outcome);
        cr_expect_eq(occurrences(&junit, "<system-out>sha256:"), passed, "%d", outcome);
        cr_expect_eq(occurrences(&junit, "<failure "), outcome == GATE_FAILED);
        cr_expect_eq(occurrences(&junit, "<error "), outcome == GATE_UNDECIDED);
        gate.finding_count = 1;
        buf_reset(&junit);
        write(GATE_FORMAT_JUNIT, &gate, &junit);
        cr_expect_eq(occurrences(&junit, "<failure "), 1, "%d: an error is there", outcome);
    }
}

/* A finding without an image is a case of its own. */
Test(report_gate, junit_without_an_image)
{
    static const struct {
        enum assay_status status;
        enum gate_level level;
        const char *ignored;
        const char *expected;
    } cases[] = {
        { ASSAY_FILE_SYNTAX, GATE_ERROR, NULL, "\"><failure type=\"file-syntax\" message=\"x\">" },
        { ASSAY_FILE_IO, GATE_ERROR, NULL, "\"><error type=\"file-io\" message=\"x\">" },
        { ASSAY_INTERNAL, GATE_ERROR, NULL, "\"><error type=\"internal\" message=\"x\">" },
        { ASSAY_TAG_NOT_SIGNED, GATE_ERROR, NULL, "\"><failure type=\"tag-not-signed\" message=" },
        { ASSAY_POLICY, GATE_WARNING, NULL, "\"><failure type=\"policy\" message=\"x\">" },
        { ASSAY_OK, GATE_ERROR, NULL, "\"><failure type=\"ok\" message=\"x\">" },
        { ASSAY_OK, GATE_WARNING, NULL, "\"><system-out>warning tag-latest: x; x\n" },
        { ASSAY_POLICY, GATE_ERROR, "y", "\"><skipped>ignored tag-latest: x; because y\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct one one;
        struct gate gate = *one_gate(&one, "x");
        AUTO_BUF out = BUF_INIT(MIB);
        gate.image_count = 0;
        one.finding.status = cases[i].status;
        one.finding.level = cases[i].level;
        one.finding.ignored = cases[i].ignored;
        write(GATE_FORMAT_JUNIT, &gate, &out);
        cr_expect(strstr(buf_text(&out), cases[i].expected) != NULL, "%zu: %s", i, buf_text(&out));
    }
}

/* ---- many ---- */

struct many {
    struct one one;
    struct scan scan;
    struct gate gate;
};

static void many_clear(struct many *many)
{
    mem_free(many->gate.findings);
    mem_free(many->gate.images);
}

static void many_make(struct many *many, size_t count, const char *text)
{
    many->gate = *one_gate(&many->one, text);
    many->gate.findings = mem_alloc(count, sizeof(*many->gate.findings));
    many->gate.images = mem_alloc(count, sizeof(*many->gate.images));
    cr_assert(many->gate.findings != NULL && many->gate.images != NULL);
    for (size_t i = 0; i < count; i++) {
        many->gate.findings[i] = many->one.finding;
        many->gate.findings[i].image = i;
        many->gate.images[i] = many->one.image;
    }
    many->gate.finding_count = count;
    many->gate.image_count = count;
    many->gate.counts[GATE_FAILED] = count;
}

#define MANY 100000UL

/* It ends in time only if it is linear; and nothing is lost but what a format says it leaves out.
 */
Test(report_gate, many, .timeout = 240)
{
    static const struct {
        enum gate_format format;
        const char *part;
        size_t count;
    } cases[] = {
        { GATE_FORMAT_TEXT, "  error  tag-latest  ", MANY },
        { GATE_FORMAT_JSON, "\"fingerprint\":", MANY },
        { GATE_FORMAT_JSONL, "\n{\"finding\":", MANY },
        { GATE_FORMAT_SARIF, "\"ruleId\":", 25000 },
        { GATE_FORMAT_SARIF, "75000 of 100000 findings are left out here", 1 },
        { GATE_FORMAT_JUNIT, "<failure ", MANY },
        { GATE_FORMAT_GITHUB, "::error ", 10 },
        { GATE_FORMAT_GITHUB, "; 99990 more findings are in the job's log and reports\n", 1 },
        { GATE_FORMAT_GITLAB, "\"fingerprint\":", MANY },
    };
    CLEANUP(many_clear) struct many many = { 0 };
    many_make(&many, MANY, "registry.example.com/app:latest");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF out = BUF_INIT(LIMIT_GATE_REPORT);
        write(cases[i].format, &many.gate, &out);
        cr_expect_eq(occurrences(&out, cases[i].part), cases[i].count, "%zu: %zu", i,
                     occurrences(&out, cases[i].part));
    }
}

/* What is shown of many is the most severe. */
Test(report_gate, the_most_severe_first)
{
    CLEANUP(many_clear) struct many many = { 0 };
    AUTO_BUF sarif = BUF_INIT(LIMIT_GATE_REPORT);
    AUTO_BUF github = BUF_INIT(MIB);
    many_make(&many, 25001, "x");
    for (size_t i = 0; i < 25001; i++) {
        many.gate.findings[i].level = i == 25000   ? GATE_ERROR
                                      : i % 2 == 0 ? GATE_NOTE
                                                   : GATE_WARNING;
        many.gate.findings[i].ignored = i == 0 ? "the least" : NULL;
    }
    write(GATE_FORMAT_SARIF, &many.gate, &sarif);
    write(GATE_FORMAT_GITHUB, &many.gate, &github);
    const char *results = strstr(buf_text(&sarif), "\n\"results\":[\n");
    cr_assert(results != NULL);
    cr_expect(strstr(results, "\"level\":\"error\"") < strstr(results, "\"level\":\"warning\""));
    cr_expect_eq(occurrences(&sarif, "\"suppressions\""), 0, "the ignored one is left out");
    cr_expect_eq(occurrences(&sarif, "1 of 25001 findings are left out here"), 1);
    cr_expect(slice_has_prefix(buf_slice(&github), SLICE_LITERAL("::error ")));
    cr_expect_eq(occurrences(&github, "::error "), 1);
    cr_expect_eq(occurrences(&github, "::warning "), 10);
    cr_expect_eq(occurrences(&github, "::notice "), 10, "nine and the summary");
}

Test(report_gate, markdown_ends_below_a_million_bytes)
{
    CLEANUP(many_clear) struct many many = { 0 };
    AUTO_BUF out = BUF_INIT(LIMIT_GATE_REPORT);
    many_make(&many, 20000, "registry.example.com/a_long_name/app:latest");
    cr_assert_eq(buf_append_string(&out, "before\n", NULL), ASSAY_OK);
    write(GATE_FORMAT_MARKDOWN, &many.gate, &out);
    size_t findings = occurrences(&out, "\n| error | ");
    size_t images = occurrences(&out, "\n| REJECTED | ");
    char text[64];
    cr_expect_lt(out.len, 1000007);
    cr_expect_gt(out.len, 990000);
    cr_expect_gt(findings, 1000);
    (void)snprintf(text, sizeof(text), "\n\n%zu more have no room here.\n", 20000 - findings);
    cr_expect_eq(occurrences(&out, text), 1, "%s", text);
    (void)snprintf(text, sizeof(text), "\n\n%zu more have no room here.\n", 20000 - images);
    cr_expect_eq(occurrences(&out, text), 1, "%s", text);
}

/* A row that is too long by itself does not hide those behind it. */
Test(report_gate, markdown_goes_on_behind_a_long_row)
{
    CLEANUP(many_clear) struct many many = { 0 };
    AUTO_BUF out = BUF_INIT(LIMIT_GATE_REPORT);
    char *longest = mem_alloc(MIB + 1, 1);
    cr_assert(longest != NULL);
    memset(longest, '|', MIB);
    many_make(&many, 2, "x");
    many.gate.findings[0].message = longest;
    write(GATE_FORMAT_MARKDOWN, &many.gate, &out);
    cr_expect_lt(out.len, 10000);
    cr_expect_eq(occurrences(&out, "\n| error | "), 1);
    cr_expect_eq(occurrences(&out, "\n1 more have no room here.\n"), 1);
    mem_free(longest);
}

/* A page that has no room is a failure, at whatever byte, and never shorter. */
Test(report_gate, no_room)
{
    const struct gate *gate = gate_sample(GATE_SAMPLE_TIDY);
    for (int format = 0; format < GATE_FORMAT_COUNT; format++) {
        AUTO_BUF whole = BUF_INIT(MIB);
        write((enum gate_format)format, gate, &whole);
        for (size_t room = 0; room < whole.len; room += 97) {
            struct assay_error err = ERROR_INIT;
            AUTO_BUF out = BUF_INIT(room);
            cr_expect_eq(report_gate((enum gate_format)format, gate, false, &out, &err),
                         ASSAY_TOO_LARGE, "%d: %zu", format, room);
            cr_expect_eq(err.status, ASSAY_TOO_LARGE, "%d: %zu", format, room);
        }
    }
}

/* People and programs of the same directory get the name, those that look into a checkout the
 * place. */
Test(report_gate, places)
{
    static const struct {
        struct scan_file file;
        const char *name;
        const char *uri;
        const char *place;
    } rows[] = {
        { { "a/b", "a/b" }, "a/b", "{\"uri\":\"a/b\",\"uriBaseId\":\"%SRCROOT%\"}", "a/b" },
        { { "/x/a b", "a b" }, "/x/a b", "{\"uri\":\"a%20b\",\"uriBaseId\":\"%SRCROOT%\"}", "a b" },
        { { "../b", "/x/b" }, "../b", "{\"uri\":\"file:///x/b\"}", "/x/b" },
        { { "/x/b", "/x/b" }, "/x/b", "{\"uri\":\"file:///x/b\"}", "/x/b" },
        { { "../b", "" }, "../b", "{\"uri\":\"../b\"}", "../b" },
        { { "-", "" }, "-", "{\"uri\":\"-\"}", "-" },
    };
    static const struct {
        enum gate_format format;
        const char *before;
        const char *after;
        bool is_place;
    } forms[] = {
        { GATE_FORMAT_TEXT, "  ", ":2:3  policy\n", false },
        { GATE_FORMAT_JSON, "\"file\":\"", "\"", false },
        { GATE_FORMAT_JSONL, "\"file\":\"", "\"", false },
        { GATE_FORMAT_JUNIT, "<testsuite name=\"", "\"", false },
        { GATE_FORMAT_MARKDOWN, "<code>", "</code>:2", false },
        { GATE_FORMAT_GITHUB, "file=", ",line=2", true },
        { GATE_FORMAT_GITLAB, "\"path\":\"", "\"", true },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct one one;
        const struct gate *gate = one_gate(&one, "x");
        one.file = rows[i].file;
        AUTO_BUF sarif = BUF_INIT(MIB);
        write(GATE_FORMAT_SARIF, gate, &sarif);
        cr_expect(strstr(buf_text(&sarif), rows[i].uri) != NULL, "%s: %s", rows[i].name,
                  buf_text(&sarif));
        for (size_t f = 0; f < ARRAY_LEN(forms); f++) {
            AUTO_BUF out = BUF_INIT(MIB);
            AUTO_BUF part = BUF_INIT(KIB);
            write(forms[f].format, gate, &out);
            cr_assert_eq(buf_printf(&part, NULL, "%s%s%s", forms[f].before,
                                    forms[f].is_place ? rows[i].place : rows[i].name,
                                    forms[f].after),
                         ASSAY_OK);
            cr_expect(strstr(buf_text(&out), buf_text(&part)) != NULL, "%d %s: %s",
                      (int)forms[f].format, rows[i].name, buf_text(&out));
        }
    }
}

/* A finding that names no file of the scan is reported all the same. */
Test(report_gate, no_file)
{
    struct one one;
    struct gate gate = *one_gate(&one, "x");
    one.finding.image = SIZE_MAX;
    one.finding.spot.file = SIZE_MAX;
    for (int format = 0; format < GATE_FORMAT_COUNT; format++) {
        AUTO_BUF out = BUF_INIT(MIB);
        write((enum gate_format)format, &gate, &out);
        cr_expect(strstr(buf_text(&out), "tag-latest") != NULL, "%d", format);
    }
}
