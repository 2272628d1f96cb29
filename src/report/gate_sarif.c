/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SARIF 2.1.0. A code scanning page takes 25,000 results of a run: the most severe are written, and
 * a notification says how many are not. Fingerprints hold no digest, so that a finding stays the
 * same one after a new pin.
 */
#include "report/gate_parts.h"

#include <assay/version.h>

#define SARIF_RESULTS_MAX 25000UL

static struct json_new *text_of(const char *text)
{
    struct json_new *object = json_new_object();
    json_add_string(object, "text", text);
    return object;
}

/* ---- rules ---- */

/* From 0 to 10, as vulnerabilities are rated: what could be run is not what was signed; what makes
 * an image or its use weak; what may become a trouble. */
static const char *severity_of(const struct gate_rule_row *rule)
{
    if (rule->level == GATE_ERROR) {
        return rule->ignorable ? "5.0" : "8.0";
    }
    return rule->level == GATE_WARNING ? "3.0" : "1.0";
}

static struct json_new *properties_of(const struct gate_rule_row *rule)
{
    static const char *const problem[] = {
        [GATE_NOTE] = "recommendation", [GATE_WARNING] = "warning", [GATE_ERROR] = "error"
    };
    struct json_new *properties = json_new_object();
    struct json_new *tags = json_new_array();
    json_append_string(tags, "security");
    json_append_string(tags, "supply-chain");
    json_append_string(tags, "container");
    json_add(properties, "tags", tags);
    json_add_string(properties, "precision", "very-high");
    json_add_string(properties, "problem.severity", problem[rule->level]);
    json_add_string(properties, "security-severity", severity_of(rule));
    return properties;
}

static void add_joined(struct gate_page *page, struct json_new *object, const char *key,
                       const char *format, const struct gate_rule_row *rule)
{
    struct markup *to = &page->to;
    buf_reset(&page->said);
    if (to->status == ASSAY_OK) {
        to->status = buf_printf(&page->said, to->err, "%s%s%s%s%s", rule->what, format, rule->why,
                                rule->remedy[0] == '\0' ? "" : format, rule->remedy);
    }
    json_add_string(object, key, buf_text(&page->said));
}

static struct json_new *rule_of(struct gate_page *page, const struct gate_rule_row *rule)
{
    struct json_new *object = json_new_object();
    struct json_new *help = json_new_object();
    struct json_new *configuration = json_new_object();
    json_add_string(object, "id", rule->id);
    json_add(object, "shortDescription", text_of(rule->what));
    json_add(object, "fullDescription", text_of(rule->why));
    add_joined(page, help, "text", " ", rule);
    add_joined(page, help, "markdown", "\n\n", rule);
    json_add(object, "help", help);
    json_add_string(configuration, "level", page_level(rule->level));
    json_add(object, "defaultConfiguration", configuration);
    json_add(object, "properties", properties_of(rule));
    return object;
}

static struct json_new *tool_of(struct gate_page *page)
{
    struct json_new *tool = json_new_object();
    struct json_new *driver = json_new_object();
    struct json_new *rules = json_new_array();
    for (size_t i = 0; i < GATE_RULE_COUNT; i++) {
        json_append(rules, rule_of(page, gate_rule_row((enum gate_rule)i)));
    }
    json_add_string(driver, "name", "assay");
    json_add_string(driver, "version", assay_version());
    json_add_string(driver, "semanticVersion", assay_version());
    json_add(driver, "rules", rules);
    json_add(tool, "driver", driver);
    return tool;
}

/* ---- results ---- */

/* Characters that a message of SARIF takes for links and placeholders. */
static const char *escape_message(char c)
{
    switch (c) {
    case '[':
        return "\\[";
    case ']':
        return "\\]";
    case '\\':
        return "\\\\";
    case '{':
        return "{{";
    case '}':
        return "}}";
    default:
        return NULL;
    }
}

static void escape_into(struct gate_page *page, const char *text, struct buf *out,
                        const char *(*escape)(char c))
{
    struct buf *before = page->to.out;
    page->to.out = out;
    page_text(page, text, escape);
    page->to.out = before;
}

static struct json_new *message_of(struct gate_page *page, const char *text)
{
    AUTO_BUF escaped = BUF_INIT(page->clean.max);
    escape_into(page, text, &escaped, escape_message);
    return text_of(buf_text(&escaped));
}

/* As a URI wants a path: all but letters, digits and a few marks by their bytes. */
static void append_uri(struct gate_page *page, const char *path, struct buf *out)
{
    struct markup *to = &page->to;
    for (const char *at = path; *at != '\0' && to->status == ASSAY_OK; at++) {
        bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                     (*at >= '0' && *at <= '9') || strchr("/-._~", *at) != NULL;
        to->status = plain ? buf_append_byte(out, (uint8_t)*at, to->err)
                           : buf_printf(out, to->err, "%%%02X", (unsigned)(uint8_t)*at);
    }
}

/* What lies below the working directory is relative to the root of the sources; what does not is
 * an absolute URI, for a reader must not leave that root by "..". */
