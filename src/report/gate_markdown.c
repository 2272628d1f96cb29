/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the summary of a CI run: what was found, then each image. It ends below a million bytes,
 * because GitHub drops a summary of more than a mebibyte whole; a row that has no room is counted.
 */
#include "report/gate_parts.h"

#define MARKDOWN_BYTES_MAX 1000000UL
#define MARKDOWN_REST      500UL /* for what stands behind the last row */

struct table {
    struct gate_page *page;
    size_t start;    /* of the page in out */
    size_t row;      /* of the row that is being written */
    size_t left_out; /* rows */
};

static const char *escape_cell(char c)
{
    switch (c) {
    case '|':
        return "&#124;";
    case '`':
        return "&#96;";
    case '*':
        return "&#42;";
    case '_':
        return "&#95;";
    case '~':
        return "&#126;";
    case '[':
        return "&#91;";
    case ']':
        return "&#93;";
    case '\\':
        return "&#92;";
    default:
        return markup_entity(c);
    }
}

static void put_code(struct table *table, const char *text)
{
    if (text[0] == '\0') {
        return;
    }
    markup_fixed(&table->page->to, "<code>");
    page_text(table->page, text, escape_cell);
    markup_fixed(&table->page->to, "</code>");
}

static void put_place(struct table *table, const struct scan_spot *spot)
{
    put_code(table, page_file(table->page, spot));
    if (spot->line > 0) {
        markup_raw(&table->page->to, ":%zu", spot->line);
    }
}

static void begin_row(struct table *table)
{
    table->row = table->page->to.out->len;
    markup_fixed(&table->page->to, "| ");
}

static void next_cell(struct table *table)
{
    markup_fixed(&table->page->to, " | ");
}

/* Takes the row back where it does not fit. */
static void end_row(struct table *table)
{
    struct buf *out = table->page->to.out;
    markup_fixed(&table->page->to, " |\n");
    if (table->page->to.status == ASSAY_OK &&
        out->len - table->start > MARKDOWN_BYTES_MAX - MARKDOWN_REST) {
        out->len = table->row;
        out->ptr[out->len] = '\0';
        table->left_out++;
    }
}

static void put_finding(struct table *table, const struct gate_finding *finding)
{
    struct gate_page *page = table->page;
    begin_row(table);
    markup_fixed(&page->to, finding->ignored != NULL ? "ignored" : page_level(finding->level));
    next_cell(table);
    markup_fixed(&page->to, gate_rule_row(finding->rule)->id);
    next_cell(table);
    put_place(table, &finding->spot);
    next_cell(table);
    put_code(table, finding->reference);
    next_cell(table);
    page_text(page, finding->message, escape_cell);
    next_cell(table);
    page_text(page, finding->ignored != NULL ? finding->ignored : finding->remedy, escape_cell);
    end_row(table);
}

static void put_image(struct table *table, size_t index)
{
    struct gate_page *page = table->page;
    const struct gate_image *image = &page->gate->images[index];
    begin_row(table);
    markup_fixed(&page->to, page_word(page, index));
    next_cell(table);
    put_code(table, image->reference);
    next_cell(table);
    put_place(table, &image->found->spot);
    next_cell(table);
    if (page_trusted(page, index) != NULL) {
        put_code(table, page_evidence(page, image->verdict));
    } else if (page->images[index].status != ASSAY_OK) {
        markup_fixed(&page->to, assay_status_id(page->images[index].status));
    }
    end_row(table);
}

/* Behind a table: what had no room in it. */
static void end_table(struct table *table)
{
    if (table->left_out > 0) {
        markup_raw(&table->page->to, "\n%zu more have no room here.\n", table->left_out);
    }
    table->left_out = 0;
}

void gate_page_markdown(struct gate_page *page)
{
    struct markup *to = &page->to;
    struct table table = { .page = page, .start = to->out->len };
    struct page_walk walk = { 0 };
    bool passed = page->gate->status == ASSAY_OK;
    markup_raw(to, "## assay gate: %s\n\n", passed ? "passed" : "not passed");
    if (!passed) {
        markup_raw(to, "**%s**: %s\n\n", assay_status_id(page->gate->status),
                   assay_status_sentence(page->gate->status));
    }
    page_summary(page);
    markup_fixed(to, "\n");
    if (page->gate->finding_count > 0) {
        markup_fixed(to, "\n| level | rule | where | image | what | what to do |\n"
                         "|---|---|---|---|---|---|\n");
    }
    for (const struct gate_finding *finding = page_next(page, &walk); finding != NULL;
         finding = page_next(page, &walk)) {
        put_finding(&table, finding);
    }
    end_table(&table);
    if (page->gate->image_count > 0) {
        markup_fixed(to, "\n| outcome | image | where | evidence or status |\n|---|---|---|---|\n");
    }
    for (size_t i = 0; i < page->gate->image_count; i++) {
        put_image(&table, i);
    }
    end_table(&table);
}
