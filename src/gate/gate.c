/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/gate.h"

#include "base/list.h"
#include "base/mem.h"
#include "gate/judging.h"

/* ---- images and their references ---- */

/* What stands in the file as an image; nothing is passed until everything held. */
static enum assay_status read_reference(struct gate_run *run, size_t index, struct assay_error *err)
{
    struct gate *gate = run->gate;
    struct gate_image *image = &gate->images[index];
    struct gate_item *item = &run->items[index];
    const struct scan_reference *found = &run->scan->references[index];
    struct assay_error reason = ERROR_INIT;
    *image = (struct gate_image){ .found = found, .outcome = GATE_UNDECIDED };
    item->index = index;
    TRY(gate_show(gate, found->text != NULL ? found->text : found->written, &image->reference,
                  err));
    if (found->is_built) {
        image->outcome = GATE_BUILT;
        item->is_judged = true;
        return ASSAY_OK;
    }
    const struct gate_place place = gate_place_of(gate, index);
    if (found->text == NULL) {
        return gate_add(gate, &place, GATE_UNRESOLVED_RULE, ASSAY_OK, NULL, err, "%s",
                        found->problem == NULL ? "what it comes to is not known" : found->problem);
    }
    if (oci_reference_parse(found->text, &item->reference, &reason) != ASSAY_OK) {
        if (assay_status_class(reason.status) == ASSAY_CLASS_INTERNAL) {
            return error_pass(err, &reason);
        }
        oci_reference_clear(&item->reference);
        return gate_add(gate, &place, GATE_MALFORMED_RULE, reason.status, NULL, err, "%s",
                        reason.message);
    }
    run->order[run->order_count++] = item;
    return gate_show(gate, item->reference.text, &image->reference, err);
}

static int compare_items(const void *a, const void *b)
{
    const struct gate_item *x = *(struct gate_item *const *)a;
    const struct gate_item *y = *(struct gate_item *const *)b;
    int order = strcmp(x->reference.text, y->reference.text);
    return order != 0 ? order : size_compare(x->index, y->index);
}

static enum assay_status read_references(struct gate_run *run, struct assay_error *err)
{
    size_t count = run->scan->reference_count;
    if (count == 0) {
        return ASSAY_OK;
    }
    run->gate->images = mem_alloc(count, sizeof(*run->gate->images));
    run->items = mem_alloc(count, sizeof(*run->items));
    run->order = mem_alloc(count, sizeof(struct gate_item *));
    run->subjects = mem_alloc(count, sizeof(*run->subjects));
    if (run->gate->images == NULL || run->items == NULL || run->order == NULL ||
        run->subjects == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < count; i++) {
        run->gate->image_count = i + 1;
        TRY(read_reference(run, i, err));
    }
    list_sort(run->order, run->order_count, sizeof(struct gate_item *), compare_items);
    for (size_t i = 0; i < run->order_count; i++) {
        bool is_new =
            i == 0 || strcmp(run->order[i - 1]->reference.text, run->order[i]->reference.text) != 0;
        if (is_new) {
            run->subjects[run->subject_count++].items = &run->order[i];
        }
        run->subjects[run->subject_count - 1].item_count++;
    }
    return ASSAY_OK;
}

static enum assay_status read_problems(struct gate_run *run, struct assay_error *err)
{
    for (size_t i = 0; i < run->scan->problem_count; i++) {
        const struct scan_problem *problem = &run->scan->problems[i];
        const struct gate_place place = { problem->spot, SIZE_MAX, "" };
        enum assay_status status = error_raised(problem->status);
        TRY(gate_add(run->gate, &place, GATE_UNREAD_RULE, status, assay_status_remedy(status), err,
                     "%s", problem->message));
    }
    return ASSAY_OK;
}

/* ---- judging ---- */

static enum assay_status judge_failure(const struct gate_subject *subject, struct gate *gate,
                                       size_t image, struct assay_error *err)
{
    const struct gate_place place = gate_place_of(gate, image);
    const struct assay_error *why =
        subject->verdict != NULL ? &subject->verdict->error : subject->failure;
    enum assay_status status = error_raised(why == NULL ? ASSAY_INTERNAL : why->status);
    return gate_add(gate, &place, status == ASSAY_PIN_STALE ? GATE_PIN_STALE_RULE : GATE_TRUST_RULE,
                    status,
                    why == NULL                 ? NULL
                    : status == ASSAY_PIN_STALE ? NULL
                                                : assay_error_remedy(why),
                    err, "%s", why == NULL ? "the image was not judged" : why->message);
}

