/* SPDX-License-Identifier: Apache-2.0 */
#include "gate_sample.h"

#include "../unit/report/verdicts.h"

#define HEX_8(digit)       digit digit digit digit digit digit digit digit
#define FINGERPRINT(digit) HEX_8(HEX_8(digit))

#define SPOT(at_file, at_line, at_column)                                                          \
    {                                                                                              \
        .file = (at_file), .line = (at_line), .column = (at_column)                                \
    }

/* ---- tidy ---- */

static struct scan_file tidy_files[] = {
    { "Dockerfile", "Dockerfile" },
    { "deploy/broken.yaml", "deploy/broken.yaml" },
    { "deploy/web.yaml", "deploy/web.yaml" },
};

#define APP     "registry.example.com/app:1.0"
#define ALLOWED "docker.io/library/base@sha256:" HEX_64

static struct scan_reference tidy_references[] = {
    { .spot = { .file = 0, .line = 1, .column = 6, .length = sizeof(APP) - 1 },
      .place = SCAN_FROM,
      .owner = "stage build",
      .written = APP,
      .text = APP },
    { .spot = { .file = 0, .line = 4, .column = 6, .offset = 40, .length = 6 },
      .place = SCAN_FROM,
      .owner = "stage 1",
      .written = "alpine",
      .text = "alpine",
      .platform = "linux/arm64" },
    { .spot = SPOT(2, 12, 16),
      .place = SCAN_KUBERNETES,
      .owner = "Deployment web, container db",
      .written = "registry.example.com/db:5",
      .text = "registry.example.com/db:5" },
    { .spot = SPOT(2, 20, 16), .place = SCAN_COMPOSE, .written = ALLOWED, .text = ALLOWED },
    { .spot = SPOT(2, 25, 12),
      .place = SCAN_COMPOSE,
      .owner = "service web",
      .written = "web",
      .text = "web",
      .is_built = true },
    { .spot = SPOT(2, 30, 12),
      .place = SCAN_COMPOSE,
      .owner = "service more",
      .written = "${REGISTRY}/more",
      .problem = "REGISTRY has no value" },
    { .spot = SPOT(2, 35, 12),
      .place = SCAN_COMPOSE,
      .owner = "service app",
      .written = APP,
      .text = APP },
};

static struct gate_image tidy_images[] = {
    { .found = &tidy_references[0], .reference = APP, .outcome = GATE_PASSED },
    { .found = &tidy_references[1],
      .reference = "docker.io/library/alpine:latest",
      .outcome = GATE_FAILED },
    { .found = &tidy_references[2],
      .reference = "registry.example.com/db:5",
      .outcome = GATE_UNDECIDED },
    { .found = &tidy_references[3], .reference = ALLOWED, .outcome = GATE_ALLOWED },
    { .found = &tidy_references[4],
      .reference = "docker.io/library/web:latest",
      .outcome = GATE_BUILT },
    { .found = &tidy_references[5], .reference = "${REGISTRY}/more", .outcome = GATE_UNDECIDED },
    { .found = &tidy_references[6], .reference = APP, .outcome = GATE_PASSED },
};

static const struct policy_allowed tidy_allowed = {
    .digest = { .alg = DIGEST_SHA256 },
    .reason = "built before we signed",
};

