/* SPDX-License-Identifier: Apache-2.0 */
/* A timeline while it is drawn. Private to report/audit_svg*.c. */
#ifndef REPORT_AUDIT_SVG_H
#define REPORT_AUDIT_SVG_H

#include "report/audit_markup.h"

#define DRAWING_LEFT 150 /* where the plot begins; names of lanes and keys stand before it */
#define DRAWING_ROW  16  /* height of a line of text */

struct drawing {
    struct markup *markup;
    const struct audit_report *audit;
    bool by_time;
    int64_t from; /* time, or the number of a snapshot */
    int64_t to;
    int64_t now; /* on the same axis */
    int y;
};

/* The axis in pixels; values beyond its ends stand at the ends. */
int drawing_place(const struct drawing *drawing, int64_t value);
/* Where a version begins on the axis. */
int64_t drawing_begins(const struct drawing *drawing, const struct audit_role *role, size_t i);
/* The root keys, below the lanes. */
void drawing_keys(struct drawing *drawing);

#endif