static bool is_trusted(const struct gate_subject *subject)
{
    return subject->verdict != NULL && assay_verdict_status(subject->verdict) == ASSAY_OK;
}

/* All that is the same wherever the reference stands. */
static enum assay_status judge_once(const struct gate_subject *subject, const struct gate_case *at,
                                    struct assay_error *err)
{
    TRY(gate_judge_reference(at, subject->way, err));
    if (subject->way != GATE_WAY_VERIFY) {
        return ASSAY_OK;
    }
    if (!is_trusted(subject)) {
        return judge_failure(subject, at->gate, at->image, err);
    }
    TRY(gate_judge_trust(at, err));
    return gate_judge_image(at, err);
}

static enum assay_status keep_allowed(struct gate *gate, const struct policy_allowed *allowed,
                                      const struct policy_allowed **out, struct assay_error *err)
{
    struct policy_allowed *kept = NULL;
    TRY(arena_alloc(&gate->arena, 1, sizeof(*kept), &kept, err));
    *kept = *allowed;
    TRY(gate_show(gate, allowed->reason, &kept->reason, err));
    TRY(gate_show(gate, allowed->origin.file, &kept->origin.file, err));
    TRY(gate_show(gate, allowed->origin.scope, &kept->origin.scope, err));
    *out = kept;
    return ASSAY_OK;
}

/* One place where the reference stands. at: of its first place, whose findings are from begin to
 * end. */
static enum assay_status judge_item(const struct gate_subject *subject, struct gate_item *item,
                                    const struct gate_case *at, size_t begin, size_t end,
                                    struct assay_error *err)
{
    struct gate *gate = at->gate;
    struct gate_image *image = &gate->images[item->index];
    struct gate_case own = *at;
    own.image = item->index;
    image->verdict = subject->verdict;
    if (item->index != at->image) {
        TRY(gate_repeat(gate, begin, end, item->index, err));
    }
    if (is_trusted(subject) && image->found->platform != NULL) {
        TRY(gate_judge_platform(&own, image->found->platform, err));
    }
    item->is_judged = subject->way == GATE_WAY_ALLOW || is_trusted(subject);
    if (item->is_judged) { /* unless something speaks against it */
        image->outcome = is_trusted(subject) ? GATE_PASSED : GATE_ALLOWED;
    }
    return ASSAY_OK;
}

static enum assay_status judge_subject(struct gate_run *run, struct gate_subject *subject,
                                       struct assay_error *err)
{
    struct gate *gate = run->gate;
    const struct policy_allowed *allowed = NULL;
    AUTO_ARENA scratch = ARENA_INIT(LIMIT_POLICY_ARENA);
    struct policy_terms terms = { 0 };
    const struct gate_case at = { gate, subject->items[0]->index, &subject->items[0]->reference,
                                  &terms, subject->verdict };
    TRY(policy_find(run->options->policies, at.reference, &scratch, &terms, err));
    size_t begin = gate->finding_count;
    TRY(judge_once(subject, &at, err));
    size_t end = gate->finding_count;
    if (subject->way == GATE_WAY_ALLOW) {
        TRY(keep_allowed(gate, terms.allowed, &allowed, err));
    }
    for (size_t i = 0; i < subject->item_count; i++) {
        gate->images[subject->items[i]->index].allowed = allowed;
        TRY(judge_item(subject, subject->items[i], &at, begin, end, err));
    }
    return ASSAY_OK;
}

/* ---- the end ---- */

static void worsen(enum assay_status *worst, enum assay_status status)
{
    enum assay_class class = assay_status_class(*worst);
    if (assay_class_worst(class, assay_status_class(status)) != class) {
        *worst = status;
    }
}

static bool is_undecided(enum assay_status status)
{
    enum assay_class class = assay_status_class(status);
    return class != ASSAY_CLASS_REJECTED && class != ASSAY_CLASS_UNSIGNED &&
           class != ASSAY_CLASS_USAGE;
}

