/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GitHub's workflow commands: a line each, which the page shows at the file's line. It shows ten of
 * a kind for a step, so the most severe come first, and how many are left out is the tenth notice.
 */
#include "report/gate_parts.h"

#define MOST_OF_A_KIND 10

static const char *escape_message(char c)
{
    return c == '%' ? "%25" : NULL; /* line ends are gone already */
}

static const char *escape_property(char c)
{
    switch (c) {
    case '%':
        return "%25";
    case ':':
        return "%3A";
    case ',':
        return "%2C";
    default:
        return NULL;
    }
}

static const char *kind_of(enum gate_level level)
{
    return level == GATE_NOTE ? "notice" : page_level(level);
}

static void put_place(struct gate_page *page, const struct gate_finding *finding)
{
    markup_fixed(&page->to, "file=");
    page_text(page, page_place(page, &finding->spot), escape_property);
    if (finding->spot.line == 0) {
        return;
    }
    markup_raw(&page->to, ",line=%zu,col=%zu", finding->spot.line, finding->spot.column);
    size_t width = page_width(page, finding);
    if (width > 0) {
        markup_raw(&page->to, ",endColumn=%zu", finding->spot.column + width);
    }
}

static void put_finding(struct gate_page *page, const struct gate_finding *finding)
{
    markup_raw(&page->to, "::%s ", kind_of(finding->level));
    put_place(page, finding);
    markup_raw(&page->to, ",title=assay %s::", gate_rule_row(finding->rule)->id);
    page_text(page, page_said(page, finding), escape_message);
    if (finding->remedy[0] != '\0') {
        markup_fixed(&page->to, "%0A");
        page_text(page, finding->remedy, escape_message);
    }
    markup_fixed(&page->to, "\n");
}

void gate_page_github(struct gate_page *page)
{
    struct page_walk walk = { 0 };
    size_t shown[GATE_ERROR + 1] = { 0 };
    size_t left_out = 0;
    for (const struct gate_finding *finding = page_next(page, &walk);
         finding != NULL && finding->ignored == NULL; finding = page_next(page, &walk)) {
        /* the last notice is the summary */
        size_t most = finding->level == GATE_NOTE ? MOST_OF_A_KIND - 1 : MOST_OF_A_KIND;
        if (shown[finding->level] == most) {
            left_out++;
            continue;
        }
        shown[finding->level]++;
        put_finding(page, finding);
    }
    markup_fixed(&page->to, "::notice title=assay gate::");
    page_summary(page);
    if (left_out > 0) {
        markup_raw(&page->to, "; %zu more findings are in the job's log and reports", left_out);
    }
    markup_fixed(&page->to, "\n");
}
