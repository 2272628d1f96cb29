/* SPDX-License-Identifier: Apache-2.0 */
/* The rules on a reference alone: whether it may be used, and what it must say. */
#include "base/time.h"
#include "gate/judging.h"

/* "docker.io", or "docker.io/library": the name is below it, or is it. */
static bool is_below(const char *name, const char *place)
{
    struct slice full = slice_from_string(name);
    struct slice prefix = slice_from_string(place);
    return slice_has_prefix(full, prefix) &&
           (full.len == prefix.len || full.ptr[prefix.len] == '/');
}

static bool registry_is_allowed(const struct policy_terms *terms,
                                const struct oci_reference *reference)
{
    const struct policy_value *value = &terms->values[POLICY_REF_REGISTRIES];
    bool allowed = !value->is_set;
    for (size_t i = 0; !allowed && i < value->text_count; i++) {
        allowed = is_below(reference->name, value->texts[i]);
    }
    return allowed;
}

static bool has_conflict(const struct policy_terms *terms)
{
    for (size_t i = 0; i < POLICY_FIELD_COUNT; i++) {
        if (terms->values[i].conflict) {
            return true;
        }
    }
    return false;
}

static bool is_allowed(const struct policy_terms *terms, int64_t now_unix_s)
{
    return terms->allowed != NULL && now_unix_s <= terms->allowed->until_unix_s;
}

enum gate_way gate_way_of(const struct policy_terms *terms, const struct oci_reference *reference,
                          int64_t now_unix_s)
{
    if (terms->reject != NULL || has_conflict(terms) || !registry_is_allowed(terms, reference)) {
        return GATE_WAY_REFUSE;
    }
    return is_allowed(terms, now_unix_s) ? GATE_WAY_ALLOW : GATE_WAY_VERIFY;
}

static enum assay_status judge_refusal(const struct gate_case *at, struct assay_error *err)
{
    const struct policy_terms *terms = at->terms;
    char origin[GATE_ORIGIN_BYTES];
    if (terms->reject != NULL) {
        gate_origin(&terms->reject_origin, origin);
        TRY(GATE_FIND(at, GATE_REJECTED_RULE, err, "%s%s", terms->reject, origin));
    }
    for (size_t i = 0; i < POLICY_FIELD_COUNT; i++) {
        const struct policy_field_row *row = policy_field_row((enum policy_field)i);
        if (terms->values[i].conflict) {
            gate_origin(&terms->values[i].origin, origin);
            TRY(GATE_FIND(at, GATE_CONFLICT_RULE, err,
                          "%s.%s: no value satisfies all policies; one of them is%s", row->group,
                          row->key, origin));
        }
    }
    if (!registry_is_allowed(terms, at->reference)) {
        gate_origin(&terms->values[POLICY_REF_REGISTRIES].origin, origin);
        TRY(GATE_FIND(at, GATE_REGISTRY_RULE, err, "%s is not in an allowed registry%s",
                      at->reference->name, origin));
    }
    return ASSAY_OK;
}

static enum assay_status judge_allowed(const struct gate_case *at, enum gate_way way,
                                       struct assay_error *err)
{
    const struct policy_allowed *allowed = at->terms->allowed;
    char origin[GATE_ORIGIN_BYTES];
    char until[TIME_TEXT_BYTES];
    if (allowed == NULL || way == GATE_WAY_REFUSE) {
        return ASSAY_OK;
    }
    if (way == GATE_WAY_VERIFY && at->verdict != NULL &&
        assay_verdict_status(at->verdict) == ASSAY_OK) {
        return ASSAY_OK; /* it is signed: the entry is not needed any more */
    }
    gate_origin(&allowed->origin, origin);
    time_format(allowed->until_unix_s, until);
    if (way == GATE_WAY_ALLOW) {
        return GATE_FIND(at, GATE_ALLOWED_RULE, err, "the digest is allowed until %.10s: %s%s",
                         until, allowed->reason, origin);
    }
    return GATE_FIND(at, GATE_ALLOWED_EXPIRED_RULE, err, "the digest was allowed until %.10s: %s%s",
                     until, allowed->reason, origin);
}

/* What stands in no file is not mended by writing into one. */
static enum assay_status judge_no_digest(const struct gate_case *at,
                                         const struct policy_origin *from, struct assay_error *err)
{
    const struct gate_place place = gate_place_of(at->gate, at->image);
    char origin[GATE_ORIGIN_BYTES];
    enum scan_place where = at->gate->images[at->image].found->place;
    bool is_file = where != SCAN_ARGUMENT && where != SCAN_LIST;
    gate_origin(from, origin);
    return gate_add(at->gate, &place, GATE_DIGEST_MISSING_RULE, ASSAY_OK,
                    is_file ? NULL : "Give the reference that 'assay pin' prints.", err,
                    "the reference must name the digest that it was judged by%s", origin);
}

enum assay_status gate_judge_reference(const struct gate_case *at, enum gate_way way,
                                       struct assay_error *err)
{
    const struct policy_value *digest = &at->terms->values[POLICY_REF_DIGEST];
    const struct policy_value *latest = &at->terms->values[POLICY_REF_LATEST];
    const struct oci_reference *reference = at->reference;
    char origin[GATE_ORIGIN_BYTES];
    if (way == GATE_WAY_REFUSE) {
        TRY(judge_refusal(at, err));
    }
    TRY(judge_allowed(at, way, err));
    if (digest->number >= POLICY_DIGEST_REQUIRED && reference->digest.alg == DIGEST_NONE) {
        TRY(judge_no_digest(at, &digest->origin, err));
    }
    if (latest->number >= POLICY_LATEST_FORBIDDEN && reference->tag != NULL &&
        strcmp(reference->tag, "latest") == 0) {
        gate_origin(&latest->origin, origin);
        TRY(GATE_FIND(at, GATE_TAG_LATEST_RULE, err, "the tag latest is %s%s",
                      reference->tag_implied ? "meant where none is written" : "used", origin));
    }
    return ASSAY_OK;
}
