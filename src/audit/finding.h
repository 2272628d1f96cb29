/* SPDX-License-Identifier: Apache-2.0 */
/* What is weak in a history, each with its evidence; the table is findings.def. */
#ifndef AUDIT_FINDING_H
#define AUDIT_FINDING_H

#include "audit/history.h"
#include "tuf/store.h"

enum audit_severity {
    AUDIT_INFO,
    AUDIT_LOW,
    AUDIT_MEDIUM,
    AUDIT_HIGH,
    AUDIT_CRITICAL
};

enum audit_finding_id {
#define X(name, id, severity, meaning, remedy) AUDIT_FINDING_##name,
#include "audit/findings.def"
#undef X
    AUDIT_FINDING_COUNT
};

const char *audit_finding_name(enum audit_finding_id id); /* "chain-broken" */
enum audit_severity audit_finding_severity(enum audit_finding_id id);
const char *audit_finding_meaning(enum audit_finding_id id);
const char *audit_finding_remedy(enum audit_finding_id id);
const char *audit_severity_name(enum audit_severity severity); /* "critical" */
/* False for an unknown word. */
bool audit_severity_parse(const char *word, enum audit_severity *out);

struct audit_finding {
    enum audit_finding_id id;
    const char *role; /* "" where it is about no role */
    uint64_t version; /* of the role's file; 0: about none */
    const char
        *subject; /* what in it: a key's canonical id, a delegation; "" for the file itself */
    const char *evidence; /* what was found, one sentence without a full stop; sanitised */
    bool is_hint;         /* rests on a time that nobody signed; evidence names the source */
};

struct audit_findings {
    struct audit_finding *items; /* the most severe first, then by role and version */
    size_t count;
    size_t cap;
    uint64_t left_out; /* beyond LIMIT_AUDIT_FINDINGS */
};
void audit_findings_clear(struct audit_findings *findings);

/* What findings are judged against. */
struct audit_judgement {
    int64_t now_unix_s;
    int64_t warn_before_s;         /* an expiry nearer than this is near */
    const struct tuf_state *state; /* what runs before this one verified; NULL: nothing */
};

/* Texts live in the history's arena. */
MUST_CHECK enum assay_status audit_findings_make(struct audit_history *history,
                                                 const struct audit_judgement *judgement,
                                                 struct audit_findings *out,
                                                 struct assay_error *err);

/* One more, from outside audit_findings_make; sort again after the last. */
MUST_CHECK enum assay_status audit_findings_add(struct audit_history *history,
                                                struct audit_findings *findings,
                                                enum audit_finding_id id, const char *role,
                                                uint64_t version, const char *evidence,
                                                struct assay_error *err);
void audit_findings_sort(struct audit_findings *findings);

#endif
