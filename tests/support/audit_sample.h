/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of audits as their outputs may meet them, made by hand: nothing in them was verified. */
#ifndef SUPPORT_AUDIT_SAMPLE_H
#define SUPPORT_AUDIT_SAMPLE_H

#include "audit/audit.h"

enum audit_sample {
    AUDIT_SAMPLE_SMALL,   /* six roots, two delegations, moved tags, a gap, every severity */
    AUDIT_SAMPLE_LARGE,   /* 200 roots in twelve years, two of three keys */
    AUDIT_SAMPLE_HOSTILE, /* broken at version 4, absent versions, names that look like markup */
    AUDIT_SAMPLE_ONE,     /* one root and nothing else */
    AUDIT_SAMPLE_HUGE,    /* 10,000 roots */
    AUDIT_SAMPLE_COUNT
};
/* "small" */
const char *audit_sample_name(enum audit_sample which);
/* Freed by audit_report_free; aborts where a report cannot be made. */
struct audit_report *audit_sample_make(enum audit_sample which);

#endif
