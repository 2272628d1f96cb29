/* SPDX-License-Identifier: Apache-2.0 */
/* A chain that breaks at version 4, from somebody who writes markup into every name and no time. */
#include "audit_sample_parts.h"

#define MARKUP "<script>alert(1)</script>&amp;\"'><img src=x onerror=alert(2)>]]>--><style>"

static const struct {
    uint32_t version;
    enum audit_trust trust;
    enum assay_status status;
    const char *failure;
} roots[] = {
    { 1, AUDIT_VOUCHED, ASSAY_OK, "" },
    { 2, AUDIT_VOUCHED, ASSAY_OK, "" },
    { 3, AUDIT_VOUCHED, ASSAY_OK, "" },
    { 4, AUDIT_INVALID, ASSAY_THRESHOLD, "expected 1 key of version 3, found 0: " MARKUP },
    { 5, AUDIT_UNVOUCHED, ASSAY_OK, "" },
    { 6, AUDIT_ABSENT, ASSAY_ROOT_CHAIN_MISSING, "6.root.json is not there" },
    { 7, AUDIT_UNVOUCHED, ASSAY_OK, "" },
    { 8, AUDIT_ABSENT, ASSAY_ROOT_CHAIN_MISSING, "8.root.json is not there" },
    { 9, AUDIT_UNVOUCHED, ASSAY_OK, "" },
    { 9, AUDIT_INVALID, ASSAY_JSON_DUPLICATE, "two members are named \"" MARKUP "\"" },
};

static uint32_t unknown_key(struct audit_report *report)
{
    uint32_t place = sample_key(report, MARKUP, "unknown", 0);
    struct audit_key *key = &report->history.keys[place];
    const char *name = MARKUP;
    memset(key->canonical_id, 0, sizeof(key->canonical_id));
    memcpy(key->id, name, TUF_ID_BYTES - 1);
    key->identity = (struct digest){ 0 };
    key->type = KEY_TYPE_UNKNOWN;
    key->common_name = MARKUP;
    return place;
}

static void add_roots(struct audit_report *report, uint32_t odd)
{
    for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
        bool is_behind = i >= 3;
        uint32_t root = sample_key(report, is_behind ? "other" : "first", "ECDSA P-256", 0);
        const struct sample_keys keys = { .keys = { root, odd }, .count = 2, .threshold = 1 };
        const struct sample_keys all[TUF_TOP_ROLES] = { keys, keys, keys, keys };
        sample_add(report, &(struct sample_version){
                               .role = "root",
                               .version = { .version = roots[i].version,
                                            .trust = roots[i].trust,
                                            .status = roots[i].status,
                                            .failure = roots[i].failure },
                               .signers = { root },
                               .signer_count = roots[i].trust == AUDIT_ABSENT ? 0 : 1,
                               .roles = roots[i].trust == AUDIT_ABSENT ? NULL : all,
                           });
    }
}

static void add_others(struct audit_report *report, uint32_t odd)
{
    const struct sample_keys keys = { .keys = { odd }, .count = 1, .threshold = 2 };
    const char *name = sample_text(report, "targets/%s%0150d", MARKUP, 7);
    struct audit_delegation *delegations = sample_delegations(report, 1);
    delegations[0] = sample_delegation(report, name, &keys);
    sample_add(report, &(struct sample_version){
                           .role = "targets",
                           .version = { .version = 9007199254740991,
                                        .delegations = delegations,
                                        .delegation_count = 1,
                                        .parent_first = 1,
                                        .parent_last = 3,
                                        .target_count = 1 },
                           .signers = { sample_key(report, "first", "ECDSA P-256", 0) },
                           .signer_count = 1,
                       });
    sample_add(report, &(struct sample_version){
                           .role = name,
                           .version = { .version = 1,
                                        .trust = AUDIT_INVALID,
                                        .status = ASSAY_THRESHOLD_UNREACHABLE,
                                        .failure = MARKUP },
                       });
    sample_tag(report, "targets", 1, MARKUP, NULL, "one");
}

void sample_fill_hostile(struct audit_report *report)
{
    uint32_t odd = 0;
    report->gun = sample_text(report, "registry.example.com/%s/%0120d", MARKUP, 1);
    report->where = "https://notary.example.com/" MARKUP;
    report->dialect = "notary";
    report->anchor = AUDIT_ANCHOR_FINGERPRINT;
    report->anchor_version = 1;
    odd = unknown_key(report);
    add_roots(report, odd);
    add_others(report, odd);
    report->status =
        FAIL(&report->error, ASSAY_THRESHOLD, "expected 1 key of root version 3, found 0 " MARKUP);
    (void)sample_event(report, AUDIT_EVENT_FIRST, "root", 1, "",
                       "the oldest root that is vouched for");
    (void)sample_event(report, AUDIT_EVENT_TAG_SIGNED, "targets", 9007199254740991, MARKUP, MARKUP);
    (void)sample_event(report, AUDIT_EVENT_BROKEN, "root", 4, "", "not signed by version 3");
    (void)sample_event(report, AUDIT_EVENT_DELETED, "", 0, "", "deleted");
    sample_finding(report, AUDIT_FINDING_CHAIN_BROKEN, "root", 4, "", MARKUP, false);
    sample_finding(report, AUDIT_FINDING_TWO_CONTENTS, "root", 9, MARKUP,
                   sample_text(report, "%s%0600d", MARKUP, 3), false);
    sample_finding(report, AUDIT_FINDING_VERSION_MISSING, "root", 6, "", "6.root.json", true);
    sample_feed(report, 0, 0);
}
