/* SPDX-License-Identifier: Apache-2.0 */
/* What breaks the chain of roots, and versions that contradict each other or what was seen. */
#include "audit/finding_parts.h"

#include <inttypes.h>

/* ---- the roots ---- */

/* Whether another file of the same version is there as well. */
static bool has_twin(const struct audit_role *role, size_t place)
{
    uint64_t version = role->versions[place].version;
    bool before = place > 0 && role->versions[place - 1].version == version;
    bool behind = place + 1 < role->count && role->versions[place + 1].version == version;
    return before || behind;
}

static enum assay_status add_missing(const struct finding_maker *maker,
                                     const struct audit_role *roots, size_t first, size_t end,
                                     struct assay_error *err)
{
    uint64_t low = roots->versions[first].version;
    uint64_t high = roots->versions[end - 1].version;
    const struct finding_place place = { .role = roots->name, .version = low };
    return low == high
               ? finding_add(maker, AUDIT_FINDING_VERSION_MISSING, &place, err,
                             "root version %" PRIu64 " is not to be had: %s", low,
                             roots->versions[first].failure)
               : finding_add(maker, AUDIT_FINDING_VERSION_MISSING, &place, err,
                             "root versions %" PRIu64 " to %" PRIu64 " are not to be had: %s", low,
                             high, roots->versions[first].failure);
}

/* Missing roots that follow one another are one finding. */
static enum assay_status find_missing(const struct finding_maker *maker,
                                      const struct audit_role *roots, struct assay_error *err)
{
    size_t i = 0;
    while (i < roots->count) {
        size_t end = i;
        while (end < roots->count && roots->versions[end].trust == AUDIT_ABSENT) {
            end++;
        }
        if (end > i) {
            TRY(add_missing(maker, roots, i, end, err));
        }
        i = end + 1;
    }
    return ASSAY_OK;
}

/* A second content of one version is told as that, not as an invalid root. */
static enum assay_status find_invalid(const struct finding_maker *maker,
                                      const struct audit_role *roots, struct assay_error *err)
{
    for (size_t i = 0; i < roots->count; i++) {
        const struct audit_version *version = &roots->versions[i];
        const struct finding_place place = { .role = roots->name, .version = version->version };
        if (version->trust == AUDIT_INVALID && !has_twin(roots, i)) {
            enum audit_finding_id id = version->status == ASSAY_ROOT_ROTATION
                                           ? AUDIT_FINDING_CHAIN_BROKEN
                                           : AUDIT_FINDING_VERSION_INVALID;
            TRY(finding_add(maker, id, &place, err, "%s", version->failure));
        }
    }
    return ASSAY_OK;
}

static enum assay_status find_unvouched(const struct finding_maker *maker,
                                        const struct audit_role *roots, struct assay_error *err)
{
    size_t first = 0;
    while (first < roots->count && roots->versions[first].trust != AUDIT_VOUCHED) {
        first++;
    }
    if (first == 0 || first == roots->count) {
        return ASSAY_OK;
    }
    const struct finding_place place = { .role = roots->name,
                                         .version = roots->versions[0].version };
    return finding_add(maker, AUDIT_FINDING_NOT_VOUCHED, &place, err,
                       "the chain starts at root version %" PRIu64
                       "; %zu older ones are shown, and conclude nothing",
                       roots->versions[first].version, first);
}

/* ---- every role ---- */

static enum assay_status find_twins(const struct finding_maker *maker,
                                    const struct audit_role *role, struct assay_error *err)
{
    for (size_t i = 1; i < role->count; i++) {
        const struct audit_version *a = &role->versions[i - 1];
        const struct audit_version *b = &role->versions[i];
        bool both_there = a->trust != AUDIT_ABSENT && b->trust != AUDIT_ABSENT;
        if (a->version == b->version && both_there) {
            char text_a[DIGEST_TEXT_BYTES];
            char text_b[DIGEST_TEXT_BYTES];
            const struct finding_place place = { .role = role->name, .version = b->version };
            digest_format(&a->sha256, text_a);
            digest_format(&b->sha256, text_b);
            TRY(finding_add(maker, AUDIT_FINDING_TWO_CONTENTS, &place, err,
                            "%s version %" PRIu64 " is there as %s and as %s", role->name,
                            b->version, text_a, text_b));
        }
    }
    return ASSAY_OK;
}

