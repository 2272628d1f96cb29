/* SPDX-License-Identifier: Apache-2.0 */
#include "report/gate_parts.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

/* ---- texts ---- */

/* The most that text_sanitise makes of one byte: "\xNN". */
#define CLEAN_BYTES_PER_BYTE 4

/* Build servers obey "##word[" anywhere in a line of a log, so two marks never stand together in a
 * text from outside. From behind and in place: there is room for four bytes of each. */
static void part_marks(char *text)
{
    size_t len = strlen(text);
    size_t more = 0;
    for (size_t i = 1; i < len; i++) {
        more += text[i - 1] == '#' && text[i] == '#';
    }
    for (size_t i = len + 1; more > 0; i--) {
        text[i - 1 + more] = text[i - 1];
        if (i >= 2 && text[i - 2] == '#' && text[i - 1] == '#') {
            more--;
            text[i - 1 + more] = ' ';
        }
    }
}

const char *page_clean(struct gate_page *page, const char *text)
{
    if (text == NULL || page->to.status != ASSAY_OK) {
        return "";
    }
    size_t bytes = strlen(text) * CLEAN_BYTES_PER_BYTE + 1;
    buf_reset(&page->clean);
    page->to.status = buf_reserve(&page->clean, bytes, page->to.err);
    if (page->to.status != ASSAY_OK) {
        return "";
    }
    char *clean = (char *)page->clean.ptr;
    text_sanitise(slice_from_string(text), clean, bytes);
    part_marks(clean);
    return clean;
}

void page_text(struct gate_page *page, const char *text, const char *(*escape)(char c))
{
    struct markup *to = &page->to;
    for (const char *at = page_clean(page, text); *at != '\0' && to->status == ASSAY_OK; at++) {
        const char *instead = escape(*at);
        to->status = instead != NULL ? buf_append_string(to->out, instead, to->err)
                                     : buf_append_byte(to->out, (uint8_t)*at, to->err);
    }
}

const char *page_said(struct gate_page *page, const struct gate_finding *finding)
{
    const char *between = finding->reference[0] == '\0' ? "" : ": ";
    buf_reset(&page->said);
    if (page->to.status == ASSAY_OK) {
        page->to.status = buf_printf(&page->said, page->to.err, "%s%s%s", finding->reference,
                                     between, finding->message);
    }
    return buf_text(&page->said);
}

const char *page_evidence(struct gate_page *page, const struct assay_verdict *verdict)
{
    buf_reset(&page->said);
    if (page->to.status == ASSAY_OK) {
        page->to.status = report_evidence(verdict, &page->said, page->to.err);
    }
    const char *text = buf_text(&page->said);
    return text + strspn(text, " ");
}

/* How many bytes can be written as they are: to the first of two marks, or to a DEL, which is a
 * control character though JSON allows it. */
static size_t json_fitting(struct slice line)
{
    size_t len = 0;
    while (len < line.len && line.ptr[len] != 0x7F &&
           (line.ptr[len] != '#' || len + 1 == line.len || line.ptr[len + 1] != '#')) {
        len++;
    }
    return len;
}

/* Texts that keep their bytes have marks parted, too, by an escape that means the same. */
static enum assay_status append_json_line(struct slice line, struct buf *out,
                                          struct assay_error *err)
{
    size_t len = json_fitting(line);
    while (len < line.len) {
        TRY(buf_append(out, slice_first(line, len), err));
        TRY(buf_printf(out, err, "\\u%04x", (unsigned)line.ptr[len]));
        line = slice_from(line, len + 1);
        len = json_fitting(line);
    }
    return buf_append(out, line, err);
}

void page_json(struct gate_page *page, struct json_new *value)
{
    struct markup *to = &page->to;
    if (to->status != ASSAY_OK) {
        json_new_free(value);
        return;
    }
    buf_reset(&page->line);
    to->status = json_write_ascii(value, &page->line, to->err);
    if (to->status == ASSAY_OK) {
        to->status = append_json_line(buf_slice(&page->line), to->out, to->err);
    }
}

void page_member(struct gate_page *page, struct json_new *object, const char *key, const char *text)
{
    json_add_string(object, key, page_clean(page, text));
}

/* ---- what is said of a finding or an image ---- */

const char *page_file(const struct gate_page *page, const struct scan_spot *spot)
{
    const struct scan *scan = page->gate->scan;
    return spot->file < scan->file_count ? scan->files[spot->file].name : "";
}

const char *page_place(const struct gate_page *page, const struct scan_spot *spot)
{
    const struct scan *scan = page->gate->scan;
    const char *place = spot->file < scan->file_count ? scan->files[spot->file].place : "";
    return place[0] != '\0' ? place : page_file(page, spot);
}

const char *page_level(enum gate_level level)
{
    static const char *const names[] = {
        [GATE_NOTE] = "note", [GATE_WARNING] = "warning", [GATE_ERROR] = "error"
    };
    return names[level];
}

const char *page_word(const struct gate_page *page, size_t image)
{
    switch (page->gate->images[image].outcome) {
    case GATE_PASSED:
        return "TRUSTED";
    case GATE_ALLOWED:
        return "ALLOWED";
    case GATE_BUILT:
        return "BUILT";
    case GATE_FAILED:
        return assay_status_class(page->images[image].status) == ASSAY_CLASS_UNSIGNED ? "UNSIGNED"
                                                                                      : "REJECTED";
    case GATE_UNDECIDED:
    default:
        return "UNDECIDED";
    }
}

const struct assay_verdict *page_trusted(const struct gate_page *page, size_t image)
{
    const struct gate_image *judged = &page->gate->images[image];
    return judged->outcome == GATE_PASSED ? judged->verdict : NULL;
}

