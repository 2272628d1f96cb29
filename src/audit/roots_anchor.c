/* SPDX-License-Identifier: Apache-2.0 */
/* What the pin makes of the roots that were found. */
#include "audit/roots_parts.h"

#include <inttypes.h>

static bool find_anchor(const struct root_rules *rules, const struct root_findings *found,
                        size_t *anchor)
{
    bool has_one = false;
    for (size_t i = 0; i < found->role->count; i++) {
        bool can = found->marks[i].in_chain && found->marks[i].holds;
        /* of those with a pinned key the newest, so that less depends on the older ones */
        if (can && (!has_one || rules->anchor == AUDIT_ANCHOR_FINGERPRINT)) {
            *anchor = i;
            has_one = true;
        }
    }
    return has_one;
}

/* What broke the chain before a root that the pin itself vouches for, does not stand against it. */
static void vouch(struct audit_version *version)
{
    version->trust = AUDIT_VOUCHED;
    version->status = ASSAY_OK;
    version->failure = "";
}

static void vouch_upward(const struct root_findings *found, size_t anchor)
{
    vouch(&found->role->versions[anchor]);
    for (size_t i = anchor + 1; i < found->role->count; i++) {
        if (found->marks[i].in_chain && found->marks[i].starts) {
            return;
        }
        if (found->marks[i].in_chain) {
            vouch(&found->role->versions[i]);
        }
    }
}

/* Older roots that the pinned key signed, and that lead to the anchor. */
static void vouch_downward(const struct root_findings *found, size_t anchor)
{
    size_t at = anchor;
    for (size_t i = anchor; i > 0 && !found->marks[at].starts; i--) {
        if (!found->marks[i - 1].in_chain) {
            continue;
        }
        if (!found->marks[i - 1].holds) {
            return;
        }
        at = i - 1;
        vouch(&found->role->versions[at]);
    }
}

static enum assay_status against(const struct audit_version *version, struct assay_error *err)
{
    /* what the machine says begins with the version already */
    return slice_has_prefix(slice_from_string(version->failure), SLICE_LITERAL("root version"))
               ? FAIL(err, version->status, "%s", version->failure)
               : FAIL(err, version->status, "root version %" PRIu64 ": %s", version->version,
                      version->failure);
}

static enum assay_status judge_version(const struct root_findings *found, size_t index,
                                       struct assay_error *err)
{
    const struct audit_version *version = &found->role->versions[index];
    switch (version->trust) {
    case AUDIT_VOUCHED:
        return ASSAY_OK;
    case AUDIT_INVALID:
    case AUDIT_ABSENT:
        return against(version, err);
    case AUDIT_UNVOUCHED:
        break;
    }
    if (!found->marks[index].in_chain) {
        return FAIL(err, ASSAY_EQUIVOCATION, "root version %" PRIu64 " has two contents",
                    version->version);
    }
    return FAIL(err, ASSAY_ROOT_CHAIN_MISSING,
                "nothing leads to root version %" PRIu64 ", %" PRIu64 " versions before it were "
                "not asked for",
                version->version, found->skipped);
}

/* The first thing that stands against the chain from the anchor to the newest root. */
static enum assay_status judge_chain(const struct root_findings *found, size_t anchor,
                                     struct assay_error *err)
{
    uint64_t from = found->role->versions[anchor].version;
    for (size_t i = 0; i < found->role->count; i++) {
        if (found->role->versions[i].version >= from) {
            TRY(judge_version(found, i, err));
        }
    }
    if (found->plain.status != ASSAY_OK) {
        return error_pass(err, &found->plain);
    }
    return found->limit.status == ASSAY_OK ? ASSAY_OK : error_pass(err, &found->limit);
}

/* ---- the chain could not be started ---- */

/* That no root has what the pin asks for is only known once all of them were seen. */
static enum assay_status all_read(const struct root_findings *found, struct assay_error *err)
{
    const struct audit_role *role = found->role;
    if (assay_status_class(found->plain.status) == ASSAY_CLASS_UNDECIDED) {
        return error_pass(err, &found->plain);
    }
    for (size_t i = 0; i < role->count; i++) {
        if (role->versions[i].trust == AUDIT_ABSENT) {
            return against(&role->versions[i], err);
        }
    }
    if (role->count > 0 && role->versions[0].version > 1) {
        return FAIL(err, ASSAY_ROOT_CHAIN_MISSING,
                    "root versions before %" PRIu64
                    ", of which one may be the pinned root, are not there",
                    role->versions[0].version);
    }
    return ASSAY_OK;
}

static enum assay_status no_fingerprint(const struct root_rules *rules,
                                        const struct root_findings *found, struct assay_error *err)
{
    char text[DIGEST_TEXT_BYTES];
    for (size_t i = found->role->count; i > 0; i--) {
        if (found->marks[i - 1].carries) {
            (void)FAIL(err, ASSAY_THRESHOLD,
                       "root version %" PRIu64
                       " has the pinned key, but is not signed by as many pinned keys as it needs",
                       found->role->versions[i - 1].version);
            return error_remedy(err, ASSAY_THRESHOLD,
                                "Pin the root file instead: 'assay root pin GUN --root FILE'.");
        }
    }
    TRY(all_read(found, err));
    digest_format(&rules->pin->fingerprint, text);
    return FAIL(err, ASSAY_PIN_MISMATCH, "no root has a root key with the pinned fingerprint %s",
                text);
}

/* The first that is wrong at the version, or at any when that is 0. */
static const struct audit_version *first_invalid(const struct root_findings *found,
                                                 uint64_t version)
{
    for (size_t i = 0; i < found->role->count; i++) {
        const struct audit_version *there = &found->role->versions[i];
        if (there->trust == AUDIT_INVALID && (version == 0 || there->version == version)) {
            return there;
        }
    }
    return NULL;
}

static enum assay_status no_anchor(const struct root_rules *rules,
                                   const struct root_findings *found, struct assay_error *err)
{
    uint64_t wanted = 0;
    if (found->limit.status != ASSAY_OK) {
        return error_pass(err, &found->limit);
    }
    if (rules->anchor == AUDIT_ANCHOR_FINGERPRINT) {
        return no_fingerprint(rules, found, err);
    }
    if (rules->anchor == AUDIT_ANCHOR_CA) {
        TRY(all_read(found, err));
        return FAIL(err, ASSAY_PIN_MISMATCH, "no root has a certificate of the pinned CA");
    }
    for (size_t i = 0; i < rules->extra_count; i++) {
        wanted = rules->extras[i].is_anchor ? rules->extras[i].version : wanted;
    }
    const struct audit_version *invalid = first_invalid(found, wanted);
    return invalid != NULL ? against(invalid, err)
                           : FAIL(err, ASSAY_ROOT_CHAIN_MISSING, "no root is to be had");
}

void root_judge(const struct root_rules *rules, struct root_findings *found,
                struct audit_report *report)
{
    size_t anchor = 0;
    report->anchor = rules->anchor;
    if (!find_anchor(rules, found, &anchor)) {
        report->status = no_anchor(rules, found, &report->error);
        return;
    }
    report->anchor_version = found->role->versions[anchor].version;
    vouch_upward(found, anchor);
    if (rules->anchor == AUDIT_ANCHOR_FINGERPRINT) {
        vouch_downward(found, anchor);
    }
    report->status = judge_chain(found, anchor, &report->error);
}