static struct gate_finding tidy_findings[] = {
    { .rule = GATE_TRUST_RULE,
      .level = GATE_ERROR,
      .status = ASSAY_TAG_NOT_SIGNED,
      .spot = { .file = 0, .line = 4, .column = 6, .offset = 40, .length = 6 },
      .reference = "docker.io/library/alpine:latest",
      .message = "the signed tags do not have latest",
      .remedy = "Ask the publisher to sign the tag.",
      .fingerprint = FINGERPRINT("1"),
      .image = 1 },
    { .rule = GATE_DIGEST_MISSING_RULE,
      .level = GATE_ERROR,
      .status = ASSAY_POLICY,
      .spot = { .file = 0, .line = 4, .column = 6, .offset = 40, .length = 6 },
      .reference = "docker.io/library/alpine:latest",
      .message = "the reference names no digest",
      .remedy = "Run 'assay pin -w' on the file.",
      .fingerprint = FINGERPRINT("2"),
      .image = 1 },
    { .rule = GATE_IGNORE_UNUSED_RULE,
      .level = GATE_WARNING,
      .spot = SPOT(0, 9, 1),
      .reference = "",
      .message = "nothing is found that user-root would ignore",
      .remedy = "Remove the comment.",
      .fingerprint = FINGERPRINT("3"),
      .image = SIZE_MAX },
    { .rule = GATE_UNREAD_RULE,
      .level = GATE_ERROR,
      .status = ASSAY_FILE_SYNTAX,
      .spot = SPOT(1, 0, 0),
      .reference = "",
      .message = "line 3: expected a mapping",
      .remedy = "Mend the file.",
      .fingerprint = FINGERPRINT("4"),
      .image = SIZE_MAX },
    { .rule = GATE_TRUST_RULE,
      .level = GATE_ERROR,
      .status = ASSAY_NET_CONNECT,
      .spot = SPOT(2, 12, 16),
      .reference = "registry.example.com/db:5",
      .message = "https://registry.example.com cannot be reached",
      .remedy = "Check the name, the port, the proxy and the network.",
      .fingerprint = FINGERPRINT("5"),
      .image = 2 },
    { .rule = GATE_ALLOWED_RULE,
      .level = GATE_NOTE,
      .spot = SPOT(2, 20, 16),
      .reference = ALLOWED,
      .message = "assay.yaml allows it until 2026-12-31: built before we signed",
      .remedy = "",
      .fingerprint = FINGERPRINT("6"),
      .image = 3 },
    { .rule = GATE_UNRESOLVED_RULE,
      .level = GATE_ERROR,
      .status = ASSAY_UNRESOLVED,
      .spot = SPOT(2, 30, 12),
      .reference = "${REGISTRY}/more",
      .message = "REGISTRY has no value",
      .remedy = "Give the value.",
      .fingerprint = FINGERPRINT("7"),
      .image = 5 },
    { .rule = GATE_EXPIRY_NEAR_RULE,
      .level = GATE_WARNING,
      .spot = SPOT(2, 35, 12),
      .reference = APP,
      .message = "the timestamp expires in 2 days",
      .remedy = "Ask the publisher to sign again.",
      .fingerprint = FINGERPRINT("8"),
      .image = 6 },
    { .rule = GATE_IMAGE_OLD_RULE,
      .level = GATE_ERROR,
      .status = ASSAY_POLICY,
      .spot = SPOT(2, 35, 12),
      .reference = APP,
      .message = "created 400 days ago, 90 are allowed",
      .remedy = "Use a newer image.",
      .fingerprint = FINGERPRINT("9"),
      .ignored = "rebuilt in March",
      .image = 6 },
};

/* ---- hostile ---- */

/* A command of a workflow, the end of a CDATA section and of a tag, of a cell, of a code span and
 * of a link; placeholders; escapes of terminals; a turn of direction; what is no UTF-8. */
#define HOSTILE                                                                                    \
    "\n##[add-mask]##vso[x]::error::%0A]]>\"'<b>&amp;|`*_~\\[x](http://x){0},:  TRUSTED  \033[31m\xe2\x80\xae\xff\xc2\x9b"

const char gate_sample_hostile_text[] = HOSTILE;

static struct scan_file hostile_files[] = { { HOSTILE, HOSTILE },
                                            { "/absolute/#x", "/absolute/#x" } };
