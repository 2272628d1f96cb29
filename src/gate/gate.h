/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate: each image reference that a scan found, judged by the policies and by its verdict.
 * Every reference ends as one image with an outcome; whatever speaks against it is a finding.
 */
#ifndef GATE_GATE_H
#define GATE_GATE_H

#include "policy/policy.h"
#include "scan/scan.h"
#include "verify/session.h"

enum gate_level {
    GATE_NOTE,
    GATE_WARNING,
    GATE_ERROR
};

enum gate_rule {
#define X(name, id, level, status, ignorable, what, why, remedy) GATE_##name##_RULE,
#include "gate/rules.def"
#undef X
    GATE_RULE_COUNT
};

struct gate_rule_row {
    const char *id;
    enum gate_level level;
    enum assay_status status;
    bool ignorable;
    const char *what;
    const char *why;
    const char *remedy;
};
const struct gate_rule_row *gate_rule_row(enum gate_rule rule);
/* GATE_RULE_COUNT for an unknown id. */
enum gate_rule gate_rule_find(struct slice id);

enum gate_outcome {
    GATE_PASSED,    /* TRUSTED, and no error */
    GATE_ALLOWED,   /* a digest that the policy names; nothing was verified */
    GATE_FAILED,    /* an error whose class is rejected, unsigned or usage */
    GATE_UNDECIDED, /* could not tell */
    GATE_BUILT      /* the image of a service that is built here: nothing to judge */
};

struct gate_finding {
    enum gate_rule rule;
    enum gate_level level;    /* the rule's, but for a warning that fails the run: an error */
    enum assay_status status; /* what the run would end with; ASSAY_OK for warnings and notes */
    struct scan_spot spot;
    const char *reference; /* as judged, or as written; "" where none is meant */
    const char *message;   /* what was expected and found; UTF-8 without control characters */
    const char *remedy;    /* "" where nothing applies */
    char fingerprint[DIGEST_HEX_BYTES]; /* of rule, file, name and which of them: the same
                                                 after the digest or the line changed */
    const char *ignored; /* the reason of the comment that ignores it; NULL: it counts */
    size_t image;        /* index into images; SIZE_MAX: none */
};

struct gate_image {
    const struct scan_reference *found;
    const char *reference; /* normalised; as written where it could not be read */
    enum gate_outcome outcome;
    const struct assay_verdict *verdict; /* NULL: none was asked for; owned by the gate, may be
                                            shared by several images */
    const struct policy_allowed *allowed;
};

/* What a verification needs, as a policy says it. */
struct gate_trust {
    const char *server; /* NULL: as configured */
    const char *root;   /* NULL: the stored pins */
    bool tofu;
};

struct gate_options {
    const struct policy_set *policies;
    const struct assay_env *env;
    enum gate_level fail_on; /* GATE_ERROR or GATE_WARNING */
    bool is_project;         /* its policy is the only one: comments may ignore unless it says no */
    /* A session for references that need this; configs are kept by it. */
    enum assay_status (*session)(void *ctx, const struct gate_trust *trust,
                                 struct assay_session **out, struct assay_error *err);
    void *ctx;
};

struct gate {
    struct arena arena;
    const struct scan *scan;   /* borrowed */
    struct gate_image *images; /* in the order of the scan */
    size_t image_count;
    struct gate_finding *findings; /* by file, line, column, rule */
    size_t finding_count;
    size_t finding_cap;
    struct assay_verdict **verdicts;
    size_t verdict_count;
    enum assay_status status; /* what the run ends with: the worst */
    int64_t now_unix_s;
    size_t counts[GATE_BUILT + 1]; /* images by outcome */
};

/* ASSAY_OK says that all was judged, whatever came out; that is gate->status: ASSAY_NOTHING where
 * the scan found no reference and no problem. */
MUST_CHECK enum assay_status gate_judge(const struct scan *scan, const struct gate_options *options,
                                        struct gate *out, struct assay_error *err);
void gate_clear(struct gate *gate);

#endif
