/* SPDX-License-Identifier: Apache-2.0 */
#include "audit_sample_parts.h"

#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"

#include <stdio.h>

static void must(enum assay_status status)
{
    if (status != ASSAY_OK) {
        abort();
    }
}

int64_t sample_time(const char *text)
{
    int64_t unix_s = 0;
    if (text != NULL) {
        must(time_parse(slice_from_string(text), &unix_s, NULL));
    }
    return unix_s;
}

struct digest sample_digest(const char *name)
{
    struct digest digest;
    must(digest_compute(DIGEST_SHA256, slice_from_string(name), &digest, NULL));
    return digest;
}

const char *sample_text(struct audit_report *report, const char *format, ...)
{
    char text[1024];
    const char *out = NULL;
    va_list args;
    va_start(args, format);
    text_format(text, sizeof(text), format, args);
    va_end(args);
    must(audit_history_text(&report->history, slice_from_string(text), &out, NULL));
    return out;
}

static void id_of(const char *kind, struct slice name, char out[TUF_ID_BYTES])
{
    char text[512];
    char hex[DIGEST_TEXT_BYTES];
    (void)snprintf(text, sizeof(text), "%s %.*s", kind, SLICE_ARGS(name));
    struct digest digest = sample_digest(text);
    digest_hex(&digest, hex);
    memcpy(out, hex, TUF_ID_BYTES);
}

uint32_t sample_key(struct audit_report *report, const char *name, const char *algorithm,
                    int64_t from_unix_s)
{
    struct slice whole = slice_from_string(name);
    struct slice bare = slice_first(whole, slice_find(whole, '#'));
    char id[TUF_ID_BYTES];
    char identity[TUF_ID_BYTES];
    uint32_t place = 0;
    id_of("id", whole, id);
    id_of("identity", bare, identity);
    struct tuf_listed_key listed = { .id = slice_from_string(id) };
    size_t count = report->history.key_count;
    must(audit_history_key(&report->history, &listed, &place, NULL));
    if (report->history.key_count == count) {
        return place;
    }
    struct audit_key *key = &report->history.keys[place];
    id_of("canonical", bare, key->canonical_id);
    key->identity = sample_digest(identity);
    key->algorithm = sample_text(report, "%s", algorithm);
    key->type = from_unix_s != 0 ? KEY_TYPE_ECDSA_X509 : KEY_TYPE_ECDSA;
    key->common_name = from_unix_s != 0 ? report->gun : "";
    key->not_before_unix_s = from_unix_s;
    key->not_after_unix_s = from_unix_s == 0 ? 0 : from_unix_s + 3650 * SAMPLE_DAY;
    return place;
}

struct audit_role_keys sample_role_keys(struct audit_report *report, const struct sample_keys *from)
{
    struct audit_role_keys keys = { .threshold = from->threshold, .key_count = from->count };
    must(audit_history_list(&report->history, from->keys, from->count, &keys.keys, NULL));
    return keys;
}

struct audit_delegation *sample_delegations(struct audit_report *report, size_t count)
{
    struct audit_delegation *made = NULL;
    must(arena_alloc(&report->history.arena, count, sizeof(*made), &made, NULL));
    return made;
}

struct audit_delegation sample_delegation(struct audit_report *report, const char *name,
                                          const struct sample_keys *keys)
{
    static const char *const every[] = { "" };
    return (struct audit_delegation){
        .name = sample_text(report, "%s", name),
        .keys = sample_role_keys(report, keys),
        .paths = every,
        .path_count = 1,
    };
}

