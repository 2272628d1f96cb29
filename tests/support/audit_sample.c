/* SPDX-License-Identifier: Apache-2.0 */
#include "audit_sample.h"

#include "audit_sample_parts.h"
#include "base/mem.h"

static const struct {
    const char *name;
    void (*fill)(struct audit_report *report);
} samples[AUDIT_SAMPLE_COUNT] = {
    [AUDIT_SAMPLE_SMALL] = { "small", sample_fill_small },
    [AUDIT_SAMPLE_LARGE] = { "large", sample_fill_large },
    [AUDIT_SAMPLE_HOSTILE] = { "hostile", sample_fill_hostile },
    [AUDIT_SAMPLE_ONE] = { "one", sample_fill_one },
    [AUDIT_SAMPLE_HUGE] = { "huge", sample_fill_huge },
};

const char *audit_sample_name(enum audit_sample which)
{
    return samples[which].name;
}

struct audit_report *audit_sample_make(enum audit_sample which)
{
    struct audit_report *report = mem_alloc(1, sizeof(*report));
    if (report == NULL) {
        abort();
    }
    audit_history_init(&report->history);
    report->dialect = "notary";
    report->now_unix_s = sample_time("2026-11-25T12:00:00Z");
    report->gun = "registry.example.com/team/app";
    report->where = "https://notary.example.com";
    samples[which].fill(report);
    return report;
}
