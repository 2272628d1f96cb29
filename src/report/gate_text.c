/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For people: one line an image as for 'assay verify', with its place as a third field, and below
 * it what was found. What belongs to no image stands where its file would.
 */
#include "report/gate_parts.h"

struct text {
    struct gate_page *page;
    const char *told[GATE_RULE_COUNT]; /* the remedy that was last printed for a rule */
    size_t loose;                      /* the next finding that may belong to no image */
};

static void put(struct gate_page *page, const char *text)
{
    struct markup *to = &page->to;
    markup_fixed(to, "  ");
    if (to->status == ASSAY_OK) {
        to->status = report_squeezed(page_clean(page, text), to->out, to->err);
    }
}

static void put_word(struct gate_page *page, enum assay_status status, const char *word)
{
    struct markup *to = &page->to;
    if (to->status == ASSAY_OK) {
        to->status = report_coloured(status, word, &page->style, to->out, to->err);
    }
}

static void put_place(struct gate_page *page, const struct scan_spot *spot)
{
    put(page, page_file(page, spot));
    if (spot->line > 0) {
        markup_raw(&page->to, ":%zu:%zu", spot->line, spot->column);
    }
}

static void put_remedy(struct text *text, const struct gate_finding *finding)
{
    const char **told = &text->told[finding->rule];
    if (finding->ignored != NULL || finding->remedy[0] == '\0' ||
        (*told != NULL && strcmp(*told, finding->remedy) == 0)) {
        return;
    }
    *told = finding->remedy;
    markup_fixed(&text->page->to, "    do");
    put(text->page, finding->remedy);
    markup_fixed(&text->page->to, "\n");
}

/* What stands behind the word: "RULE  message". */
static void put_said(struct text *text, const struct gate_finding *finding)
{
    struct gate_page *page = text->page;
    put(page, gate_rule_row(finding->rule)->id);
    put(page, finding->message);
    if (finding->ignored != NULL) {
        markup_fixed(&page->to, "  because");
        put(page, finding->ignored);
    }
    markup_fixed(&page->to, "\n");
    put_remedy(text, finding);
}

/* The status whose colour a finding has: red only for what makes the run fail. */
static enum assay_status colour_of(const struct gate_finding *finding)
{
    return finding->ignored == NULL && finding->level == GATE_ERROR ? ASSAY_POLICY
                                                                    : ASSAY_UNRESOLVED;
}

static void put_finding(struct text *text, const struct gate_finding *finding)
{
    markup_fixed(&text->page->to, "  ");
    put_word(text->page, colour_of(finding),
             finding->ignored != NULL ? "ignored" : page_level(finding->level));
    put_said(text, finding);
}

static void put_loose(struct text *text, const struct gate_finding *finding)
{
    static const char *const words[] = {
        [GATE_NOTE] = "NOTE", [GATE_WARNING] = "WARNING", [GATE_ERROR] = "ERROR"
    };
    put_word(text->page, colour_of(finding),
             finding->ignored != NULL ? "IGNORED" : words[finding->level]);
    put_place(text->page, &finding->spot);
    put_said(text, finding);
}

/* Whether a comes before b in the order of files and lines. */
static bool is_before(const struct gate_page *page, const struct scan_spot *a,
                      const struct scan_spot *b)
{
    if (a->file != b->file) {
        return strcmp(page_file(page, a), page_file(page, b)) < 0;
    }
    return a->line < b->line;
}

/* Those findings without an image that stand before this place; all that are left for NULL. */
static void put_loose_before(struct text *text, const struct scan_spot *spot)
{
    const struct gate *gate = text->page->gate;
    for (; text->loose < gate->finding_count; text->loose++) {
        const struct gate_finding *finding = &gate->findings[text->loose];
        if (finding->image < gate->image_count) {
            continue;
        }
        if (spot != NULL && !is_before(text->page, &finding->spot, spot)) {
            return;
        }
        put_loose(text, finding);
    }
}

static void put_notes(struct gate_page *page, const struct assay_verdict *verdict)
{
    struct markup *to = &page->to;
    for (size_t i = 0; i < verdict->note_count; i++) {
        markup_fixed(to, "  also");
        put(page, verdict->notes[i]);
        markup_fixed(to, "\n");
    }
}

static void put_image(struct text *text, size_t index)
{
    struct gate_page *page = text->page;
    struct markup *to = &page->to;
    const struct gate_image *image = &page->gate->images[index];
    const struct assay_verdict *trusted = page_trusted(page, index);
    bool passed = image->outcome == GATE_PASSED;
    enum assay_status status = page->images[index].status;
    put_word(page,
             passed               ? ASSAY_OK
             : status == ASSAY_OK ? ASSAY_UNRESOLVED
                                  : status,
             page_word(page, index));
    put(page, image->reference);
    put_place(page, &image->found->spot);
    if (trusted != NULL) {
        markup_fixed(to, "  ");
        markup_fixed(to, page_clean(page, page_evidence(page, trusted)));
    } else if (status != ASSAY_OK) {
        put(page, assay_status_id(status));
    }
    markup_fixed(to, "\n");
    for (size_t i = page->images[index].first; i != SIZE_MAX; i = page->next[i]) {
        put_finding(text, &page->gate->findings[i]);
    }
    if (image->verdict != NULL) {
        put_notes(page, image->verdict);
    }
}

void gate_page_text(struct gate_page *page)
{
    struct text text = { .page = page };
    for (size_t i = 0; i < page->gate->image_count; i++) {
        put_loose_before(&text, &page->gate->images[i].found->spot);
        put_image(&text, i);
    }
    put_loose_before(&text, NULL);
    page_summary(page);
    markup_fixed(&page->to, "\n");
}
