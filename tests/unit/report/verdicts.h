/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts as the tests want them, without anything being verified. */
#ifndef TEST_REPORT_VERDICTS_H
#define TEST_REPORT_VERDICTS_H

#include "verify/verdict.h"

#define HEX_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct verdict_signer signers[] = {
    { .role = "targets/releases", .key_id = "k1", .canonical_id = "c1" }
};
static struct verdict_platform platforms[] = {
    { "linux/amd64", "sha256:aa", VERDICT_PLATFORM_JUDGED, 10 },
    { "linux/arm64/v8", "sha256:bb", VERDICT_PLATFORM_NOT_ASKED, 11 },
    { "", "sha256:cc", VERDICT_PLATFORM_ATTESTATION, 12 },
    { "linux/s390x", "sha256:dd", VERDICT_PLATFORM_NOT_PRESENT, 13 },
};
static char *notes[] = { "the tag moved" };
static struct trace_check checks[] = {
    { RULE_PIN, true, "root version 1", "sha256:..." },
    { RULE_EXPIRY, false, "timestamp", "expired  at noon" },
};

static inline struct assay_verdict trusted_verdict(void)
{
    return (struct assay_verdict){
        .reference = "registry.example.com/app:1.0",
        .name = "registry.example.com/app",
        .tag = "1.0",
        .digest = "sha256:" HEX_64,
        .role = "targets/releases",
        .expires_unix_s = 1764028800,
        .expires_role = "timestamp",
        .trust_server = "https://notary.example.com",
        .root_fingerprint = "ab",
        .signers = signers,
        .signer_count = 1,
        .platforms = platforms,
        .platform_count = ARRAY_LEN(platforms),
        .notes = notes,
        .note_count = 1,
        .flights = 2,
        .trace = { .checks = checks, .count = ARRAY_LEN(checks) },
    };
}

static inline struct assay_verdict failed_verdict(enum assay_status status)
{
    struct assay_verdict verdict = trusted_verdict();
    (void)FAIL(&verdict.error, status, "the timestamp expired");
    (void)error_context(&verdict.error, status, "registry.example.com/app");
    return verdict;
}

#endif
