/* SPDX-License-Identifier: Apache-2.0 */
/* The rules on a TRUSTED verdict: who signed, with how many keys, how long ago. */
#include "base/time.h"
#include "gate/judging.h"

#include <inttypes.h>

#define DAY_S              86400LL
#define TIMESTAMP_LIFETIME 14 /* days that notary-server signs a timestamp for */
#define TIMESTAMP_NEAR     3  /* days before its end */

int64_t gate_days_to_s(int64_t days)
{
    const int64_t most = TIME_MAX_UNIX_S / DAY_S;
    return (days < 0 ? 0 : days > most ? most : days) * DAY_S;
}

static enum assay_status judge_role(const struct gate_case *at, struct assay_error *err)
{
    const struct policy_value *roles = &at->terms->values[POLICY_TRUST_ROLES];
    char origin[GATE_ORIGIN_BYTES];
    bool accepted = !roles->is_set;
    for (size_t i = 0; !accepted && i < roles->text_count; i++) {
        accepted = strcmp(at->verdict->role, roles->texts[i]) == 0;
    }
    if (accepted) {
        return ASSAY_OK;
    }
    gate_origin(&roles->origin, origin);
    return GATE_FIND(at, GATE_ROLE_RULE, err, "the role %s signed the tag, which is not accepted%s",
                     at->verdict->role, origin);
}

/* A key goes by the id that files list, or by the one that outlives its certificate. */
static bool signer_counts(const struct policy_value *signers, const struct verdict_signer *signer)
{
    if (!signers->is_set) {
        return true;
    }
    for (size_t i = 0; i < signers->text_count; i++) {
        struct slice id = slice_from_string(signers->texts[i]);
        if (slice_has_prefix(id, SLICE_LITERAL("sha256:"))) {
            id = slice_from(id, sizeof("sha256:") - 1);
        }
        if (slice_is(id, signer->key_id) || slice_is(id, signer->canonical_id)) {
            return true;
        }
    }
    return false;
}

/* Keys, not ids: one key under two certificates counts once. */
static bool is_repeated(const struct assay_verdict *verdict, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(verdict->signers[i].canonical_id, verdict->signers[index].canonical_id) == 0) {
            return true;
        }
    }
    return false;
}

static enum assay_status judge_signers(const struct gate_case *at, struct assay_error *err)
{
    const struct policy_value *signers = &at->terms->values[POLICY_TRUST_SIGNERS];
    const struct policy_value *minimum = &at->terms->values[POLICY_TRUST_MINIMUM];
    int64_t wanted = minimum->is_set && minimum->number > 1 ? minimum->number : 1;
    char origin[GATE_ORIGIN_BYTES];
    int64_t found = 0;
    for (size_t i = 0; i < at->verdict->signer_count; i++) {
        found += signer_counts(signers, &at->verdict->signers[i]) && !is_repeated(at->verdict, i);
    }
    if ((!signers->is_set && !minimum->is_set) || found >= wanted) {
        return ASSAY_OK;
    }
    gate_origin(minimum->is_set ? &minimum->origin : &signers->origin, origin);
    return GATE_FIND(at, GATE_SIGNERS_RULE, err,
                     "%" PRId64 " of the %s keys signed as %s, at least %" PRId64 " must%s", found,
                     signers->is_set ? "named" : "role's", at->verdict->role, wanted, origin);
}

static enum assay_status judge_threshold(const struct gate_case *at, struct assay_error *err)
{
    const struct policy_value *least = &at->terms->values[POLICY_TRUST_THRESHOLD];
    char origin[GATE_ORIGIN_BYTES];
    if (!least->is_set ||
        (least->number >= 0 && at->verdict->threshold >= (uint64_t)least->number)) {
        return ASSAY_OK;
    }
    gate_origin(&least->origin, origin);
    return GATE_FIND(at, GATE_THRESHOLD_RULE, err,
                     "the role %s needs %" PRIu64 " signatures, it must need at least %" PRId64
                     "%s",
                     at->verdict->role, at->verdict->threshold, least->number, origin);
}

/* When a timestamp was signed is only known by when it expires. One that is not known is old. */
static enum assay_status judge_age(const struct gate_case *at, struct assay_error *err)
{
    const struct policy_value *most = &at->terms->values[POLICY_FRESH_MAX_AGE];
    const struct policy_value *lifetime = &at->terms->values[POLICY_FRESH_LIFETIME];
    int64_t expires = at->verdict->timestamp_expires_unix_s;
    int64_t signed_s =
        expires - gate_days_to_s(lifetime->is_set ? lifetime->number : TIMESTAMP_LIFETIME);
    char origin[GATE_ORIGIN_BYTES];
    char text[TIME_TEXT_BYTES];
    if (!most->is_set ||
        (expires != 0 && at->gate->now_unix_s - signed_s <= gate_days_to_s(most->number))) {
        return ASSAY_OK;
    }
    gate_origin(&most->origin, origin);
    if (expires == 0) {
        return GATE_FIND(at, GATE_METADATA_OLD_RULE, err,
                         "it is not known when the timestamp was signed, at most %" PRId64
                         " days ago is accepted%s",
                         most->number, origin);
    }
    time_format(signed_s, text);
    return GATE_FIND(at, GATE_METADATA_OLD_RULE, err,
                     "the timestamp was signed about %.10s, at most %" PRId64
                     " days ago is accepted%s",
                     text, most->number, origin);
}

/* One finding, of the timestamp first. It lives for days, so that its last ones alone are near. */
static enum assay_status judge_expiry(const struct gate_case *at, struct assay_error *err)
{
    const struct policy_value *before = &at->terms->values[POLICY_FRESH_WARN_BEFORE];
    const struct assay_verdict *verdict = at->verdict;
    int64_t now = at->gate->now_unix_s;
    int64_t days = before->number < TIMESTAMP_NEAR ? before->number : TIMESTAMP_NEAR;
    bool is_timestamp = verdict->timestamp_expires_unix_s - now < gate_days_to_s(days);
    int64_t expires =
        is_timestamp ? verdict->timestamp_expires_unix_s : verdict->lasting_expires_unix_s;
    char text[TIME_TEXT_BYTES];
    if (!before->is_set || (!is_timestamp && expires - now >= gate_days_to_s(before->number))) {
        return ASSAY_OK;
    }
    time_format(expires, text);
    return GATE_FIND(at, GATE_EXPIRY_NEAR_RULE, err, "%s expires at %s",
                     is_timestamp ? "timestamp" : verdict->lasting_role, text);
}

enum assay_status gate_judge_trust(const struct gate_case *at, struct assay_error *err)
{
    TRY(judge_role(at, err));
    TRY(judge_signers(at, err));
    TRY(judge_threshold(at, err));
    TRY(judge_age(at, err));
    return judge_expiry(at, err);
}
