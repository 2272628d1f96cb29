/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of a judgement, private to gate/: references are read and put in order (gate.c), those
 * that the policy lets verify are verified (ask.c), then each is held against the rules on its
 * reference (reference.c), its trust (trust.c) and its image (image.c); comments that ignore come
 * last (ignores.c).
 */
#ifndef GATE_JUDGING_H
#define GATE_JUDGING_H

#include "gate/gate.h"

/* What the policy lets happen to a reference before anything is known of it. */
enum gate_way {
    GATE_WAY_REFUSE, /* rejected, or not from an allowed registry: nobody is asked */
    GATE_WAY_ALLOW,  /* its digest passes */
    GATE_WAY_VERIFY
};

/* Beside each image. */
struct gate_item {
    size_t index;                   /* of the image */
    struct oci_reference reference; /* text NULL: there is none, or it is malformed */
    bool takes_ignores;             /* comments may ignore what is found of it */
    bool is_judged;                 /* all rules were held against it */
};

/* One normalised reference, wherever it stands. */
struct gate_subject {
    struct gate_item **items; /* borrowed: a part of run->order */
    size_t item_count;
    enum gate_way way;
    size_t trust; /* index into run->trusts, where it is verified */
    const struct assay_verdict *verdict;
    const struct assay_error *failure; /* why there is no verdict */
};

/* References that are verified alike share a session. */
struct gate_party {
    struct gate_trust trust;
    size_t count;
    bool wants_configs;
};

struct gate_run {
    struct gate *gate;
    const struct scan *scan;
    const struct gate_options *options;
    size_t *ranks; /* of the scan's files, by name: entries of one name are one file */
    struct gate_item *items;
    struct gate_item **order; /* those with a reference, by its text */
    size_t order_count;
    struct gate_subject *subjects;
    size_t subject_count;
    struct gate_party *parties;
    size_t party_count;
    size_t party_cap;
};

/* ---- findings.c ---- */

struct gate_place {
    struct scan_spot spot;
    size_t image;          /* SIZE_MAX: none */
    const char *reference; /* raw; "" where none is meant */
};
struct gate_place gate_place_of(const struct gate *gate, size_t image);
/* status: ASSAY_OK: that of the rule. remedy: NULL or "": that of the rule. */
MUST_CHECK enum assay_status gate_add(struct gate *gate, const struct gate_place *place,
                                      enum gate_rule rule, enum assay_status status,
                                      const char *remedy, struct assay_error *err,
                                      const char *format, ...) PRINTF(7, 8);
/* The findings from begin on, of one image, also for another one. */
MUST_CHECK enum assay_status gate_repeat(struct gate *gate, size_t begin, size_t end, size_t image,
                                         struct assay_error *err);
/* A text for show, in the arena. */
MUST_CHECK enum assay_status gate_show(struct gate *gate, const char *text, const char **out,
                                       struct assay_error *err);
void gate_sort_findings(struct gate *gate, size_t *ranks);
/* When all is found and sorted. */
MUST_CHECK enum assay_status gate_set_fingerprints(const struct gate *gate,
                                                   struct assay_error *err);

#define GATE_ORIGIN_BYTES 320
/* " (assay.yaml, scope docker.io)", "" for a default */
void gate_origin(const struct policy_origin *origin, char out[GATE_ORIGIN_BYTES]);

/* ---- ask.c ---- */

MUST_CHECK enum assay_status gate_ask(struct gate_run *run, struct assay_error *err);

/* ---- the rules; findings are of the image ---- */

struct gate_case {
    struct gate *gate;
    size_t image;
    const struct oci_reference *reference;
    const struct policy_terms *terms;
    const struct assay_verdict *verdict; /* TRUSTED, for the rules on trust and image */
};
/* A finding of the case's image. */
#define GATE_FIND(a_case, rule, err, ...)                                                          \
    gate_add((a_case)->gate,                                                                       \
             &(struct gate_place){ (a_case)->gate->images[(a_case)->image].found->spot,            \
                                   (a_case)->image,                                                \
                                   (a_case)->gate->images[(a_case)->image].reference },            \
             (rule), ASSAY_OK, NULL, (err), __VA_ARGS__)

enum gate_way gate_way_of(const struct policy_terms *terms, const struct oci_reference *reference,
                          int64_t now_unix_s);
MUST_CHECK enum assay_status gate_judge_reference(const struct gate_case *at, enum gate_way way,
                                                  struct assay_error *err);
/* Not negative, and no more than there is time. */
int64_t gate_days_to_s(int64_t days);
MUST_CHECK enum assay_status gate_judge_trust(const struct gate_case *at, struct assay_error *err);
/* Whether the rules on the image need its configs. */
bool gate_wants_configs(const struct policy_terms *terms);
MUST_CHECK enum assay_status gate_judge_image(const struct gate_case *at, struct assay_error *err);
/* asked: as it stands in the file. */
MUST_CHECK enum assay_status gate_judge_platform(const struct gate_case *at, const char *asked,
                                                 struct assay_error *err);

/* ---- ignores.c ---- */

/* Findings are in order. Adds those on the comments themselves. */
MUST_CHECK enum assay_status gate_apply_ignores(struct gate_run *run, struct assay_error *err);

#endif
