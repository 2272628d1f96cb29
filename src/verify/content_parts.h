/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of content.c: the platforms of an index, and an image's config and layers. */
#ifndef VERIFY_CONTENT_PARTS_H
#define VERIFY_CONTENT_PARTS_H

#include "verify/manifest_batch.h"
#include "verify/session_internal.h"

struct content {
    struct assay_session *session;
    struct job *job;
    const struct trust_claim *claim;
    struct trace *trace;
    bool deep;                  /* layers too, and so the config */
    bool with_config;           /* the config, with or without layers */
    struct digest named;        /* of what the name led to; DIGEST_NONE: nothing was there */
    struct digest named_sha512; /* the same, for an index that names it so; of a local image */
    struct source *registry;    /* of the reference, for a local source; NULL: not asked yet */
    struct source_manifest signed_doc;
    struct oci_document document; /* of signed_doc */
};

/* Manifests by digest, as by_digest of a source: one place after the other is asked for what the
 * one before does not hold. */
MUST_CHECK enum assay_status content_by_digest(struct content *content,
                                               const struct oci_descriptor *wanted, size_t count,
                                               struct source_manifest *out,
                                               enum assay_status *statuses,
                                               struct assay_error *errors, struct assay_error *err);
/* A config, whole. */
MUST_CHECK enum assay_status content_config(struct content *content,
                                            const struct oci_descriptor *wanted, struct buf *out,
                                            struct assay_error *err);
/* Has the configs whose status is ASSAY_MANIFEST_MISSING come in one flight, for content_config. */
MUST_CHECK enum assay_status content_prefetch_configs(struct content *content,
                                                      const struct oci_descriptor *wanted,
                                                      enum assay_status *statuses, size_t count,
                                                      struct assay_error *err);
/* Bytes have the digest and size; with its line in the trace. */
MUST_CHECK enum assay_status content_check_bytes(struct content *content, enum rule rule,
                                                 const char *subject, struct slice bytes,
                                                 const struct digest *wanted, uint64_t wanted_size,
                                                 struct assay_error *err);
/* A source that stops at the signed size says so by its status alone: the line in the trace. */
MUST_CHECK enum assay_status content_note_size(struct content *content, enum rule rule,
                                               const char *subject, enum assay_status status,
                                               const struct assay_error *err);
/* What the user can do about a manifest that is not at hand. */
extern const char content_missing_remedy[];
/* Every platform that is asked for and, in a local source, present; at least one. */
MUST_CHECK enum assay_status content_judge_index(struct content *content, struct assay_error *err);
/* A local image may be one platform of the signed index. Then it must be an entry of it, and one
 * that was judged: that others were says nothing about it. */
MUST_CHECK enum assay_status content_check_named(struct content *content, struct assay_error *err);
/* The signed document is one image; of a source without manifests, the one that its config says. */
MUST_CHECK enum assay_status content_judge_single(struct content *content, struct assay_error *err);
/* Config and, where they are wanted, layers of a manifest. platform is what the index says of it,
 * which the config must confirm; NULL: it says nothing, and the config's own is what was asked for.
 * That goes into out if it is not NULL (PLATFORM_TEXT_BYTES). */
MUST_CHECK enum assay_status content_judge_image(struct content *content,
                                                 const struct oci_document *manifest,
                                                 const struct oci_platform *platform, char *out,
                                                 struct assay_error *err);

#endif
