/* SPDX-License-Identifier: Apache-2.0 */
/* Expiries: past, near, far, and passed while nothing newer was there. */
#include "audit/finding_parts.h"

#include "audit/audit.h"
#include "base/time.h"

#include <inttypes.h>

#define DAY_S            86400L
#define TEN_YEARS_S      (3653 * DAY_S) /* with three leap days: Notary's 3650 days are within */
#define TIMESTAMP_NEAR_S (3 * DAY_S)    /* it lives 14 days and is made anew by the server */

/* ---- the newest version of each role ---- */

static enum assay_status judge_expiry(const struct finding_maker *maker,
                                      const struct audit_role *role,
                                      const struct audit_version *newest, struct assay_error *err)
{
    int64_t left_s = newest->expires_unix_s - maker->judgement->now_unix_s;
    int64_t near_s = maker->judgement->warn_before_s;
    char when[TIME_TEXT_BYTES];
    const struct finding_place place = { .role = role->name, .version = newest->version };
    if (strcmp(role->name, "timestamp") == 0 && near_s > TIMESTAMP_NEAR_S) {
        near_s = TIMESTAMP_NEAR_S;
    }
    time_format(newest->expires_unix_s, when);
    if (left_s <= 0) {
        return finding_add(maker, AUDIT_FINDING_EXPIRED, &place, err,
                           "%s version %" PRIu64 " expired at %s", role->name, newest->version,
                           when);
    }
    return left_s <= near_s ? finding_add(maker, AUDIT_FINDING_EXPIRY_NEAR, &place, err,
                                          "%s version %" PRIu64 " expires at %s", role->name,
                                          newest->version, when)
                            : ASSAY_OK;
}

/* From its publication, as far as somebody says when; else from now, which is surely later. */
static enum assay_status judge_validity(const struct finding_maker *maker,
                                        const struct audit_role *role,
                                        const struct audit_version *newest, struct assay_error *err)
{
    int64_t now_unix_s = maker->judgement->now_unix_s;
    bool is_hint = newest->published.source != AUDIT_SOURCE_NONE &&
                   newest->expires_unix_s - now_unix_s <= TEN_YEARS_S;
    int64_t from_unix_s = is_hint ? newest->published.unix_s : now_unix_s;
    char from[TIME_TEXT_BYTES];
    char to[TIME_TEXT_BYTES];
    const struct finding_place place = { role->name, newest->version, "", is_hint };
    if (newest->expires_unix_s - from_unix_s <= TEN_YEARS_S) {
        return ASSAY_OK;
    }
    time_format(from_unix_s, from);
    time_format(newest->expires_unix_s, to);
    return is_hint
               ? finding_add(maker, AUDIT_FINDING_VALIDITY_LONG, &place, err,
                             "%s version %" PRIu64 " is valid to %s, and was published at %s (%s)",
                             role->name, newest->version, to, from,
                             audit_source_name(newest->published.source))
               : finding_add(maker, AUDIT_FINDING_VALIDITY_LONG, &place, err,
                             "%s version %" PRIu64 " is valid to %s", role->name, newest->version,
                             to);
}

/* A delegation that its parent no longer names expires for nobody. */
static bool is_read(const struct audit_history *history, const char *role)
{
    struct slice name = slice_from_string(role);
    size_t slash = slice_find_last(name, '/');
    for (size_t i = 0; slash < name.len && i < history->role_count; i++) {
        const struct audit_version *parent = audit_role_newest(&history->roles[i]);
        if (slice_is(slice_first(name, slash), history->roles[i].name) &&
            audit_version_delegation(parent, role) != NULL) {
            return true;
        }
    }
    return slash == name.len;
}

/* ---- the certificates of the newest root ---- */

static enum assay_status judge_certificate(const struct finding_maker *maker,
                                           const struct audit_version *root,
                                           const struct audit_key *key, struct assay_error *err)
{
    int64_t left_s = key->not_after_unix_s - maker->judgement->now_unix_s;
    char when[TIME_TEXT_BYTES];
    const struct finding_place place = { "root", root->version, findings_key_name(key), false };
    if (key->not_after_unix_s == 0) {
        return ASSAY_OK;
    }
    time_format(key->not_after_unix_s, when);
    if (left_s <= 0) {
        TRY(finding_add(maker, AUDIT_FINDING_CERTIFICATE_EXPIRED, &place, err,
                        "the certificate %s expired at %s", key->id, when));
    } else if (left_s <= maker->judgement->warn_before_s) {
        TRY(finding_add(maker, AUDIT_FINDING_EXPIRY_NEAR, &place, err,
                        "the certificate %s expires at %s", key->id, when));
    }
    return key->not_after_unix_s - key->not_before_unix_s > TEN_YEARS_S
               ? finding_add(maker, AUDIT_FINDING_VALIDITY_LONG, &place, err,
                             "the certificate %s is valid for more than ten years, to %s", key->id,
                             when)
               : ASSAY_OK;
}

/* ---- windows ---- */

/* An estimate from the expiry itself would prove what it assumes. */
static bool is_told(const struct audit_time *time)
{
    return time->source != AUDIT_SOURCE_NONE && time->source != AUDIT_SOURCE_LIFETIME;
}

static enum assay_status find_windows(const struct finding_maker *maker,
                                      const struct audit_role *roots, struct assay_error *err)
{
    const struct audit_version *before = audit_role_next(roots, NULL);
    const struct audit_version *version = NULL;
    while (before != NULL && (version = audit_role_next(roots, before)) != NULL) {
        if (is_told(&version->published) && before->expires_unix_s < version->published.unix_s) {
            char end[TIME_TEXT_BYTES];
            char next[TIME_TEXT_BYTES];
            const struct finding_place place = { "root", before->version, "", true };
            time_format(before->expires_unix_s, end);
            time_format(version->published.unix_s, next);
            TRY(finding_add(maker, AUDIT_FINDING_EXPIRED_WHILE_CURRENT, &place, err,
                            "root version %" PRIu64 " expired at %s, version %" PRIu64
                            " was published at %s (%s)",
                            before->version, end, version->version, next,
                            audit_source_name(version->published.source)));
        }
        before = version;
    }
    return ASSAY_OK;
}

enum assay_status findings_times(const struct finding_maker *maker, struct assay_error *err)
{
    const struct audit_history *history = maker->history;
    const struct audit_role *roots = audit_history_find(history, "root");
    const struct audit_version *root = audit_role_newest(roots);
    for (size_t i = 0; i < history->role_count; i++) {
        const struct audit_role *role = &history->roles[i];
        const struct audit_version *newest = audit_role_newest(role);
        if (newest != NULL && newest->expires_unix_s > 0 && is_read(history, role->name)) {
            TRY(judge_expiry(maker, role, newest, err));
            TRY(judge_validity(maker, role, newest, err));
        }
    }
    for (size_t i = 0; root != NULL && i < root->roles[TUF_ROOT].key_count; i++) {
        const struct audit_key *key = &history->keys[root->roles[TUF_ROOT].keys[i]];
        TRY(judge_certificate(maker, root, key, err));
    }
    return roots == NULL ? ASSAY_OK : find_windows(maker, roots, err);
}