static struct json_new *artifact_of(struct gate_page *page, const struct scan_spot *spot)
{
    const struct scan *scan = page->gate->scan;
    const char *path = page_place(page, spot);
    bool is_absolute = path[0] == '/';
    bool is_file = spot->file < scan->file_count && scan->files[spot->file].place[0] != '\0';
    struct json_new *artifact = json_new_object();
    AUTO_BUF uri = BUF_INIT(page->clean.max);
    if (is_absolute && page->to.status == ASSAY_OK) {
        page->to.status = buf_append_string(&uri, "file://", page->to.err);
    }
    append_uri(page, path, &uri);
    json_add_string(artifact, "uri", buf_text(&uri));
    if (is_file && !is_absolute) {
        json_add_string(artifact, "uriBaseId", "%SRCROOT%");
    }
    return artifact;
}

static struct json_new *location_of(struct gate_page *page, const struct gate_finding *finding)
{
    const struct scan_spot *spot = &finding->spot;
    struct json_new *location = json_new_object();
    struct json_new *physical = json_new_object();
    struct json_new *region = json_new_object();
    size_t width = page_width(page, finding);
    json_add_integer(region, "startLine", spot->line == 0 ? 1 : (int64_t)spot->line);
    if (spot->line > 0 && spot->column > 0) {
        json_add_integer(region, "startColumn", (int64_t)spot->column);
        if (width > 0) {
            json_add_integer(region, "endColumn", (int64_t)(spot->column + width));
        }
    }
    json_add(physical, "artifactLocation", artifact_of(page, spot));
    json_add(physical, "region", region);
    json_add(location, "physicalLocation", physical);
    return location;
}

static struct json_new *suppressions_of(struct gate_page *page, const char *reason)
{
    struct json_new *list = json_new_array();
    struct json_new *suppression = json_new_object();
    json_add_string(suppression, "kind", "inSource");
    page_member(page, suppression, "justification", reason);
    json_append(list, suppression);
    return list;
}

static struct json_new *result_of(struct gate_page *page, const struct gate_finding *finding)
{
    struct json_new *result = json_new_object();
    struct json_new *locations = json_new_array();
    struct json_new *fingerprints = json_new_object();
    json_add_string(result, "ruleId", gate_rule_row(finding->rule)->id);
    json_add_integer(result, "ruleIndex", (int64_t)finding->rule);
    json_add_string(result, "level", page_level(finding->level));
    json_add(result, "message", message_of(page, page_said(page, finding)));
    json_append(locations, location_of(page, finding));
    json_add(result, "locations", locations);
    json_add_string(fingerprints, "assay/v1", finding->fingerprint);
    /* the one by which GitHub knows an alert again */
    json_add_string(fingerprints, "primaryLocationLineHash", finding->fingerprint);
    json_add(result, "partialFingerprints", fingerprints);
    if (finding->ignored != NULL) {
        json_add(result, "suppressions", suppressions_of(page, finding->ignored));
    }
    return result;
}

/* ---- the run ---- */

static void put_left_out(struct gate_page *page, struct json_new *notifications)
{
    size_t count = page->gate->finding_count;
    if (count <= SARIF_RESULTS_MAX) {
        return;
    }
    struct json_new *notification = json_new_object();
    AUTO_BUF text = BUF_INIT(128);
    if (page->to.status == ASSAY_OK) {
        page->to.status = buf_printf(&text, page->to.err, "%zu of %zu findings are left out here",
                                     count - SARIF_RESULTS_MAX, count);
    }
    json_add_string(notification, "level", "warning");
    json_add(notification, "message", text_of(buf_text(&text)));
    json_append(notifications, notification);
}

static struct json_new *invocations_of(struct gate_page *page)
{
    enum assay_class class = assay_status_class(page->gate->status);
    struct json_new *list = json_new_array();
    struct json_new *invocation = json_new_object();
    struct json_new *notifications = json_new_array();
    json_add_bool(invocation, "executionSuccessful", class < ASSAY_CLASS_INTERNAL);
    json_add_integer(invocation, "exitCode", (int64_t) class);
    put_left_out(page, notifications);
    json_add(invocation, "toolExecutionNotifications", notifications);
    json_append(list, invocation);
    return list;
}

void gate_page_sarif(struct gate_page *page)
{
    struct markup *to = &page->to;
    struct page_walk walk = { 0 };
    markup_fixed(to,
                 "{\"$schema\":\"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/"
                 "schemas/sarif-schema-2.1.0.json\",\"version\":\"2.1.0\",\n\"runs\":[{\"tool\":");
    page_json(page, tool_of(page));
    markup_fixed(to, ",\n\"automationDetails\":{\"id\":\"assay/gate/\"},\"columnKind\":"
                     "\"unicodeCodePoints\",\n\"invocations\":");
    page_json(page, invocations_of(page));
    markup_fixed(to, ",\n\"results\":[");
    for (size_t i = 0; i < SARIF_RESULTS_MAX; i++) {
        const struct gate_finding *finding = page_next(page, &walk);
        if (finding == NULL) {
            break;
        }
        markup_fixed(to, i == 0 ? "\n" : ",\n");
        page_json(page, result_of(page, finding));
    }
    markup_fixed(to, "]}]}\n");
}
