/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/event_parts.h"

#include "base/buf.h"

#include <inttypes.h>

#define PATHS_BYTES 256

/* ---- delegations ---- */

static enum assay_status append_paths(const struct audit_delegation *delegation, struct buf *out,
                                      struct assay_error *err)
{
    size_t shown = 0;
    while (shown < delegation->path_count && out->len < PATHS_BYTES) {
        const char *path = delegation->paths[shown];
        TRY(buf_printf(out, err, "%s%s", shown == 0 ? "" : ", ",
                       path[0] == '\0' ? "every tag" : path));
        shown++;
    }
    if (delegation->path_count == 0) {
        return buf_append_string(out, "no tag", err);
    }
    return shown == delegation->path_count
               ? ASSAY_OK
               : buf_printf(out, err, " and %zu more", delegation->path_count - shown);
}

static bool same_paths(const struct audit_delegation *a, const struct audit_delegation *b)
{
    if (a->path_count != b->path_count) {
        return false;
    }
    for (size_t i = 0; i < a->path_count; i++) {
        if (strcmp(a->paths[i], b->paths[i]) != 0) {
            return false;
        }
    }
    return true;
}

static enum assay_status add_new(const struct event_maker *maker, const struct audit_event *of,
                                 const struct audit_delegation *now, struct assay_error *err)
{
    struct audit_event event = *of;
    AUTO_BUF paths = BUF_INIT(LIMIT_JSON_STRING_BYTES);
    event.kind = AUDIT_EVENT_DELEGATION_ADDED;
    event.added_count = now->keys.key_count;
    TRY(audit_history_list(maker->history, now->keys.keys, now->keys.key_count, &event.added, err));
    TRY(append_paths(now, &paths, err));
    return event_add(maker, &event, err, "%s with %zu keys of which %" PRIu64 " must sign, for %s",
                     now->name, now->keys.key_count, now->keys.threshold, buf_text(&paths));
}

static enum assay_status append_changes(const struct audit_history *history,
                                        const struct key_changes *changes,
                                        const struct audit_delegation *before,
                                        const struct audit_delegation *now, struct buf *out,
                                        struct assay_error *err)
{
    TRY(key_changes_text(history, changes, out, err));
    if (changes->renewed_count > 0) {
        TRY(buf_printf(out, err, "%s%zu keys with a new certificate", out->len == 0 ? "" : ", ",
                       changes->renewed_count));
    }
    if (before->keys.threshold != now->keys.threshold) {
        TRY(buf_printf(out, err, "%sneeds %" PRIu64 " signatures, before %" PRIu64,
                       out->len == 0 ? "" : ", ", now->keys.threshold, before->keys.threshold));
    }
    if (same_paths(before, now)) {
        return ASSAY_OK;
    }
    TRY(buf_printf(out, err, "%sspeaks for ", out->len == 0 ? "" : ", "));
    return append_paths(now, out, err);
}

/* Everything that changed, in one sentence. */
static enum assay_status compare_delegation(const struct event_maker *maker,
                                            const struct audit_event *of,
                                            const struct audit_delegation *before,
                                            const struct audit_delegation *now,
                                            struct assay_error *err)
{
    struct key_changes changes;
    struct audit_event event = *of;
    AUTO_BUF text = BUF_INIT(LIMIT_JSON_STRING_BYTES);
    key_changes_find(maker->history, &before->keys, &now->keys, &changes);
    TRY(append_changes(maker->history, &changes, before, now, &text, err));
    if (text.len == 0) {
        return ASSAY_OK;
    }
    event.kind = AUDIT_EVENT_DELEGATION_CHANGED;
    TRY(key_changes_give(maker->history, &changes, &event, err));
    return event_add(maker, &event, err, "changes %s: %s", now->name, buf_text(&text));
}

static enum assay_status compare_delegations(const struct event_maker *maker,
                                             const struct audit_event *of,
                                             const struct audit_version *before,
                                             const struct audit_version *version,
                                             struct assay_error *err)
{
    struct audit_event event = *of;
    for (size_t i = 0; i < version->delegation_count; i++) {
        const struct audit_delegation *now = &version->delegations[i];
        const struct audit_delegation *then = audit_version_delegation(before, now->name);
        event.about = now->name;
        TRY(then == NULL ? add_new(maker, &event, now, err)
                         : compare_delegation(maker, &event, then, now, err));
    }
    for (size_t i = 0; before != NULL && i < before->delegation_count; i++) {
        const struct audit_delegation *then = &before->delegations[i];
        if (audit_version_delegation(version, then->name) == NULL) {
            event.kind = AUDIT_EVENT_DELEGATION_REMOVED;
            event.about = then->name;
            event.removed_count = then->keys.key_count;
            TRY(audit_history_list(maker->history, then->keys.keys, then->keys.key_count,
                                   &event.removed, err));
            TRY(event_add(maker, &event, err, "no longer delegates to %s", then->name));
        }
    }
    return ASSAY_OK;
}

/* ---- tags ---- */

/* The first change that the version of the role brought: changes stand together by role and
 * version, in the order in which the files were read. */
static size_t first_change(const struct audit_history *history, const char *role, uint64_t version)
{
    size_t i = 0;
    while (i < history->tag_count &&
           (history->tags[i].version != version || strcmp(history->tags[i].role, role) != 0)) {
        i++;
    }
    return i;
}

static enum assay_status add_tag(const struct event_maker *maker, const struct audit_event *of,
                                 const struct audit_tag_change *change, struct assay_error *err)
{
    struct audit_event event = *of;
    char before[DIGEST_TEXT_BYTES];
    char after[DIGEST_TEXT_BYTES];
    event.about = change->tag;
    digest_format(&change->before, before);
    digest_format(&change->after, after);
    if (change->before.alg == DIGEST_NONE) {
        event.kind = AUDIT_EVENT_TAG_SIGNED;
        return event_add(maker, &event, err, "signs %s as %s", change->tag, after);
    }
    if (change->after.alg == DIGEST_NONE) {
        event.kind = AUDIT_EVENT_TAG_REMOVED;
        return event_add(maker, &event, err, "no longer lists %s, which was %s", change->tag,
                         before);
    }
    event.kind = AUDIT_EVENT_TAG_MOVED;
    return event_add(maker, &event, err, "moves %s from %s to %s", change->tag, before, after);
}

enum assay_status events_of_targets(const struct event_maker *maker, const char *role,
                                    const struct audit_version *before,
                                    const struct audit_version *version, struct assay_error *err)
{
    const struct audit_history *history = maker->history;
    const struct audit_event event = { .role = role,
                                       .version = version->version,
                                       .when = version->published };
    if (before == NULL || before->delegations != version->delegations) {
        TRY(compare_delegations(maker, &event, before, version, err));
    }
    for (size_t i = first_change(history, role, version->version);
         i < history->tag_count && history->tags[i].version == version->version &&
         strcmp(history->tags[i].role, role) == 0;
         i++) {
        TRY(add_tag(maker, &event, &history->tags[i], err));
    }
    return ASSAY_OK;
}
