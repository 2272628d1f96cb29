/* SPDX-License-Identifier: Apache-2.0 */
/* Which references are verified, by which trust, and what came of it. */
#include "base/mem.h"
#include "gate/judging.h"

#include <assay/verify.h>

/* ---- who is verified alike ---- */

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static enum assay_status keep_text(struct arena *arena, const char *text, const char **out,
                                   struct assay_error *err)
{
    *out = NULL;
    if (text != NULL) {
        TRY(arena_copy_text(arena, slice_from_string(text), out, err));
    }
    return ASSAY_OK;
}

static const char *text_of(const struct policy_terms *terms, enum policy_field field)
{
    const struct policy_value *value = &terms->values[field];
    return value->is_set && value->text_count > 0 ? value->texts[0] : NULL;
}

/* A root that is taken on first use is only taken where a policy says so in as many words. */
static struct gate_trust trust_of(const struct policy_terms *terms)
{
    const struct policy_value *first_use = &terms->values[POLICY_TRUST_FIRST_USE];
    return (struct gate_trust){
        .server = text_of(terms, POLICY_TRUST_SERVER),
        .root = text_of(terms, POLICY_TRUST_ROOT),
        .tofu = first_use->is_set && first_use->number == POLICY_FIRST_USE_ACCEPT,
    };
}

/* Policies have few trusts; neighbours mostly share theirs. */
static enum assay_status find_party(struct gate_run *run, const struct gate_trust *trust,
                                    size_t *index, struct assay_error *err)
{
    for (size_t i = run->party_count; i > 0; i--) {
        const struct gate_trust *known = &run->parties[i - 1].trust;
        if (known->tofu == trust->tofu && same_text(known->server, trust->server) &&
            same_text(known->root, trust->root)) {
            *index = i - 1;
            return ASSAY_OK;
        }
    }
    struct gate_party party = { .trust = { .tofu = trust->tofu } };
    TRY(keep_text(&run->gate->arena, trust->server, &party.trust.server, err));
    TRY(keep_text(&run->gate->arena, trust->root, &party.trust.root, err));
    TRY(mem_grow(&run->parties, run->party_count, &run->party_cap, sizeof(party), err));
    *index = run->party_count;
    run->parties[run->party_count++] = party;
    return ASSAY_OK;
}

static enum assay_status place_subject(struct gate_run *run, struct gate_subject *subject,
                                       struct assay_error *err)
{
    const struct oci_reference *reference = &subject->items[0]->reference;
    AUTO_ARENA scratch = ARENA_INIT(LIMIT_POLICY_ARENA);
    struct policy_terms terms = { 0 };
    TRY(policy_find(run->options->policies, reference, &scratch, &terms, err));
    subject->way = gate_way_of(&terms, reference, run->gate->now_unix_s);
    const struct policy_value *ignores = &terms.values[POLICY_REF_IGNORES];
    for (size_t i = 0; i < subject->item_count; i++) {
        subject->items[i]->takes_ignores =
            ignores->is_set ? ignores->number == POLICY_IGNORES_ACCEPTED : run->options->is_project;
    }
    if (subject->way != GATE_WAY_VERIFY) {
        return ASSAY_OK;
    }
    const struct gate_trust trust = trust_of(&terms);
    TRY(find_party(run, &trust, &subject->trust, err));
    struct gate_party *party = &run->parties[subject->trust];
    party->count++;
    party->wants_configs = party->wants_configs || gate_wants_configs(&terms);
    return ASSAY_OK;
}

/* ---- asking ---- */

static enum assay_status keep_failure(struct gate_run *run, const struct assay_error *failure,
                                      const struct assay_error **out, struct assay_error *err)
{
    struct assay_error *kept = NULL;
    TRY(arena_alloc(&run->gate->arena, 1, sizeof(*kept), &kept, err));
    *kept = *failure;
    *out = kept;
    return ASSAY_OK;
}

