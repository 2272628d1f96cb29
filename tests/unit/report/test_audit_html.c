/* SPDX-License-Identifier: Apache-2.0 */
/* What a page leaves out; how it looks, tests/html tells. */
#include "audit_sample.h"
#include "audit_sample_parts.h"
#include "base/limits.h"
#include "report/audit.h"

#include <criterion/criterion.h>

TestSuite(report_audit_html, .timeout = 60);

#define ROWS_MOST 120

static size_t count(const struct buf *text, const char *part)
{
    size_t found = 0;
    for (const char *at = strstr(buf_text(text), part); at != NULL; at = strstr(at + 1, part)) {
        found++;
    }
    return found;
}

/* A page of one root in which targets has so many keys, and the other roles one each. */
static void write(size_t keys, struct buf *out)
{
    struct assay_error err = ERROR_INIT;
    struct audit_report *report = audit_sample_make(AUDIT_SAMPLE_ONE);
    struct audit_role_keys *targets = &report->history.roles[0].versions[0].roles[TUF_TARGETS];
    uint32_t list[2 * ROWS_MOST];
    for (size_t i = 0; i < keys; i++) {
        list[i] = sample_key(report, sample_text(report, "targets %zu", i), "ECDSA P-256", 0);
    }
    targets->keys = list;
    targets->key_count = keys;
    const struct report_audit what = { report, NULL, "assay audit x" };
    cr_assert_eq(report_audit_html(&what, out, &err), ASSAY_OK, "%s", assay_error_message(&err));
    audit_report_free(report);
}

/* The rows of the matrix are its keys and two of thresholds. */
Test(report_audit_html, a_matrix_says_what_it_leaves_out)
{
    static const struct {
        size_t rows;
        const char *note;
    } cases[] = {
        { 4, NULL },
        { ROWS_MOST, NULL },
        { ROWS_MOST + 1, "<p class=\"note\">1 more keys of roles are in the JSON report.</p>" },
        { ROWS_MOST + 80, "<p class=\"note\">80 more keys of roles are in the JSON report.</p>" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF page = BUF_INIT(LIMIT_AUDIT_PAGE_BYTES);
        size_t shown = cases[i].rows < ROWS_MOST ? cases[i].rows : ROWS_MOST;
        write(cases[i].rows - (TUF_TOP_ROLES - 1), &page);
        cr_expect_eq(count(&page, "<tr><th scope=\"row\">"), shown + 2, "%zu", cases[i].rows);
        cr_expect_eq(count(&page, " more keys of roles "), cases[i].note == NULL ? 0 : 1, "%zu",
                     cases[i].rows);
        cr_expect(cases[i].note == NULL || count(&page, cases[i].note) == 1, "%zu", cases[i].rows);
    }
}
