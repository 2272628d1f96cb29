/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate's outputs share: which findings are an image's, counts, and texts made safe.
 * Private to report/gate_*.c. */
#ifndef REPORT_GATE_PARTS_H
#define REPORT_GATE_PARTS_H

#include "report/gate.h"
#include "report/markup.h"
#include "json/tree.h"

struct page_image {
    enum assay_status status; /* the worst of its findings that count; ASSAY_OK */
    size_t first;             /* of its findings; SIZE_MAX: none */
};

struct gate_page {
    const struct gate *gate;
    struct report_style style;
    struct markup to;
    struct buf clean;          /* for page_clean */
    struct buf line;           /* for page_json */
    struct buf said;           /* for page_said */
    struct page_image *images; /* one for each of the gate's */
    size_t *next;              /* for each finding, the next of the same image; SIZE_MAX: none */
    size_t levels[GATE_ERROR + 1]; /* findings that count, by level */
    size_t ignored;
};

/* The text as it is safe to show and to print in a CI system's log, whole; "" for NULL. It lives
 * until the next call. */
const char *page_clean(struct gate_page *page, const char *text);
/* The same, written, with what escape says for a character; NULL for what stays as it is. */
void page_text(struct gate_page *page, const char *text, const char *(*escape)(char c));
/* "REFERENCE: message", not yet made safe. It lives until the next call. */
const char *page_said(struct gate_page *page, const struct gate_finding *finding);
/* "sha256:...  role=...", as for 'assay verify'; not yet made safe. It lives as page_said does. */
const char *page_evidence(struct gate_page *page, const struct assay_verdict *verdict);
/* One line of JSON; value is taken. */
void page_json(struct gate_page *page, struct json_new *value);

/* Members of JSON: page_clean of the text. */
void page_member(struct gate_page *page, struct json_new *object, const char *key,
                 const char *text);

/* The file as the user named it, for people and programs that run where assay did. */
const char *page_file(const struct gate_page *page, const struct scan_spot *spot);
/* The file by its place, for what looks for it in a checkout; as the user named it where its place
 * is not known. */
const char *page_place(const struct gate_page *page, const struct scan_spot *spot);
/* "error", "warning", "note" */
const char *page_level(enum gate_level level);
/* TRUSTED, ALLOWED, BUILT, or what report_word says of its status. */
const char *page_word(const struct gate_page *page, size_t image);
/* The verdict of an image that passed because of it; NULL for any other. */
const struct assay_verdict *page_trusted(const struct gate_page *page, size_t image);
/* How many characters the finding's place has, 0 where that is not known: the text may go over
 * lines, or is none of an image. */
size_t page_width(const struct gate_page *page, const struct gate_finding *finding);
/* "3 references in 2 files: ..." without end of line. */
void page_summary(struct gate_page *page);

/* Goes over all findings, the most severe first, ignored ones last; within that in their order. */
struct page_walk {
    size_t round;
    size_t at;
};
const struct gate_finding *page_next(const struct gate_page *page, struct page_walk *walk);

/* One for each format. */
void gate_page_text(struct gate_page *page);
void gate_page_json(struct gate_page *page);
void gate_page_jsonl(struct gate_page *page);
void gate_page_sarif(struct gate_page *page);
void gate_page_junit(struct gate_page *page);
void gate_page_github(struct gate_page *page);
void gate_page_gitlab(struct gate_page *page);
void gate_page_markdown(struct gate_page *page);

#endif