static struct scan_reference hostile_references[] = {
    { .spot = { .file = 0, .line = 2, .column = 3, .length = sizeof(HOSTILE) - 1 },
      .place = SCAN_GITLAB,
      .owner = HOSTILE,
      .written = HOSTILE,
      .problem = HOSTILE,
      .platform = HOSTILE },
};
static struct gate_image hostile_images[] = {
    { .found = hostile_references, .reference = HOSTILE, .outcome = GATE_FAILED },
};
static struct gate_finding hostile_findings[] = {
    { .rule = GATE_MALFORMED_RULE,
      .level = GATE_ERROR,
      .status = ASSAY_REFERENCE,
      .spot = { .file = 0, .line = 2, .column = 3, .length = sizeof(HOSTILE) - 1 },
      .reference = HOSTILE,
      .message = HOSTILE,
      .remedy = HOSTILE,
      .fingerprint = FINGERPRINT("a"),
      .image = 0 },
    { .rule = GATE_TAG_LATEST_RULE,
      .level = GATE_ERROR,
      .status = ASSAY_POLICY,
      .spot = SPOT(1, 7, 1),
      .reference = HOSTILE,
      .message = HOSTILE,
      .remedy = HOSTILE,
      .fingerprint = FINGERPRINT("b"),
      .ignored = HOSTILE,
      .image = SIZE_MAX },
};

/* ---- all ---- */

static struct assay_verdict good;
static struct assay_verdict stateless;
static struct assay_verdict unreached;

static const struct scan tidy_scan = {
    .files = tidy_files,
    .file_count = ARRAY_LEN(tidy_files),
    .seen = 40,
};
static const struct scan hostile_scan = {
    .files = hostile_files,
    .file_count = ARRAY_LEN(hostile_files),
    .seen = 2,
};
static const struct scan green_scan = { .files = tidy_files, .file_count = 1, .seen = 1 };
static const struct scan empty_scan = { .seen = 3 };

static const struct gate gates[GATE_SAMPLE_COUNT] = {
    [GATE_SAMPLE_TIDY] = { .scan = &tidy_scan,
                           .images = tidy_images,
                           .image_count = ARRAY_LEN(tidy_images),
                           .findings = tidy_findings,
                           .finding_count = ARRAY_LEN(tidy_findings),
                           .status = ASSAY_POLICY,
                           .counts = { [GATE_PASSED] = 2,
                                       [GATE_ALLOWED] = 1,
                                       [GATE_FAILED] = 1,
                                       [GATE_UNDECIDED] = 2,
                                       [GATE_BUILT] = 1 } },
    [GATE_SAMPLE_HOSTILE] = { .scan = &hostile_scan,
                              .images = hostile_images,
                              .image_count = ARRAY_LEN(hostile_images),
                              .findings = hostile_findings,
                              .finding_count = ARRAY_LEN(hostile_findings),
                              .status = ASSAY_REFERENCE,
                              .counts = { [GATE_FAILED] = 1 } },
    [GATE_SAMPLE_GREEN] = { .scan = &green_scan,
                            .images = tidy_images,
                            .image_count = 1,
                            .counts = { [GATE_PASSED] = 1 } },
    [GATE_SAMPLE_EMPTY] = { .scan = &empty_scan, .status = ASSAY_NOTHING },
};

const struct gate *gate_sample(enum gate_sample which)
{
    good = trusted_verdict();
    stateless = trusted_verdict();
    stateless.stateless = true;
    unreached = failed_verdict(ASSAY_NET_CONNECT);
    tidy_images[0].verdict = &good;
    tidy_images[2].verdict = &unreached;
    tidy_images[3].allowed = &tidy_allowed;
    tidy_images[6].verdict = &stateless;
    return &gates[which];
}

const char *gate_sample_name(enum gate_sample which)
{
    static const char *const names[GATE_SAMPLE_COUNT] = {
        [GATE_SAMPLE_TIDY] = "tidy",
        [GATE_SAMPLE_HOSTILE] = "hostile",
        [GATE_SAMPLE_GREEN] = "green",
        [GATE_SAMPLE_EMPTY] = "empty",
    };
    return names[which];
}
