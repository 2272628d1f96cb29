/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/event_parts.h"

#include "base/buf.h"
#include "base/time.h"

#include <inttypes.h>

#define SHORT_ID   12
#define TEXT_BYTES 512

/* ---- changes of a list of keys ---- */

/* The keys of one list that the other does not have. */
static size_t subtract(const struct audit_role_keys *from, const struct audit_role_keys *less,
                       uint32_t out[LIMIT_ROLE_KEYS])
{
    size_t count = 0;
    for (size_t i = 0; i < from->key_count && count < LIMIT_ROLE_KEYS; i++) {
        if (!audit_keys_have(less->keys, less->key_count, from->keys[i])) {
            out[count++] = from->keys[i];
        }
    }
    return count;
}

static void take_out(uint32_t *keys, size_t *count, size_t place)
{
    memmove(&keys[place], &keys[place + 1], (*count - place - 1) * sizeof(*keys));
    (*count)--;
}

/* One public key that left under one id and came under another got a new certificate. */
static void find_renewed(const struct audit_history *history, struct key_changes *changes)
{
    size_t i = 0;
    while (i < changes->added_count) {
        const struct digest *identity = &history->keys[changes->added[i]].identity;
        size_t j = 0;
        while (j < changes->removed_count &&
               !digest_equal(&history->keys[changes->removed[j]].identity, identity)) {
            j++;
        }
        if (j == changes->removed_count) {
            i++;
            continue;
        }
        changes->renewed[changes->renewed_count] = changes->added[i];
        changes->old[changes->renewed_count++] = changes->removed[j];
        take_out(changes->added, &changes->added_count, i);
        take_out(changes->removed, &changes->removed_count, j);
    }
}

void key_changes_find(const struct audit_history *history, const struct audit_role_keys *before,
                      const struct audit_role_keys *now, struct key_changes *out)
{
    *out = (struct key_changes){ .added_count = 0 };
    out->added_count = subtract(now, before, out->added);
    out->removed_count = subtract(before, now, out->removed);
    find_renewed(history, out);
}

static enum assay_status list_keys(const struct audit_history *history, const char *verb,
                                   const uint32_t *keys, size_t count, struct buf *out,
                                   struct assay_error *err)
{
    size_t shown = 0;
    if (count > 0) {
        TRY(buf_printf(out, err, "%s%s", out->len == 0 ? "" : ", ", verb));
    }
    while (shown < count && out->len < TEXT_BYTES) {
        const struct audit_key *key = &history->keys[keys[shown]];
        const char *id = key->canonical_id[0] == '\0' ? key->id : key->canonical_id;
        TRY(buf_printf(out, err, " %.*s", SHORT_ID, id));
        shown++;
    }
    return shown == count ? ASSAY_OK : buf_printf(out, err, " and %zu more", count - shown);
}

enum assay_status key_changes_text(const struct audit_history *history,
                                   const struct key_changes *changes, struct buf *out,
                                   struct assay_error *err)
{
    TRY(list_keys(history, "added", changes->added, changes->added_count, out, err));
    return list_keys(history, "removed", changes->removed, changes->removed_count, out, err);
}

enum assay_status key_changes_give(struct audit_history *history, const struct key_changes *changes,
                                   struct audit_event *event, struct assay_error *err)
{
    event->added_count = changes->added_count;
    event->removed_count = changes->removed_count;
    TRY(audit_history_list(history, changes->added, changes->added_count, &event->added, err));
    return audit_history_list(history, changes->removed, changes->removed_count, &event->removed,
                              err);
}

/* ---- roots ---- */

static enum assay_status add_renewals(const struct event_maker *maker, const struct audit_event *of,
                                      const struct key_changes *changes, struct assay_error *err)
{
    const struct audit_key *keys = maker->history->keys;
    for (size_t i = 0; i < changes->renewed_count; i++) {
        const struct audit_key *now = &keys[changes->renewed[i]];
        struct audit_event event = *of;
        char end[TIME_TEXT_BYTES];
        const struct key_changes one = { .added = { changes->renewed[i] },
                                         .added_count = 1,
                                         .removed = { changes->old[i] },
                                         .removed_count = 1 };
        event.kind = AUDIT_EVENT_CERTIFICATE_RENEWED;
        time_format(now->not_after_unix_s, end);
        TRY(key_changes_give(maker->history, &one, &event, err));
        TRY(now->not_after_unix_s > 0
                ? event_add(maker, &event, err, "key %.*s of %s has a new certificate, valid to %s",
                            SHORT_ID, now->canonical_id, of->about, end)
                : event_add(maker, &event, err, "key %.*s of %s stands under a new id", SHORT_ID,
                            now->canonical_id, of->about));
    }
    return ASSAY_OK;
}

/* What became of one role in a new root; *changed is set when something did. */
static enum assay_status compare_role(const struct event_maker *maker, const struct audit_event *of,
                                      const struct audit_role_keys *before,
                                      const struct audit_role_keys *now, bool *changed,
                                      struct assay_error *err)
{
    struct key_changes changes;
    struct audit_event event = *of;
    AUTO_BUF text = BUF_INIT(LIMIT_JSON_STRING_BYTES);
    key_changes_find(maker->history, before, now, &changes);
    TRY(add_renewals(maker, of, &changes, err));
    if (changes.added_count + changes.removed_count > 0) {
        event.kind = AUDIT_EVENT_KEYS_CHANGED;
        TRY(key_changes_text(maker->history, &changes, &text, err));
        TRY(key_changes_give(maker->history, &changes, &event, err));
        TRY(event_add(maker, &event, err, "keys of %s: %s", of->about, buf_text(&text)));
    }
    if (before->threshold != now->threshold) {
        event = *of;
        event.kind = AUDIT_EVENT_THRESHOLD_CHANGED;
        TRY(event_add(maker, &event, err, "%s needs %" PRIu64 " signatures, before %" PRIu64,
                      of->about, now->threshold, before->threshold));
    }
    *changed = *changed ||
               changes.added_count + changes.removed_count + changes.renewed_count > 0 ||
               before->threshold != now->threshold;
    return ASSAY_OK;
}

enum assay_status events_of_root(const struct event_maker *maker,
                                 const struct audit_version *before,
                                 const struct audit_version *version, struct assay_error *err)
{
    struct audit_event event = { .kind = AUDIT_EVENT_FIRST,
                                 .role = "root",
                                 .version = version->version,
                                 .when = version->published };
    char end[TIME_TEXT_BYTES];
    bool changed = false;
    time_format(version->expires_unix_s, end);
    if (before == NULL) {
        const struct audit_role_keys *keys = &version->roles[TUF_ROOT];
        return event_add(maker, &event, err,
                         "the first root that is vouched for, %" PRIu64
                         " of %zu root keys, expires %s",
                         keys->threshold, keys->key_count, end);
    }
    for (size_t i = 0; i < TUF_TOP_ROLES; i++) {
        event.about = tuf_top_role_names[i];
        TRY(compare_role(maker, &event, &before->roles[i], &version->roles[i], &changed, err));
    }
    event.kind = AUDIT_EVENT_RESIGNED;
    event.about = "root";
    return changed
               ? ASSAY_OK
               : event_add(maker, &event, err, "signed again without a change, expires %s", end);
}
