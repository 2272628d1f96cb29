/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JUnit's XML: a test suite for each file, a test case for each image, and one for each finding
 * that belongs to no image. "Could not tell" is an error, evidence against is a failure.
 */
#include "report/gate_parts.h"

#include "base/mem.h"

enum result {
    RESULT_PASSED,
    RESULT_FAILED,
    RESULT_ERROR,
    RESULT_SKIPPED
};

#define RESULTS (RESULT_SKIPPED + 1)

/* The cases of a file: its images, then its findings without one. */
struct suite {
    size_t image;   /* the first; SIZE_MAX: none */
    size_t finding; /* the first without an image; SIZE_MAX: none */
    size_t counts[RESULTS];
};

struct report {
    struct gate_page *page;
    struct suite *suites; /* of each file; one more for what is in none */
    size_t *next_image;   /* of the same file; SIZE_MAX: none */
    size_t *next_finding; /* of those without an image */
};

static void report_clear(struct report *report)
{
    mem_free(report->suites);
    mem_free(report->next_image);
    mem_free(report->next_finding);
}

/* ---- what a case comes to ---- */

static enum result result_of_status(enum assay_status status)
{
    enum assay_class class = assay_status_class(status);
    bool is_against = class == ASSAY_CLASS_REJECTED || class == ASSAY_CLASS_UNSIGNED ||
                      class == ASSAY_CLASS_USAGE || class == ASSAY_CLASS_TRUSTED;
    return is_against ? RESULT_FAILED : RESULT_ERROR;
}

static enum result result_of_image(const struct gate_page *page, size_t index)
{
    const struct page_image *image = &page->images[index];
    enum gate_outcome outcome = page->gate->images[index].outcome;
    if (image->status != ASSAY_OK) {
        return result_of_status(image->status);
    }
    if (outcome == GATE_FAILED || outcome == GATE_UNDECIDED) {
        return outcome == GATE_FAILED ? RESULT_FAILED : RESULT_ERROR;
    }
    for (size_t i = image->first; i != SIZE_MAX; i = page->next[i]) {
        if (page->gate->findings[i].ignored != NULL) {
            return RESULT_SKIPPED;
        }
    }
    return outcome == GATE_PASSED ? RESULT_PASSED : RESULT_SKIPPED;
}

static enum result result_of_finding(const struct gate_finding *finding)
{
    if (finding->ignored != NULL) {
        return RESULT_SKIPPED;
    }
    if (finding->status != ASSAY_OK) {
        return result_of_status(finding->status);
    }
    return finding->level == GATE_ERROR ? RESULT_FAILED : RESULT_PASSED;
}

/* ---- writing ---- */

static void put(struct report *report, const char *text)
{
    page_text(report->page, text, markup_entity);
}

static void put_lines(struct report *report, size_t first, bool is_one)
{
    struct gate_page *page = report->page;
    for (size_t i = first; i != SIZE_MAX; i = is_one ? SIZE_MAX : page->next[i]) {
        const struct gate_finding *finding = &page->gate->findings[i];
        markup_raw(&page->to,
                   "%s %s: ", finding->ignored != NULL ? "ignored" : page_level(finding->level),
                   gate_rule_row(finding->rule)->id);
        const char *more = finding->ignored != NULL ? finding->ignored : finding->remedy;
        put(report, finding->message);
        markup_fixed(&page->to, more[0] == '\0'            ? ""
                                : finding->ignored != NULL ? "; because "
                                                           : "; ");
        put(report, more);
        markup_fixed(&page->to, "\n");
    }
}

/* The message is the finding's that made the status. */
static const char *message_of(const struct gate_page *page, size_t first, enum assay_status status)
{
    for (size_t i = first; i != SIZE_MAX; i = page->next[i]) {
        const struct gate_finding *finding = &page->gate->findings[i];
        if (finding->ignored == NULL && finding->status == status) {
            return finding->message;
        }
    }
    return "";
}

struct test_case {
    enum result result;
    enum assay_status status;
    const struct scan_spot *spot;
    const char *name;
    size_t first;                        /* of its findings */
    bool is_one;                         /* there is no other */
    const struct assay_verdict *trusted; /* NULL: it is not */
};

static void put_case(struct report *report, const struct test_case *test)
{
    static const char *const tags[RESULTS] = {
        [RESULT_PASSED] = "system-out",
        [RESULT_FAILED] = "failure",
        [RESULT_ERROR] = "error",
        [RESULT_SKIPPED] = "skipped",
    };
    struct gate_page *page = report->page;
    struct markup *to = &page->to;
    markup_fixed(to, "    <testcase classname=\"");
    put(report, page_file(page, test->spot));
    markup_fixed(to, "\" name=\"");
    put(report, test->name);
    if (test->spot->line > 0) {
        markup_raw(to, " (line %zu)", test->spot->line);
    }
    markup_raw(to, "\"><%s", tags[test->result]);
    if (test->result == RESULT_FAILED || test->result == RESULT_ERROR) {
        markup_raw(to, " type=\"%s\" message=\"", assay_status_id(test->status));
        put(report, message_of(page, test->first, test->status));
        markup_fixed(to, "\"");
    }
    markup_fixed(to, ">");
    if (test->trusted != NULL) {
        put(report, page_evidence(page, test->trusted));
        markup_fixed(to, "\n");
    }
    put_lines(report, test->first, test->is_one);
    markup_raw(to, "</%s></testcase>\n", tags[test->result]);
}

