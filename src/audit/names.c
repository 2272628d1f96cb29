/* SPDX-License-Identifier: Apache-2.0 */
/* The words that every output uses. */
#include "audit/audit.h"

struct finding_row {
    const char *name;
    enum audit_severity severity;
    const char *meaning;
    const char *remedy;
};

static const struct finding_row findings[AUDIT_FINDING_COUNT] = {
#define X(name, id, severity, meaning, remedy)                                                     \
    [AUDIT_FINDING_##name] = { id, AUDIT_##severity, meaning, remedy },
#include "audit/findings.def"
#undef X
};

static const char *const severities[] = {
    [AUDIT_INFO] = "info", [AUDIT_LOW] = "low",           [AUDIT_MEDIUM] = "medium",
    [AUDIT_HIGH] = "high", [AUDIT_CRITICAL] = "critical",
};

static const char *const events[AUDIT_EVENT_KIND_COUNT] = {
    [AUDIT_EVENT_FIRST] = "first",
    [AUDIT_EVENT_KEYS_CHANGED] = "keys-changed",
    [AUDIT_EVENT_CERTIFICATE_RENEWED] = "certificate-renewed",
    [AUDIT_EVENT_THRESHOLD_CHANGED] = "threshold-changed",
    [AUDIT_EVENT_RESIGNED] = "resigned",
    [AUDIT_EVENT_DELEGATION_ADDED] = "delegation-added",
    [AUDIT_EVENT_DELEGATION_CHANGED] = "delegation-changed",
    [AUDIT_EVENT_DELEGATION_REMOVED] = "delegation-removed",
    [AUDIT_EVENT_TAG_SIGNED] = "tag-signed",
    [AUDIT_EVENT_TAG_MOVED] = "tag-moved",
    [AUDIT_EVENT_TAG_REMOVED] = "tag-removed",
    [AUDIT_EVENT_BROKEN] = "broken",
    [AUDIT_EVENT_DELETED] = "deleted",
};

static const char *const anchors[] = {
    [AUDIT_ANCHOR_NONE] = "none",      [AUDIT_ANCHOR_FINGERPRINT] = "fingerprint",
    [AUDIT_ANCHOR_ROOT] = "root-file", [AUDIT_ANCHOR_CA] = "ca-file",
    [AUDIT_ANCHOR_STATE] = "state",    [AUDIT_ANCHOR_FIRST_USE] = "first-use",
};

static const char *const sources[] = {
    [AUDIT_SOURCE_NONE] = "none",
    [AUDIT_SOURCE_CHANGEFEED] = "changefeed",
    [AUDIT_SOURCE_MODIFIED] = "last-modified",
    [AUDIT_SOURCE_CERTIFICATE] = "certificate",
    [AUDIT_SOURCE_LIFETIME] = "lifetime",
};

static const char *const trusts[] = {
    [AUDIT_VOUCHED] = "vouched",
    [AUDIT_UNVOUCHED] = "unvouched",
    [AUDIT_INVALID] = "invalid",
    [AUDIT_ABSENT] = "absent",
};

const char *audit_finding_name(enum audit_finding_id id)
{
    return findings[id].name;
}

enum audit_severity audit_finding_severity(enum audit_finding_id id)
{
    return findings[id].severity;
}

const char *audit_finding_meaning(enum audit_finding_id id)
{
    return findings[id].meaning;
}

const char *audit_finding_remedy(enum audit_finding_id id)
{
    return findings[id].remedy;
}

const char *audit_severity_name(enum audit_severity severity)
{
    return severities[severity];
}

bool audit_severity_parse(const char *word, enum audit_severity *out)
{
    for (size_t i = 0; i < ARRAY_LEN(severities); i++) {
        if (strcmp(word, severities[i]) == 0) {
            *out = (enum audit_severity)i;
            return true;
        }
    }
    return false;
}

const char *audit_event_name(enum audit_event_kind kind)
{
    return events[kind];
}

const char *audit_anchor_name(enum audit_anchor anchor)
{
    return anchors[anchor];
}

const char *audit_source_name(enum audit_source source)
{
    return sources[source];
}

const char *audit_trust_name(enum audit_trust trust)
{
    return trusts[trust];
}