/* Verdicts become the gate's, whatever they say; one that is not there says no. */
static enum assay_status take_verdicts(struct gate_run *run, struct gate_subject **subjects,
                                       struct assay_verdict **verdicts, size_t count,
                                       struct assay_error *err)
{
    struct gate *gate = run->gate;
    const struct assay_error *failure = NULL;
    struct assay_error no_memory = ERROR_INIT;
    (void)FAIL_NO_MEMORY(&no_memory);
    for (size_t i = 0; i < count; i++) {
        gate->verdicts[gate->verdict_count] = verdicts[i];
        gate->verdict_count += verdicts[i] != NULL ? 1 : 0;
        subjects[i]->verdict = verdicts[i];
        if (verdicts[i] != NULL) {
            trace_clear(&verdicts[i]->trace); /* most of a verdict; nobody reports it here */
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (subjects[i]->verdict == NULL && failure == NULL) {
            TRY(keep_failure(run, &no_memory, &failure, err));
        }
        subjects[i]->failure = subjects[i]->verdict == NULL ? failure : NULL;
    }
    return ASSAY_OK;
}

static enum assay_status verify_some(struct gate_run *run, struct assay_session *session,
                                     struct gate_subject **subjects, size_t count,
                                     struct assay_error *err)
{
    AUTO_MEM const char **texts = mem_alloc(count, sizeof(*texts));
    AUTO_MEM struct assay_verdict **verdicts = mem_alloc(count, sizeof(struct assay_verdict *));
    if (texts == NULL || verdicts == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < count; i++) {
        texts[i] = subjects[i]->items[0]->reference.text;
    }
    /* each verdict has its own status, and is looked at */
    enum assay_status status = assay_verify_many(session, texts, count, verdicts);
    TRY(take_verdicts(run, subjects, verdicts, count, err));
    if (status == ASSAY_USAGE && verdicts[0] == NULL) {
        return FAIL(err, ASSAY_INTERNAL, "the references were not taken for verification");
    }
    return env_check_interrupted(run->options->env, err);
}

static enum assay_status ask_party(struct gate_run *run, const struct gate_party *party,
                                   struct gate_subject **subjects, size_t count,
                                   struct assay_error *err)
{
    struct assay_session *session = NULL;
    struct assay_error reason = ERROR_INIT;
    if (run->options->session(run->options->ctx, &party->trust, &session, &reason) != ASSAY_OK) {
        const struct assay_error *failure = NULL;
        TRY(keep_failure(run, &reason, &failure, err));
        for (size_t i = 0; i < count; i++) {
            subjects[i]->failure = failure;
        }
        return ASSAY_OK;
    }
    if (party->wants_configs) {
        session_keep_configs(session);
    }
    enum assay_status status = ASSAY_OK;
    for (size_t done = 0; status == ASSAY_OK && done < count; done += LIMIT_REFERENCES) {
        size_t part = count - done < LIMIT_REFERENCES ? count - done : LIMIT_REFERENCES;
        status = verify_some(run, session, subjects + done, part, err);
    }
    assay_session_free(session);
    return status;
}

/* Subjects of one party stand together, in the order of their texts: those of one repository are
 * neighbours, and so share an update. */
static enum assay_status sort_by_party(const struct gate_run *run, struct gate_subject **out,
                                       struct assay_error *err)
{
    AUTO_MEM size_t *next = mem_alloc(run->party_count, sizeof(*next));
    size_t start = 0;
    if (next == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < run->party_count; i++) {
        next[i] = start;
        start += run->parties[i].count;
    }
    for (size_t i = 0; i < run->subject_count; i++) {
        struct gate_subject *subject = &run->subjects[i];
        if (subject->way == GATE_WAY_VERIFY) {
            out[next[subject->trust]++] = subject;
        }
    }
    return ASSAY_OK;
}

enum assay_status gate_ask(struct gate_run *run, struct assay_error *err)
{
    size_t start = 0;
    for (size_t i = 0; i < run->subject_count; i++) {
        TRY(place_subject(run, &run->subjects[i], err));
    }
    if (run->party_count == 0) {
        return ASSAY_OK;
    }
    AUTO_MEM struct gate_subject **sorted =
        mem_alloc(run->subject_count, sizeof(struct gate_subject *));
    run->gate->verdicts = mem_alloc(run->subject_count, sizeof(struct assay_verdict *));
    if (sorted == NULL || run->gate->verdicts == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    TRY(sort_by_party(run, sorted, err));
    for (size_t i = 0; i < run->party_count; i++) {
        TRY(ask_party(run, &run->parties[i], sorted + start, run->parties[i].count, err));
        start += run->parties[i].count;
    }
    return ASSAY_OK;
}
