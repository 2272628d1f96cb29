/* SPDX-License-Identifier: Apache-2.0 */
/* The order of events; what each version brings is in events_roots.c and events_targets.c. */
#include "audit/event_parts.h"

#include "base/list.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdarg.h>

#define DETAIL_BYTES 1024

void audit_events_clear(struct audit_events *events)
{
    mem_free(events->items);
    *events = (struct audit_events){ 0 };
}

enum assay_status event_add(const struct event_maker *maker, const struct audit_event *event,
                            struct assay_error *err, const char *format, ...)
{
    struct audit_events *out = maker->out;
    struct audit_event made = *event;
    char text[DETAIL_BYTES];
    va_list arguments;
    if (out->count == LIMIT_AUDIT_EVENTS) {
        out->left_out++;
        return ASSAY_OK;
    }
    va_start(arguments, format);
    text_format(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (made.about == NULL) {
        made.about = "";
    }
    TRY(audit_history_text(maker->history, slice_from_string(text), &made.detail, err));
    TRY(mem_grow(&out->items, out->count, &out->cap, sizeof(*out->items), err));
    out->items[out->count++] = made;
    return ASSAY_OK;
}

/* A vouched version at its place in the order. */
struct entry {
    uint64_t snapshot;
    size_t role; /* place in history.roles, which is the order within one snapshot */
    const struct audit_version *version;
    const struct audit_version *before; /* the vouched one before it in its role; NULL: none */
};

struct entries {
    struct entry *items;
    size_t count;
};

static void entries_clear(struct entries *entries)
{
    mem_free(entries->items);
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    int order = size_compare(x->snapshot, y->snapshot);
    order = order != 0 ? order : size_compare(x->role, y->role);
    return order != 0 ? order : size_compare(x->version->version, y->version->version);
}

/* New timestamps and snapshots are no events of their own. */
static bool has_events(const char *role)
{
    struct slice name = slice_from_string(role);
    return !slice_is(name, "timestamp") && !slice_is(name, "snapshot");
}

/* A version that no snapshot names came with or behind the one before it. */
static void collect_role(const struct audit_history *history, size_t place, struct entries *out)
{
    const struct audit_role *role = &history->roles[place];
    const struct audit_version *before = NULL;
    uint64_t snapshot = 0;
    const struct audit_version *version = NULL;
    while ((version = audit_role_next(role, version)) != NULL) {
        if (version->first_snapshot > snapshot) {
            snapshot = version->first_snapshot;
        }
        out->items[out->count++] = (struct entry){ snapshot, place, version, before };
        before = version;
    }
}

static enum assay_status collect(const struct audit_history *history, struct entries *out,
                                 struct assay_error *err)
{
    size_t count = 1;
    for (size_t i = 0; i < history->role_count; i++) {
        count += history->roles[i].count;
    }
    out->items = mem_alloc(count, sizeof(*out->items));
    if (out->items == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < history->role_count; i++) {
        if (has_events(history->roles[i].name)) {
            collect_role(history, i, out);
        }
    }
    list_sort(out->items, out->count, sizeof(*out->items), compare_entries);
    return ASSAY_OK;
}

/* Deletions that the server lists; what is there now came behind them, unless nothing came. */
static enum assay_status add_deletions(const struct event_maker *maker, bool behind,
                                       struct assay_error *err)
{
    const struct audit_history *history = maker->history;
    for (size_t i = 0; i < history->feed_count; i++) {
        bool is_last = i + 1 == history->feed_count;
        const struct audit_event event = {
            .kind = AUDIT_EVENT_DELETED,
            .role = "root",
            .when = { history->feed[i].unix_s, AUDIT_SOURCE_CHANGEFEED },
        };
        if (history->feed[i].version == 0 && is_last == behind) {
            TRY(event_add(maker, &event, err, "the server says that the repository was deleted"));
        }
    }
    return ASSAY_OK;
}

/* The first version at which the chain of roots ends, unless it goes on beside it. */
static enum assay_status add_break(const struct event_maker *maker, struct assay_error *err)
{
    const struct audit_role *roots = audit_history_find(maker->history, "root");
    const struct audit_version *newest = audit_role_newest(roots);
    for (size_t i = 0; newest != NULL && i < roots->count; i++) {
        const struct audit_version *version = &roots->versions[i];
        bool is_bad = version->trust == AUDIT_INVALID || version->trust == AUDIT_ABSENT;
        if (is_bad && version->version > newest->version) {
            const struct audit_event event = { .kind = AUDIT_EVENT_BROKEN,
                                               .role = roots->name,
                                               .version = version->version,
                                               .when = version->published };
            return event_add(maker, &event, err, "the chain of roots ends: %s", version->failure);
        }
    }
    return ASSAY_OK;
}

enum assay_status audit_events_make(struct audit_history *history, struct audit_events *out,
                                    struct assay_error *err)
{
    const struct event_maker maker = { history, out };
    CLEANUP(entries_clear) struct entries entries = { 0 };
    TRY(collect(history, &entries, err));
    TRY(add_deletions(&maker, false, err));
    for (size_t i = 0; i < entries.count; i++) {
        const struct entry *entry = &entries.items[i];
        const struct audit_role *role = &history->roles[entry->role];
        TRY(strcmp(role->name, "root") == 0
                ? events_of_root(&maker, entry->before, entry->version, err)
                : events_of_targets(&maker, role->name, entry->before, entry->version, err));
    }
    TRY(add_break(&maker, err));
    return add_deletions(&maker, true, err);
}
