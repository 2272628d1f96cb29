/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict: what was asked, what is signed, which platforms were judged, and the trace. Plain
 * data for report/; public callers see it through accessors. All strings are owned. */
#ifndef VERIFY_VERDICT_H
#define VERIFY_VERDICT_H

#include "base/trace.h"
#include "crypto/digest.h"
#include "oci/config_facts.h"
#include "oci/manifest.h"

#include <assay/verify.h>

enum verdict_platform_state {
    VERDICT_PLATFORM_JUDGED,
    VERDICT_PLATFORM_ATTESTATION, /* listed, not judged */
    VERDICT_PLATFORM_NOT_ASKED,   /* --platform named another */
    VERDICT_PLATFORM_NOT_PRESENT  /* a local source that does not hold it */
};

struct verdict_platform {
    char *platform; /* "linux/arm64/v8", "" when the index names none */
    char digest[DIGEST_TEXT_BYTES];
    enum verdict_platform_state state;
    uint64_t size;
};

struct verdict_signer {
    char *role;
    char key_id[DIGEST_HEX_BYTES];       /* as listed */
    char canonical_id[DIGEST_HEX_BYTES]; /* survives a new certificate */
};

/* A config that was hashed, see session_keep_configs. */
struct verdict_config {
    char *platform; /* of the index, or as the config says itself */
    struct oci_config_facts facts;
};

struct assay_verdict {
    struct assay_error error; /* status ASSAY_OK: trusted */
    char *reference;          /* normalised, or as typed when it could not be read */
    char *name;
    char *tag;
    char digest[DIGEST_TEXT_BYTES]; /* signed digest; set as soon as it is known */
    uint64_t size;                  /* signed length in bytes */
    char *media_type;               /* of the signed document */
    char *role;
    int64_t expires_unix_s; /* the earliest on the path, 0: unknown */
    char *expires_role;
    int64_t lasting_expires_unix_s; /* the same without the timestamp, which lives for days */
    char *lasting_role;
    uint64_t threshold;               /* of the role that signed the tag; 0: unknown */
    int64_t timestamp_expires_unix_s; /* 0: unknown */
    char *trust_server;               /* URL or directory that metadata came from */
    char *root_fingerprint;           /* canonical ids of the last root's keys, comma separated */
    struct verdict_signer *signers;
    size_t signer_count;
    struct verdict_platform *platforms;
    size_t platform_count;
    struct verdict_config *configs; /* of the platforms that were judged, where they are kept */
    size_t config_count;
    char **notes; /* the tag moved, first use accepted, floor fell: one sentence each */
    size_t note_count;
    bool is_engine; /* print engine=exported: the bytes are what an engine handed out */
    bool stateless; /* print state=none */
    bool has_at;    /* print at=TIME */
    int64_t at_unix_s;
    bool offline;
    uint64_t flights; /* network round trips of the whole repository's update */
    struct trace trace;
};

/* NULL when out of memory. */
struct assay_verdict *verdict_new(const char *reference);
/* Adds a note; sanitised. */
MUST_CHECK enum assay_status verdict_note(struct assay_verdict *verdict, struct assay_error *err,
                                          const char *format, ...) PRINTF(3, 4);

#endif