static void put_image(struct report *report, size_t index)
{
    const struct gate_page *page = report->page;
    const struct gate_image *image = &page->gate->images[index];
    put_case(report, &(struct test_case){ .result = result_of_image(page, index),
                                          .status = page->images[index].status,
                                          .spot = &image->found->spot,
                                          .name = image->reference,
                                          .first = page->images[index].first,
                                          .trusted = page_trusted(page, index) });
}

static void put_finding(struct report *report, size_t index)
{
    const struct gate_finding *finding = &report->page->gate->findings[index];
    put_case(report, &(struct test_case){ .result = result_of_finding(finding),
                                          .status = finding->status,
                                          .spot = &finding->spot,
                                          .name = gate_rule_row(finding->rule)->id,
                                          .first = index,
                                          .is_one = true });
}

static void put_counts(struct markup *to, const size_t *counts)
{
    size_t tests = 0;
    for (size_t i = 0; i < RESULTS; i++) {
        tests += counts[i];
    }
    markup_raw(to, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", tests, counts[RESULT_FAILED],
               counts[RESULT_ERROR]);
}

static void put_suite(struct report *report, size_t file)
{
    const struct suite *suite = &report->suites[file];
    struct markup *to = &report->page->to;
    if (suite->image == SIZE_MAX && suite->finding == SIZE_MAX) {
        return;
    }
    markup_fixed(to, "  <testsuite name=\"");
    put(report, page_file(report->page, &(struct scan_spot){ .file = file }));
    markup_fixed(to, "\"");
    put_counts(to, suite->counts);
    markup_raw(to, " skipped=\"%zu\">\n", suite->counts[RESULT_SKIPPED]);
    for (size_t i = suite->image; i != SIZE_MAX; i = report->next_image[i]) {
        put_image(report, i);
    }
    for (size_t i = suite->finding; i != SIZE_MAX; i = report->next_finding[i]) {
        put_finding(report, i);
    }
    markup_fixed(to, "  </testsuite>\n");
}

/* ---- which cases are a file's ---- */

static enum assay_status report_alloc(struct report *report, struct assay_error *err)
{
    const struct gate *gate = report->page->gate;
    report->suites = mem_alloc(gate->scan->file_count + 1, sizeof(*report->suites));
    report->next_image = mem_alloc(gate->image_count + 1, sizeof(size_t));
    report->next_finding = mem_alloc(gate->finding_count + 1, sizeof(size_t));
    if (report->suites == NULL || report->next_image == NULL || report->next_finding == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i <= gate->scan->file_count; i++) {
        report->suites[i] = (struct suite){ .image = SIZE_MAX, .finding = SIZE_MAX };
    }
    return ASSAY_OK;
}

static struct suite *suite_of(const struct report *report, const struct scan_spot *spot)
{
    size_t files = report->page->gate->scan->file_count;
    return &report->suites[spot->file < files ? spot->file : files];
}

/* From behind, so that the first comes first. */
static void sort_into_suites(struct report *report, size_t *counts)
{
    const struct gate_page *page = report->page;
    const struct gate *gate = page->gate;
    for (size_t i = gate->image_count; i > 0; i--) {
        struct suite *suite = suite_of(report, &gate->images[i - 1].found->spot);
        enum result result = result_of_image(page, i - 1);
        report->next_image[i - 1] = suite->image;
        suite->image = i - 1;
        suite->counts[result]++;
        counts[result]++;
    }
    for (size_t i = gate->finding_count; i > 0; i--) {
        const struct gate_finding *finding = &gate->findings[i - 1];
        if (finding->image < gate->image_count) {
            continue;
        }
        struct suite *suite = suite_of(report, &finding->spot);
        enum result result = result_of_finding(finding);
        report->next_finding[i - 1] = suite->finding;
        suite->finding = i - 1;
        suite->counts[result]++;
        counts[result]++;
    }
}

void gate_page_junit(struct gate_page *page)
{
    CLEANUP(report_clear) struct report report = { .page = page };
    struct markup *to = &page->to;
    size_t counts[RESULTS] = { 0 };
    to->status = report_alloc(&report, to->err);
    if (to->status != ASSAY_OK) {
        return;
    }
    sort_into_suites(&report, counts);
    markup_fixed(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"assay gate\"");
    put_counts(to, counts);
    markup_fixed(to, ">\n");
    for (size_t i = 0; i <= page->gate->scan->file_count; i++) {
        put_suite(&report, i);
    }
    markup_fixed(to, "</testsuites>\n");
}
