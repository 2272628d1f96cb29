/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab's code quality report: the findings that count. It shows two with one fingerprint as one,
 * which is why a fingerprint says which of several it is. */
#include "report/gate_parts.h"

static const char *severity_of(enum gate_level level)
{
    static const char *const names[] = {
        [GATE_NOTE] = "info", [GATE_WARNING] = "minor", [GATE_ERROR] = "major"
    };
    return names[level];
}

static struct json_new *location_of(const struct gate_page *page, const struct scan_spot *spot)
{
    struct json_new *location = json_new_object();
    struct json_new *lines = json_new_object();
    json_add_string(location, "path", page_place(page, spot));
    json_add_integer(lines, "begin", spot->line == 0 ? 1 : (int64_t)spot->line);
    json_add(location, "lines", lines);
    return location;
}

static struct json_new *issue_of(struct gate_page *page, const struct gate_finding *finding)
{
    struct json_new *issue = json_new_object();
    page_member(page, issue, "description", page_said(page, finding));
    json_add_string(issue, "check_name", gate_rule_row(finding->rule)->id);
    json_add_string(issue, "fingerprint", finding->fingerprint);
    json_add_string(issue, "severity", severity_of(finding->level));
    json_add(issue, "location", location_of(page, &finding->spot));
    return issue;
}

void gate_page_gitlab(struct gate_page *page)
{
    struct page_walk walk = { 0 };
    bool is_first = true;
    markup_fixed(&page->to, "[");
    for (const struct gate_finding *finding = page_next(page, &walk);
         finding != NULL && finding->ignored == NULL; finding = page_next(page, &walk)) {
        markup_fixed(&page->to, is_first ? "\n" : ",\n");
        is_first = false;
        page_json(page, issue_of(page, finding));
    }
    markup_fixed(&page->to, "]\n");
}
