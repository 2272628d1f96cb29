/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate as data; gate.schema.json says what each member is. Images and findings are written one
 * by one, so that memory is bounded by the output, and each on a line of its own.
 */
#include "report/gate_parts.h"
#include "report/json.h"

#include <assay/version.h>

static const char *outcome_of(enum gate_outcome outcome)
{
    static const char *const names[] = {
        [GATE_PASSED] = "trusted",      [GATE_ALLOWED] = "allowed", [GATE_FAILED] = "failed",
        [GATE_UNDECIDED] = "undecided", [GATE_BUILT] = "built",
    };
    return names[outcome];
}

static const char *place_of(enum scan_place place)
{
    static const char *const names[] = {
        [SCAN_ARGUMENT] = "argument", [SCAN_LIST] = "list",
        [SCAN_FROM] = "from",         [SCAN_COPY] = "copy",
        [SCAN_MOUNT] = "mount",       [SCAN_SYNTAX] = "syntax",
        [SCAN_COMPOSE] = "compose",   [SCAN_KUBERNETES] = "kubernetes",
        [SCAN_GITHUB] = "github",     [SCAN_GITLAB] = "gitlab",
    };
    return names[place];
}

static void add_spot(const struct gate_page *page, struct json_new *object,
                     const struct scan_spot *spot)
{
    json_add_string(object, "file", page_file(page, spot));
    json_add_integer(object, "line", (int64_t)spot->line);
    json_add_integer(object, "column", (int64_t)spot->column);
}

/* What may be used: of a verified image, or the one that the policy names. */
static void add_digest(const struct gate_page *page, struct json_new *object, size_t index)
{
    const struct gate_image *image = &page->gate->images[index];
    const struct assay_verdict *trusted = page_trusted(page, index);
    char allowed[DIGEST_TEXT_BYTES] = "";
    if (image->outcome == GATE_ALLOWED && image->allowed != NULL) {
        digest_format(&image->allowed->digest, allowed);
    }
    json_add_string(object, "digest", trusted != NULL ? trusted->digest : allowed);
}

static struct json_new *image_of(struct gate_page *page, size_t index)
{
    const struct gate_image *image = &page->gate->images[index];
    const struct scan_reference *found = image->found;
    struct json_new *object = json_new_object();
    add_spot(page, object, &found->spot);
    json_add_string(object, "place", place_of(found->place));
    page_member(page, object, "owner", found->owner);
    report_json_text(object, "written", found->written);
    page_member(page, object, "reference", image->reference);
    json_add_string(object, "platform", found->platform);
    json_add_string(object, "outcome", outcome_of(image->outcome));
    json_add_bool(object, "trusted", page_trusted(page, index) != NULL);
    json_add_string(object, "status", assay_status_id(page->images[index].status));
    add_digest(page, object, index);
    if (image->verdict == NULL) {
        json_add_null(object, "verdict");
    } else {
        json_add(object, "verdict", report_json_verdict_value(image->verdict, false));
    }
    return object;
}

static struct json_new *finding_of(struct gate_page *page, const struct gate_finding *finding)
{
    struct json_new *object = json_new_object();
    const struct gate_rule_row *rule = gate_rule_row(finding->rule);
    json_add_string(object, "rule", rule->id);
    json_add_string(object, "level", page_level(finding->level));
    json_add_string(object, "status", assay_status_id(finding->status));
    add_spot(page, object, &finding->spot);
    page_member(page, object, "reference", finding->reference);
    page_member(page, object, "message", finding->message);
    json_add_string(object, "why", rule->why);
    page_member(page, object, "remedy", finding->remedy);
    json_add_string(object, "fingerprint", finding->fingerprint);
    if (finding->ignored == NULL) {
        json_add_null(object, "ignored");
    } else {
        page_member(page, object, "ignored", finding->ignored);
    }
    if (finding->image < page->gate->image_count) {
        json_add_integer(object, "image", (int64_t)finding->image);
    } else {
        json_add_null(object, "image");
    }
    return object;
}

static struct json_new *summary_of(const struct gate_page *page)
{
    const struct gate *gate = page->gate;
    struct json_new *object = json_new_object();
    json_add_string(object, "status", assay_status_id(gate->status));
    json_add_integer(object, "seen", (int64_t)gate->scan->seen);
    json_add_integer(object, "files", (int64_t)gate->scan->file_count);
    json_add_integer(object, "references", (int64_t)gate->image_count);
    for (size_t i = 0; i < ARRAY_LEN(gate->counts); i++) {
        json_add_integer(object, outcome_of((enum gate_outcome)i), (int64_t)gate->counts[i]);
    }
    json_add_integer(object, "errors", (int64_t)page->levels[GATE_ERROR]);
    json_add_integer(object, "warnings", (int64_t)page->levels[GATE_WARNING]);
    json_add_integer(object, "notes", (int64_t)page->levels[GATE_NOTE]);
    json_add_integer(object, "ignored", (int64_t)page->ignored);
    return object;
}

static void put_head(struct gate_page *page)
{
    enum assay_class class = assay_status_class(page->gate->status);
    markup_raw(&page->to, "\"schema\":1,\"tool\":{\"name\":\"assay\",\"version\":\"%s\"}",
               assay_version());
    markup_raw(&page->to, ",\"exit\":%d", (int)class);
}

void gate_page_json(struct gate_page *page)
{
    const struct gate *gate = page->gate;
    struct markup *to = &page->to;
    markup_fixed(to, "{");
    put_head(page);
    markup_fixed(to, ",\n\"results\":[");
    for (size_t i = 0; i < gate->image_count; i++) {
        markup_fixed(to, i == 0 ? "\n" : ",\n");
        page_json(page, image_of(page, i));
    }
    markup_fixed(to, "],\n\"findings\":[");
    for (size_t i = 0; i < gate->finding_count; i++) {
        markup_fixed(to, i == 0 ? "\n" : ",\n");
        page_json(page, finding_of(page, &gate->findings[i]));
    }
    markup_fixed(to, "],\n\"summary\":");
    page_json(page, summary_of(page));
    markup_fixed(to, ",\n\"error\":null}\n");
}

/* The lines of JSON lines: {"image":{...}}, {"finding":{...}}, {"schema":1,...,"summary":{...}}. */
static void put_line(struct gate_page *page, const char *key, struct json_new *value)
{
    markup_raw(&page->to, "{\"%s\":", key);
    page_json(page, value);
    markup_fixed(&page->to, "}\n");
}

void gate_page_jsonl(struct gate_page *page)
{
    for (size_t i = 0; i < page->gate->image_count; i++) {
        put_line(page, "image", image_of(page, i));
    }
    for (size_t i = 0; i < page->gate->finding_count; i++) {
        put_line(page, "finding", finding_of(page, &page->gate->findings[i]));
    }
    markup_fixed(&page->to, "{");
    put_head(page);
    markup_fixed(&page->to, ",\"summary\":");
    page_json(page, summary_of(page));
    markup_fixed(&page->to, "}\n");
}
