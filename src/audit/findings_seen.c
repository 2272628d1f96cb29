/* SPDX-License-Identifier: Apache-2.0 */
/* What contradicts earlier runs, whose floors and roots the state keeps; and a deletion that the
 * server itself lists. */
#include "audit/finding_parts.h"

#include "base/time.h"

#include <inttypes.h>

enum same {
    SAME_UNKNOWN, /* the version is not there */
    SAME_YES,
    SAME_NO
};

static enum same is_same(const struct audit_role *role, uint64_t version,
                         const struct digest *sha256)
{
    enum same same = SAME_UNKNOWN;
    for (size_t i = audit_role_lower(role, version);
         i < role->count && role->versions[i].version == version; i++) {
        if (role->versions[i].trust == AUDIT_ABSENT) {
            continue;
        }
        if (digest_equal(&role->versions[i].sha256, sha256)) {
            return SAME_YES;
        }
        same = SAME_NO;
    }
    return same;
}

static enum assay_status add_other(const struct finding_maker *maker, const char *role,
                                   uint64_t version, const struct digest *seen,
                                   struct assay_error *err)
{
    char text[DIGEST_TEXT_BYTES];
    const struct finding_place place = { .role = role, .version = version };
    digest_format(seen, text);
    return finding_add(maker, AUDIT_FINDING_TWO_CONTENTS, &place, err,
                       "an earlier run verified %s version %" PRIu64
                       " as %s, and now it has other bytes",
                       role, version, text);
}

/* Roots of one chain differ in single versions only if somebody shows two; when all differ, the
 * chain began anew. */
static enum assay_status compare_roots(const struct finding_maker *maker,
                                       const struct audit_role *roots, struct assay_error *err)
{
    const struct tuf_state *state = maker->judgement->state;
    size_t same = 0;
    size_t other = 0;
    for (size_t i = 0; i < state->root_count; i++) {
        enum same found = is_same(roots, state->roots[i].version, &state->roots[i].sha256);
        same += found == SAME_YES;
        other += found == SAME_NO;
    }
    if (other > 0 && same == 0) {
        const struct finding_place place = { .role = roots->name,
                                             .version = roots->versions[0].version };
        return finding_add(maker, AUDIT_FINDING_ROOT_RESTARTED, &place, err,
                           "none of the %zu roots that earlier runs verified and that are there "
                           "has the same bytes",
                           other);
    }
    for (size_t i = 0; other > 0 && i < state->root_count; i++) {
        const struct tuf_stored_root *root = &state->roots[i];
        if (is_same(roots, root->version, &root->sha256) == SAME_NO) {
            TRY(add_other(maker, roots->name, root->version, &root->sha256, err));
        }
    }
    return ASSAY_OK;
}

static enum assay_status compare_floor(const struct finding_maker *maker,
                                       const struct audit_role *role, const struct tuf_floor *floor,
                                       struct assay_error *err)
{
    uint64_t newest = 0;
    for (size_t i = role->count; i > 0 && newest == 0; i--) {
        newest = role->versions[i - 1].trust == AUDIT_ABSENT ? 0 : role->versions[i - 1].version;
    }
    if (newest > 0 && newest < floor->version) {
        const struct finding_place place = { .role = role->name, .version = newest };
        return finding_add(maker, AUDIT_FINDING_OLDER_THAN_SEEN, &place, err,
                           "an earlier run verified %s version %" PRIu64
                           ", and the newest that is there is version %" PRIu64,
                           role->name, floor->version, newest);
    }
    /* roots are compared all together */
    if (!findings_is_root(role->name) && is_same(role, floor->version, &floor->sha256) == SAME_NO) {
        return add_other(maker, role->name, floor->version, &floor->sha256, err);
    }
    return ASSAY_OK;
}

/* The repository lived before: only the publications behind the last deletion are its own. */
static enum assay_status find_deletion(const struct finding_maker *maker, struct assay_error *err)
{
    const struct audit_history *history = maker->history;
    const struct audit_role *roots = audit_history_find(history, "root");
    for (size_t i = history->feed_count; i > 0 && roots != NULL && roots->count > 0; i--) {
        if (history->feed[i - 1].version == 0) {
            char when[TIME_TEXT_BYTES];
            const struct finding_place place = { .role = "root",
                                                 .version = roots->versions[0].version,
                                                 .is_hint = true };
            time_format(history->feed[i - 1].unix_s, when);
            return finding_add(maker, AUDIT_FINDING_ROOT_RESTARTED, &place, err,
                               "the server's changefeed lists a deletion at %s, and there are "
                               "roots again",
                               when);
        }
    }
    return ASSAY_OK;
}

enum assay_status findings_seen(const struct finding_maker *maker, struct assay_error *err)
{
    const struct tuf_state *state = maker->judgement->state;
    const struct audit_history *history = maker->history;
    for (size_t i = 0; state != NULL && i < history->role_count; i++) {
        const struct audit_role *role = &history->roles[i];
        const struct tuf_floor *floor = tuf_floors_find(&state->floors, role->name);
        if (findings_is_root(role->name) && role->count > 0) {
            TRY(compare_roots(maker, role, err));
        }
        if (floor != NULL) {
            TRY(compare_floor(maker, role, floor, err));
        }
    }
    return find_deletion(maker, err);
}