/* What fails the run is an error, in every report: a warning becomes one where it does. */
static void raise_warning(const struct gate_run *run, struct gate_finding *finding)
{
    if (run->options->fail_on == GATE_WARNING && finding->level == GATE_WARNING &&
        finding->ignored == NULL) {
        finding->level = GATE_ERROR;
        finding->status = ASSAY_POLICY;
    }
}

static void conclude(struct gate_run *run)
{
    struct gate *gate = run->gate;
    size_t built = 0;
    for (size_t i = 0; i < gate->finding_count; i++) {
        struct gate_finding *finding = &gate->findings[i];
        raise_warning(run, finding);
        if (finding->level != GATE_ERROR || finding->ignored != NULL) {
            continue;
        }
        worsen(&gate->status, finding->status);
        if (finding->image == SIZE_MAX) {
            continue;
        }
        struct gate_image *image = &gate->images[finding->image];
        if (image->outcome != GATE_FAILED) {
            image->outcome = is_undecided(finding->status) ? GATE_UNDECIDED : GATE_FAILED;
        }
    }
    for (size_t i = 0; i < gate->image_count; i++) {
        gate->counts[gate->images[i].outcome]++;
        built += gate->images[i].outcome == GATE_BUILT ? 1 : 0;
    }
    if (gate->image_count == built) {
        worsen(&gate->status, ASSAY_NOTHING);
    }
    if (gate->counts[GATE_UNDECIDED] > 0 && gate->status == ASSAY_OK) {
        gate->status = ASSAY_INTERNAL; /* an image without an answer, and nobody said why */
    }
}

static enum assay_status read_clock(struct gate_run *run, struct assay_error *err)
{
    const struct assay_clock *clock = run->options->env->clock;
    TRY(clock->now_unix_s(clock->ctx, &run->gate->now_unix_s, err));
    return run->gate->now_unix_s >= LIMIT_CLOCK_MIN_UNIX_S
               ? ASSAY_OK
               : FAIL(err, ASSAY_CLOCK, "this machine's clock is before this version was made");
}

/* Images, verdicts and what was found of each. */
static enum assay_status judge_images(struct gate_run *run, struct assay_error *err)
{
    TRY(scan_rank_files(run->scan, &run->ranks, err));
    TRY(read_references(run, err));
    TRY(read_problems(run, err));
    TRY(gate_ask(run, err));
    for (size_t i = 0; i < run->subject_count; i++) {
        TRY(judge_subject(run, &run->subjects[i], err));
    }
    return env_check_interrupted(run->options->env, err);
}

static enum assay_status judge(struct gate_run *run, struct assay_error *err)
{
    TRY(read_clock(run, err));
    TRY(judge_images(run, err));
    gate_sort_findings(run->gate, run->ranks);
    TRY(gate_apply_ignores(run, err));
    gate_sort_findings(run->gate, run->ranks); /* with those on comments */
    TRY(gate_set_fingerprints(run->gate, err));
    conclude(run);
    return ASSAY_OK;
}

static void run_clear(struct gate_run *run)
{
    for (size_t i = 0; run->items != NULL && i < run->scan->reference_count; i++) {
        oci_reference_clear(&run->items[i].reference);
    }
    mem_free(run->ranks);
    mem_free(run->items);
    mem_free(run->order);
    mem_free(run->subjects);
    mem_free(run->parties);
}

enum assay_status gate_judge(const struct scan *scan, const struct gate_options *options,
                             struct gate *out, struct assay_error *err)
{
    struct gate_run run = { .gate = out, .scan = scan, .options = options };
    *out = (struct gate){ .arena = ARENA_INIT(LIMIT_GATE_ARENA), .scan = scan };
    enum assay_status status = judge(&run, err);
    if (status != ASSAY_OK) {
        gate_clear(out);
        out->status = status;
    }
    run_clear(&run);
    return status;
}

void gate_clear(struct gate *gate)
{
    for (size_t i = 0; i < gate->verdict_count; i++) {
        assay_verdict_free(gate->verdicts[i]);
    }
    mem_free(gate->verdicts);
    mem_free(gate->images);
    mem_free(gate->findings);
    arena_clear(&gate->arena);
    *gate = (struct gate){ .status = ASSAY_NOTHING };
}