static int compare_places(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

void sample_add(struct audit_report *report, const struct sample_version *from)
{
    struct audit_version version = from->version;
    struct audit_role *role = NULL;
    char name[512];
    uint32_t signers[SAMPLE_SIGNERS_MAX];
    (void)snprintf(name, sizeof(name), "%s %llu %d", from->role,
                   (unsigned long long)version.version, (int)version.trust);
    if (version.trust != AUDIT_ABSENT) {
        version.sha256 = sample_digest(name);
        version.length = 1200 + version.version * 7 % 900;
    }
    version.failure = version.failure == NULL ? "" : version.failure;
    memcpy(signers, from->signers, sizeof(signers));
    qsort(signers, from->signer_count, sizeof(*signers), compare_places);
    version.signer_count = from->signer_count;
    must(audit_history_list(&report->history, signers, from->signer_count, &version.signers, NULL));
    version.unused_count = from->unused_count;
    must(audit_history_list(&report->history, from->unused, from->unused_count, &version.unused,
                            NULL));
    for (size_t i = 0; from->roles != NULL && i < TUF_TOP_ROLES; i++) {
        version.roles[i] = sample_role_keys(report, &from->roles[i]);
    }
    must(audit_history_role(&report->history, from->role, &role, NULL));
    must(audit_role_add(role, &version, NULL));
}

struct audit_event *sample_event(struct audit_report *report, enum audit_event_kind kind,
                                 const char *role, uint64_t version, const char *about,
                                 const char *detail)
{
    struct audit_events *events = &report->events;
    const struct audit_role *there = audit_history_find(&report->history, role);
    must(mem_grow(&events->items, events->count, &events->cap, sizeof(*events->items), NULL));
    struct audit_event *event = &events->items[events->count++];
    *event = (struct audit_event){ .kind = kind, .version = version };
    event->role = sample_text(report, "%s", role);
    event->about = sample_text(report, "%s", about);
    event->detail = sample_text(report, "%s", detail);
    for (size_t i = 0; there != NULL && i < there->count; i++) {
        if (there->versions[i].version == version) {
            event->when = there->versions[i].published;
        }
    }
    return event;
}

void sample_event_keys(struct audit_report *report, struct audit_event *event,
                       const struct sample_keys *added, const struct sample_keys *removed)
{
    struct audit_role_keys in = sample_role_keys(report, added);
    struct audit_role_keys out = sample_role_keys(report, removed);
    event->added = in.keys;
    event->added_count = in.key_count;
    event->removed = out.keys;
    event->removed_count = out.key_count;
}

void sample_finding(struct audit_report *report, enum audit_finding_id id, const char *role,
                    uint64_t version, const char *subject, const char *evidence, bool is_hint)
{
    struct audit_findings *findings = &report->findings;
    must(mem_grow(&findings->items, findings->count, &findings->cap, sizeof(*findings->items),
                  NULL));
    findings->items[findings->count++] = (struct audit_finding){
        .id = id,
        .role = sample_text(report, "%s", role),
        .version = version,
        .subject = sample_text(report, "%s", subject),
        .evidence = sample_text(report, "%s", evidence),
        .is_hint = is_hint,
    };
}

void sample_tag(struct audit_report *report, const char *role, uint64_t version, const char *tag,
                const char *before, const char *after)
{
    struct audit_history *history = &report->history;
    must(mem_grow(&history->tags, history->tag_count, &history->tag_cap, sizeof(*history->tags),
                  NULL));
    struct audit_tag_change *change = &history->tags[history->tag_count++];
    *change = (struct audit_tag_change){ .version = version };
    change->role = sample_text(report, "%s", role);
    change->tag = sample_text(report, "%s", tag);
    if (before != NULL) {
        change->before = sample_digest(before);
    }
    if (after != NULL) {
        change->after = sample_digest(after);
    }
}

void sample_feed(struct audit_report *report, int64_t unix_s, uint64_t version)
{
    struct audit_history *history = &report->history;
    must(mem_grow(&history->feed, history->feed_count, &history->feed_cap, sizeof(*history->feed),
                  NULL));
    struct audit_publication *line = &history->feed[history->feed_count++];
    *line = (struct audit_publication){ .unix_s = unix_s, .version = version };
    if (version != 0) {
        line->sha256 = sample_digest(sample_text(report, "timestamp %u 0", (unsigned)version));
    }
}
