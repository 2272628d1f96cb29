/* SPDX-License-Identifier: Apache-2.0 */
/* What holds of every finder. */
#ifndef TEST_FUZZ_FOUND_H
#define TEST_FUZZ_FOUND_H

#include "harness.h"

#include "base/text.h"
#include "scan/scan.h"

static inline void check_spot(const struct scan *scan, const struct scan_spot *spot,
                              struct slice text)
{
    INVARIANT(spot->file < scan->file_count);
    INVARIANT(spot->offset <= text.len && spot->length <= text.len - spot->offset);
    INVARIANT((spot->line == 0) == (spot->column == 0));
}

/* Other files, of which there are none, would have an index of their own. */
static inline void check_found(const struct scan *scan, struct slice text)
{
    for (size_t i = 0; i < scan->reference_count; i++) {
        const struct scan_reference *found = &scan->references[i];
        check_spot(scan, &found->spot, text);
        INVARIANT(found->owner != NULL && found->written != NULL);
        INVARIANT((found->text == NULL) == (found->problem != NULL));
        INVARIANT(!found->is_rewritable ||
                  slice_is(slice_first(slice_from(text, found->spot.offset), found->spot.length),
                           found->text));
    }
    for (size_t i = 0; i < scan->problem_count; i++) {
        check_spot(scan, &scan->problems[i].spot, text);
        INVARIANT(scan->problems[i].status != ASSAY_OK && scan->problems[i].message[0] != '\0');
    }
    for (size_t i = 0; i < scan->ignore_count; i++) {
        const struct scan_ignore *ignore = &scan->ignores[i];
        check_spot(scan, &ignore->spot, text);
        INVARIANT((ignore->problem == NULL) == (ignore->reason != NULL));
        INVARIANT(ignore->problem != NULL || ignore->rule_count > 0);
        INVARIANT(ignore->line >= ignore->spot.line);
    }
}

static inline void fuzz_find(enum assay_status (*find)(struct scan *, const struct scan_input *,
                                                       struct assay_error *),
                             struct slice text, const struct scan_options *options)
{
    struct scan scan;
    struct assay_error err = ERROR_INIT;
    struct scan_input input = { .text = text, .directory = "" };
    scan_init(&scan, NULL, options);
    if (scan_add_file(&scan, "file", "file", &input.file, NULL) == ASSAY_OK) {
        enum assay_status status = find(&scan, &input, &err);
        INVARIANT(status == err.status);
        check_found(&scan, text);
        INVARIANT(status != ASSAY_OK || scan_finish(&scan, NULL) == ASSAY_OK);
    }
    scan_clear(&scan);
}

#endif
