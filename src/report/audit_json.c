/* SPDX-License-Identifier: Apache-2.0 */
/* The audit as data: everything in the report. audit.schema.json says what each member is. */
#include "report/audit.h"
#include "report/json.h"

static void add_digest(struct json_new *object, const char *key, const struct digest *digest)
{
    char text[DIGEST_TEXT_BYTES] = "";
    if (digest->alg != DIGEST_NONE) {
        digest_format(digest, text);
    }
    report_json_text(object, key, text);
}

/* A time that nobody signed, with who says so. */
static void add_claim(struct json_new *object, const struct audit_time *time)
{
    report_json_time(object, "published", time->source != AUDIT_SOURCE_NONE, time->unix_s);
    json_add_string(object, "published-source", audit_source_name(time->source));
}

/* ---- keys ---- */

static struct json_new *ids_of(const struct audit_history *history, const uint32_t *keys,
                               size_t count)
{
    struct json_new *ids = json_new_array();
    for (size_t i = 0; i < count; i++) {
        json_append_string(ids, history->keys[keys[i]].id);
    }
    return ids;
}

static struct json_new *role_keys_of(const struct audit_history *history,
                                     const struct audit_role_keys *keys)
{
    struct json_new *object = json_new_object();
    json_add_integer(object, "threshold", (int64_t)keys->threshold);
    json_add(object, "keys", ids_of(history, keys->keys, keys->key_count));
    return object;
}

static struct json_new *keys_of(const struct audit_history *history)
{
    struct json_new *keys = json_new_array();
    for (size_t i = 0; i < history->key_count; i++) {
        const struct audit_key *key = &history->keys[i];
        struct json_new *object = json_new_object();
        json_add_string(object, "id", key->id);
        report_json_text(object, "canonical-id", key->canonical_id);
        add_digest(object, "spki", &key->identity);
        json_add_string(object, "algorithm", key->algorithm);
        report_json_text(object, "common-name", key->common_name);
        report_json_time(object, "not-before", key->not_after_unix_s != 0, key->not_before_unix_s);
        report_json_time(object, "not-after", key->not_after_unix_s != 0, key->not_after_unix_s);
        json_append(keys, object);
    }
    return keys;
}

/* ---- versions ---- */

static struct json_new *delegations_of(const struct audit_history *history,
                                       const struct audit_version *version)
{
    struct json_new *delegations = json_new_array();
    for (size_t i = 0; i < version->delegation_count; i++) {
        const struct audit_delegation *delegation = &version->delegations[i];
        struct json_new *object = role_keys_of(history, &delegation->keys);
        struct json_new *paths = json_new_array();
        for (size_t p = 0; p < delegation->path_count; p++) {
            json_append_string(paths, delegation->paths[p]);
        }
        json_add_string(object, "name", delegation->name);
        json_add(object, "paths", paths);
        json_append(delegations, object);
    }
    return delegations;
}

static void add_root(struct json_new *object, const struct audit_history *history,
                     const struct audit_version *version)
{
    struct json_new *roles = json_new_object();
    for (size_t i = 0; i < TUF_TOP_ROLES; i++) {
        json_add(roles, tuf_top_role_names[i], role_keys_of(history, &version->roles[i]));
    }
    json_add(object, "roles", roles);
    json_add(object, "unused-keys", ids_of(history, version->unused, version->unused_count));
}

static struct json_new *version_of(const struct audit_history *history, const char *role,
                                   const struct audit_version *version)
{
    struct slice name = slice_from_string(role);
    struct json_new *object = json_new_object();
    json_add_integer(object, "version", (int64_t)version->version);
    json_add_string(object, "trust", audit_trust_name(version->trust));
    json_add_string(object, "status", assay_status_id(version->status));
    report_json_text(object, "failure", version->failure);
    add_digest(object, "sha256", &version->sha256);
    json_add_integer(object, "length", (int64_t)version->length);
    report_json_time(object, "expires", version->expires_unix_s != 0, version->expires_unix_s);
    add_claim(object, &version->published);
    json_add_integer(object, "first-snapshot", (int64_t)version->first_snapshot);
    json_add(object, "signers", ids_of(history, version->signers, version->signer_count));
    if (slice_is(name, "root")) {
        add_root(object, history, version);
        return object;
    }
    json_add_integer(object, "parent-first", (int64_t)version->parent_first);
    json_add_integer(object, "parent-last", (int64_t)version->parent_last);
    if (slice_has_prefix(name, SLICE_LITERAL("targets"))) {
        json_add_integer(object, "tags", (int64_t)version->target_count);
        json_add(object, "delegations", delegations_of(history, version));
    }
    return object;
}

static struct json_new *roles_of(const struct audit_history *history)
{
    struct json_new *roles = json_new_array();
    for (size_t i = 0; i < history->role_count; i++) {
        const struct audit_role *role = &history->roles[i];
        struct json_new *object = json_new_object();
        struct json_new *versions = json_new_array();
        for (size_t v = 0; v < role->count; v++) {
            json_append(versions, version_of(history, role->name, &role->versions[v]));
        }
        json_add_string(object, "name", role->name);
        json_add_integer(object, "newest-claimed", (int64_t)role->newest_claimed);
        json_add(object, "versions", versions);
        json_append(roles, object);
    }
    return roles;
}