size_t page_width(const struct gate_page *page, const struct gate_finding *finding)
{
    if (finding->image >= page->gate->image_count) {
        return 0;
    }
    const struct scan_reference *found = page->gate->images[finding->image].found;
    struct slice written = slice_from_string(found->written);
    if (found->spot.file != finding->spot.file || found->spot.offset != finding->spot.offset ||
        found->spot.length != written.len || slice_find(written, '\n') < written.len) {
        return 0;
    }
    size_t width = 0;
    for (size_t i = 0; i < written.len; i++) {
        width += (written.ptr[i] & 0xC0U) != 0x80; /* not the rest of a character */
    }
    return width;
}

static void page_counted(struct gate_page *page, size_t count, const char *one, const char *many)
{
    markup_raw(&page->to, "%zu %s", count, count == 1 ? one : many);
}

void page_summary(struct gate_page *page)
{
    const struct gate *gate = page->gate;
    page_counted(page, gate->image_count, "reference in ", "references in ");
    page_counted(page, gate->scan->file_count, "file: ", "files: ");
    markup_raw(&page->to, "%zu trusted, %zu allowed, %zu failed, %zu undecided",
               gate->counts[GATE_PASSED], gate->counts[GATE_ALLOWED], gate->counts[GATE_FAILED],
               gate->counts[GATE_UNDECIDED]);
    if (gate->counts[GATE_BUILT] > 0) {
        markup_raw(&page->to, ", %zu built here", gate->counts[GATE_BUILT]);
    }
    markup_fixed(&page->to, "; ");
    page_counted(page, page->levels[GATE_ERROR], "error, ", "errors, ");
    page_counted(page, page->levels[GATE_WARNING], "warning, ", "warnings, ");
    markup_raw(&page->to, "%zu ignored", page->ignored);
}

/* The rounds of a walk: what stands in each. */
static bool is_of_round(const struct gate_finding *finding, size_t round)
{
    static const enum gate_level levels[] = { GATE_ERROR, GATE_WARNING, GATE_NOTE };
    if (round == ARRAY_LEN(levels)) {
        return finding->ignored != NULL;
    }
    return finding->ignored == NULL && finding->level == levels[round];
}

#define WALK_ROUNDS 4

const struct gate_finding *page_next(const struct gate_page *page, struct page_walk *walk)
{
    for (; walk->round < WALK_ROUNDS; walk->round++, walk->at = 0) {
        while (walk->at < page->gate->finding_count) {
            const struct gate_finding *finding = &page->gate->findings[walk->at++];
            if (is_of_round(finding, walk->round)) {
                return finding;
            }
        }
    }
    return NULL;
}

/* ---- the page ---- */

static void count_finding(struct gate_page *page, const struct gate_finding *finding)
{
    if (finding->ignored != NULL) {
        page->ignored++;
        return;
    }
    page->levels[finding->level]++;
    if (finding->image >= page->gate->image_count) {
        return;
    }
    enum assay_status *status = &page->images[finding->image].status;
    enum assay_class before = assay_status_class(*status);
    if (assay_class_worst(before, assay_status_class(finding->status)) != before) {
        *status = finding->status;
    }
}

static enum assay_status page_prepare(struct gate_page *page, struct assay_error *err)
{
    const struct gate *gate = page->gate;
    page->images = mem_alloc(gate->image_count + 1, sizeof(*page->images));
    page->next = mem_alloc(gate->finding_count + 1, sizeof(*page->next));
    if (page->images == NULL || page->next == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < gate->image_count; i++) {
        page->images[i] = (struct page_image){ .status = ASSAY_OK, .first = SIZE_MAX };
    }
    for (size_t i = 0; i < gate->finding_count; i++) {
        count_finding(page, &gate->findings[i]);
    }
    for (size_t i = gate->finding_count; i > 0; i--) { /* from behind: the first becomes first */
        size_t image = gate->findings[i - 1].image;
        if (image < gate->image_count) {
            page->next[i - 1] = page->images[image].first;
            page->images[image].first = i - 1;
        }
    }
    return ASSAY_OK;
}

static void page_clear(struct gate_page *page)
{
    mem_free(page->images);
    mem_free(page->next);
    buf_clear(&page->clean);
    buf_clear(&page->said);
    buf_clear(&page->line);
}

enum assay_status report_gate(enum gate_format format, const struct gate *gate, bool colour,
                              struct buf *out, struct assay_error *err)
{
    static void (*const writers[GATE_FORMAT_COUNT])(struct gate_page *) = {
        [GATE_FORMAT_TEXT] = gate_page_text,     [GATE_FORMAT_JSON] = gate_page_json,
        [GATE_FORMAT_JSONL] = gate_page_jsonl,   [GATE_FORMAT_SARIF] = gate_page_sarif,
        [GATE_FORMAT_JUNIT] = gate_page_junit,   [GATE_FORMAT_GITHUB] = gate_page_github,
        [GATE_FORMAT_GITLAB] = gate_page_gitlab, [GATE_FORMAT_MARKDOWN] = gate_page_markdown,
    };
    CLEANUP(page_clear)
    struct gate_page page = { .gate = gate,
                              .style = { .colour = colour },
                              .to = { .out = out, .err = err },
                              .clean = BUF_INIT(LIMIT_GATE_REPORT),
                              .said = BUF_INIT(LIMIT_GATE_REPORT),
                              .line = BUF_INIT(LIMIT_GATE_REPORT) };
    TRY(page_prepare(&page, err));
    writers[format](&page);
    return page.to.status;
}