static enum assay_status find_hidden(const struct finding_maker *maker,
                                     const struct audit_role *role, struct assay_error *err)
{
    size_t last = role->count;
    while (last > 0 && role->versions[last - 1].trust == AUDIT_ABSENT) {
        last--;
    }
    if (last == 0 || role->newest_claimed == 0 ||
        role->newest_claimed == role->versions[last - 1].version) {
        return ASSAY_OK;
    }
    const struct finding_place place = { .role = role->name,
                                         .version = role->versions[last - 1].version };
    return finding_add(maker, AUDIT_FINDING_NEWEST_HIDDEN, &place, err,
                       "%s.json calls itself version %" PRIu64
                       ", and the newest that is there is version %" PRIu64,
                       role->name, role->newest_claimed, role->versions[last - 1].version);
}

/* A file by keys that only roots before the pinned one gave is old. Where the vouched keys signed
 * none that is newer, it stands in the place of theirs. */
static bool is_out_of_place(const struct audit_role *role, const struct audit_version *version)
{
    const struct audit_version *newest = audit_role_newest(role);
    return version->trust == AUDIT_UNVOUCHED &&
           (newest == NULL || version->version >= newest->version);
}

/* What could not be read is missing; what was read and does not hold is invalid. */
static enum assay_status find_bad_files(const struct finding_maker *maker,
                                        const struct audit_role *role, struct assay_error *err)
{
    for (size_t i = 0; i < role->count; i++) {
        const struct audit_version *version = &role->versions[i];
        const struct finding_place place = { .role = role->name, .version = version->version };
        bool unread = version->trust == AUDIT_ABSENT ||
                      (version->trust == AUDIT_INVALID &&
                       assay_status_class(version->status) == ASSAY_CLASS_UNDECIDED);
        if (unread) {
            TRY(finding_add(maker, AUDIT_FINDING_ROLE_MISSING, &place, err, "%s",
                            version->failure));
        } else if (version->trust == AUDIT_INVALID) {
            TRY(finding_add(maker, AUDIT_FINDING_ROLE_INVALID, &place, err, "%s",
                            version->failure));
        } else if (is_out_of_place(role, version)) {
            TRY(finding_add(maker, AUDIT_FINDING_ROLE_INVALID, &place, err,
                            "%s version %" PRIu64
                            " is signed only by keys of roots before the first vouched one",
                            role->name, version->version));
        }
    }
    return ASSAY_OK;
}

/* Notary's client skips version 1 of targets and snapshot, so that 2 is as good a beginning. */
static bool begins_late(const struct audit_role *role)
{
    uint64_t usual = findings_is_root(role->name) ? 1 : 2;
    return role->count > 0 && role->versions[0].version > usual;
}

static enum assay_status find_partial(const struct finding_maker *maker, struct assay_error *err)
{
    const struct audit_history *history = maker->history;
    AUTO_BUF text = BUF_INIT(LIMIT_JSON_STRING_BYTES);
    for (size_t i = 0; i < history->role_count && text.len < 512; i++) {
        if (begins_late(&history->roles[i])) {
            TRY(buf_printf(&text, err, "%s%s from version %" PRIu64, text.len == 0 ? "" : ", ",
                           history->roles[i].name, history->roles[i].versions[0].version));
        }
    }
    if (text.len == 0) {
        return ASSAY_OK;
    }
    const struct finding_place place = { .role = "" };
    return finding_add(maker, AUDIT_FINDING_HISTORY_PARTIAL, &place, err, "there are %s",
                       buf_text(&text));
}

static enum assay_status find_in_role(const struct finding_maker *maker,
                                      const struct audit_role *role, struct assay_error *err)
{
    if (findings_is_root(role->name)) {
        TRY(find_missing(maker, role, err));
        TRY(find_invalid(maker, role, err));
        TRY(find_unvouched(maker, role, err));
    } else {
        TRY(find_bad_files(maker, role, err));
    }
    TRY(find_twins(maker, role, err));
    return find_hidden(maker, role, err);
}

enum assay_status findings_chain(const struct finding_maker *maker, struct assay_error *err)
{
    for (size_t i = 0; i < maker->history->role_count; i++) {
        TRY(find_in_role(maker, &maker->history->roles[i], err));
    }
    return find_partial(maker, err);
}
