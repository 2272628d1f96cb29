/* SPDX-License-Identifier: Apache-2.0 */
/* Comments that ignore a rule: what they stand for, and what they say of themselves. */
#include "gate/judging.h"

/* What stands on the line that a comment speaks of. */
struct line {
    size_t begin; /* findings */
    size_t end;
    bool is_judged; /* all that stands there was judged to the end */
};

/* Ranks of files, as the findings and the scan's lists are sorted by. */
static bool is_before(const struct gate_run *run, const struct scan_spot *spot, size_t rank,
                      size_t line)
{
    size_t own = run->ranks[spot->file];
    return own != rank ? own < rank : spot->line < line;
}

static size_t first_finding(const struct gate_run *run, size_t count, size_t rank, size_t line)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool before = is_before(run, &run->gate->findings[middle].spot, rank, line);
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    return low;
}

static size_t first_image(const struct gate_run *run, size_t rank, size_t line)
{
    size_t low = 0;
    size_t high = run->gate->image_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool before = is_before(run, &run->gate->images[middle].found->spot, rank, line);
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    return low;
}

static struct line line_of(const struct gate_run *run, const struct scan_ignore *ignore,
                           size_t count)
{
    size_t rank = run->ranks[ignore->spot.file];
    struct line line = { .is_judged = true };
    line.begin = first_finding(run, count, rank, ignore->line);
    line.end = first_finding(run, count, rank, ignore->line + 1);
    size_t end = first_image(run, rank, ignore->line + 1);
    for (size_t i = first_image(run, rank, ignore->line); i < end; i++) {
        line.is_judged = line.is_judged && run->items[i].is_judged;
    }
    return line;
}

static enum assay_status complain(struct gate *gate, const struct scan_ignore *ignore,
                                  enum gate_rule rule, const char *why, const char *what,
                                  struct assay_error *err)
{
    const struct gate_place place = { ignore->spot, SIZE_MAX, "" };
    return gate_add(gate, &place, rule, ASSAY_OK, NULL, err, "%s%s", why, what);
}

static enum assay_status apply_rule(struct gate_run *run, const struct scan_ignore *ignore,
                                    const struct line *line, const char *id, const char *reason,
                                    struct assay_error *err)
{
    struct gate *gate = run->gate;
    enum gate_rule rule = gate_rule_find(slice_from_string(id));
    bool is_refused = false;
    bool is_used = false;
    if (rule == GATE_RULE_COUNT) {
        return complain(gate, ignore, GATE_IGNORE_MALFORMED_RULE, "there is no rule ", id, err);
    }
    if (!gate_rule_row(rule)->ignorable) {
        return complain(gate, ignore, GATE_IGNORE_REFUSED_RULE, id, " cannot be ignored", err);
    }
    for (size_t i = line->begin; i < line->end; i++) {
        struct gate_finding *finding = &gate->findings[i];
        if (finding->rule != rule || finding->image == SIZE_MAX) {
            continue;
        }
        if (run->items[finding->image].takes_ignores) {
            finding->ignored = reason;
            is_used = true;
        } else {
            is_refused = true;
        }
    }
    if (is_refused) {
        return complain(gate, ignore, GATE_IGNORE_REFUSED_RULE, id,
                        " is not ignored: the policy does not let comments do that", err);
    }
    /* what was not judged may yet be found: the comment is not idle */
    return is_used || !line->is_judged
               ? ASSAY_OK
               : complain(gate, ignore, GATE_IGNORE_UNUSED_RULE, id, " is not found here", err);
}

/* Why a comment ignores nothing; NULL: it may. */
static const char *malformed(const struct scan_ignore *ignore)
{
    return ignore->problem != NULL   ? ignore->problem
           : ignore->reason == NULL  ? "no reason is given"
           : ignore->rule_count == 0 ? "no rule is named"
                                     : NULL;
}

/* count: of the findings that are in order. */
static enum assay_status apply(struct gate_run *run, const struct scan_ignore *ignore, size_t count,
                               struct assay_error *err)
{
    const char *problem = malformed(ignore);
    const char *reason = NULL;
    if (problem != NULL) {
        return complain(run->gate, ignore, GATE_IGNORE_MALFORMED_RULE, problem, "", err);
    }
    const struct line line = line_of(run, ignore, count);
    TRY(gate_show(run->gate, ignore->reason, &reason, err));
    for (size_t r = 0; r < ignore->rule_count; r++) {
        TRY(apply_rule(run, ignore, &line, ignore->rules[r], reason, err));
    }
    return ASSAY_OK;
}

enum assay_status gate_apply_ignores(struct gate_run *run, struct assay_error *err)
{
    size_t count = run->gate->finding_count; /* those that are added are not in order */
    for (size_t i = 0; i < run->scan->ignore_count; i++) {
        TRY(apply(run, &run->scan->ignores[i], count, err));
    }
    return ASSAY_OK;
}