/* ---- what follows from them ---- */

static struct json_new *tags_of(const struct audit_history *history)
{
    struct json_new *tags = json_new_array();
    for (size_t i = 0; i < history->tag_count; i++) {
        const struct audit_tag_change *change = &history->tags[i];
        struct json_new *object = json_new_object();
        json_add_string(object, "role", change->role);
        json_add_integer(object, "version", (int64_t)change->version);
        json_add_string(object, "tag", change->tag);
        add_digest(object, "before", &change->before);
        add_digest(object, "after", &change->after);
        json_append(tags, object);
    }
    return tags;
}

static struct json_new *events_of(const struct audit_report *audit)
{
    struct json_new *events = json_new_array();
    for (size_t i = 0; i < audit->events.count; i++) {
        const struct audit_event *event = &audit->events.items[i];
        struct json_new *object = json_new_object();
        json_add_string(object, "event", audit_event_name(event->kind));
        json_add_string(object, "role", event->role);
        json_add_integer(object, "version", (int64_t)event->version);
        json_add_string(object, "about", event->about);
        json_add_string(object, "detail", event->detail);
        add_claim(object, &event->when);
        json_add(object, "added", ids_of(&audit->history, event->added, event->added_count));
        json_add(object, "removed", ids_of(&audit->history, event->removed, event->removed_count));
        json_append(events, object);
    }
    return events;
}

static struct json_new *findings_of(const struct audit_report *audit)
{
    struct json_new *findings = json_new_array();
    for (size_t i = 0; i < audit->findings.count; i++) {
        const struct audit_finding *finding = &audit->findings.items[i];
        struct json_new *object = json_new_object();
        json_add_string(object, "id", audit_finding_name(finding->id));
        json_add_string(object, "severity",
                        audit_severity_name(audit_finding_severity(finding->id)));
        json_add_string(object, "role", finding->role);
        json_add_integer(object, "version", (int64_t)finding->version);
        json_add_string(object, "subject", finding->subject);
        json_add_string(object, "evidence", finding->evidence);
        json_add_bool(object, "hint", finding->is_hint);
        json_add_string(object, "meaning", audit_finding_meaning(finding->id));
        json_add_string(object, "remedy", audit_finding_remedy(finding->id));
        json_append(findings, object);
    }
    return findings;
}

static struct json_new *feed_of(const struct audit_history *history)
{
    struct json_new *feed = json_new_array();
    for (size_t i = 0; i < history->feed_count; i++) {
        const struct audit_publication *line = &history->feed[i];
        struct json_new *object = json_new_object();
        report_json_time(object, "time", true, line->unix_s);
        json_add_integer(object, "version", (int64_t)line->version);
        add_digest(object, "sha256", &line->sha256);
        json_append(feed, object);
    }
    return feed;
}

static struct json_new *diff_of(const struct audit_diff *diff)
{
    struct json_new *object = json_new_object();
    struct json_new *changes = json_new_array();
    for (size_t i = 0; i < diff->count; i++) {
        struct json_new *change = json_new_object();
        json_add_string(change, "change", audit_change_name(diff->items[i].kind));
        json_add_string(change, "role", diff->items[i].role);
        json_add_string(change, "detail", diff->items[i].detail);
        json_append(changes, change);
    }
    json_add_string(object, "earlier", diff->earlier_time);
    json_add(object, "changes", changes);
    return object;
}

static void add_left_out(struct json_new *result, const struct audit_report *audit)
{
    struct json_new *left_out = json_new_object();
    json_add_integer(left_out, "versions-by-time", (int64_t)audit->left_out_by_time);
    json_add_integer(left_out, "tag-changes", (int64_t)audit->history.tags_left_out);
    json_add_integer(left_out, "events", (int64_t)audit->events.left_out);
    json_add_integer(left_out, "findings", (int64_t)audit->findings.left_out);
    json_add(result, "left-out", left_out);
}

void report_audit_json(const struct report_audit *what, struct json_new *results)
{
    const struct audit_report *audit = what->audit;
    struct json_new *result = json_new_object();
    report_json_text(result, "gun", audit->gun);
    json_add_string(result, "where", audit->where);
    json_add_string(result, "dialect", audit->dialect);
    json_add_string(result, "command", what->command);
    report_json_time(result, "time", true, audit->now_unix_s);
    json_add_bool(result, "at", audit->has_at);
    json_add_bool(result, "vouched", audit->status == ASSAY_OK);
    json_add_string(result, "status", assay_status_id(audit->status));
    json_add_string(result, "message",
                    audit->status == ASSAY_OK ? "" : assay_error_message(&audit->error));
    json_add_string(result, "anchor", audit_anchor_name(audit->anchor));
    json_add_integer(result, "anchor-version", (int64_t)audit->anchor_version);
    json_add(result, "findings", findings_of(audit));
    json_add(result, "events", events_of(audit));
    json_add(result, "keys", keys_of(&audit->history));
    json_add(result, "roles", roles_of(&audit->history));
    json_add(result, "tags", tags_of(&audit->history));
    json_add(result, "changefeed", feed_of(&audit->history));
    add_left_out(result, audit);
    if (what->diff == NULL) {
        json_add_null(result, "diff");
    } else {
        json_add(result, "diff", diff_of(what->diff));
    }
    json_append(results, result);
}
