/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests, indexes and configs of Docker (schema 2) and OCI. One parse decides what a document
 * is; media types that contradict its shape, its descriptor or each other are refused. */
#ifndef OCI_MANIFEST_H
#define OCI_MANIFEST_H

#include "archive/inflate.h"
#include "base/arena.h"
#include "base/limits.h"
#include "crypto/digest.h"

/* For the Accept header: all four, in one request. */
extern const char oci_accept_manifests[];

enum oci_media {
    OCI_MEDIA_UNKNOWN,
    OCI_MEDIA_OCI_INDEX,
    OCI_MEDIA_OCI_MANIFEST,
    OCI_MEDIA_OCI_CONFIG,
    OCI_MEDIA_DOCKER_LIST,
    OCI_MEDIA_DOCKER_MANIFEST,
    OCI_MEDIA_DOCKER_CONFIG,
    OCI_MEDIA_LAYER,      /* tar, docker or OCI */
    OCI_MEDIA_LAYER_GZIP, /* tar+gzip */
    OCI_MEDIA_LAYER_ZSTD  /* tar+zstd */
};

struct oci_platform {
    const char *os; /* "" when absent */
    const char *architecture;
    const char *variant;
    const char *os_version;
};

struct oci_descriptor {
    enum oci_media media;
    struct digest digest;
    const char *media_text; /* as written, "" when absent */
    uint64_t size;          /* bytes */
};

struct oci_index_entry {
    struct oci_descriptor descriptor;
    bool has_platform;
    struct oci_platform platform;
    bool is_attestation; /* vnd.docker.reference.type: attestation-manifest; listed, not judged */
};

struct oci_document {
    bool is_index;
    enum oci_media media;
    /* a manifest */
    struct oci_descriptor config;
    struct oci_descriptor *layers;
    size_t layer_count;
    /* an index */
    struct oci_index_entry *entries;
    size_t entry_count;
    struct arena arena; /* owns all of the above */
};

/* bytes: the hashed manifest. said: the media types that others claim for it (Content-Type,
 * descriptor), "" and NULL are ignored. ASSAY_AMBIGUOUS, ASSAY_MEDIA_TYPE, ASSAY_SCHEMA,
 * ASSAY_DIGEST_ALGORITHM, ASSAY_JSON_*. */
MUST_CHECK enum assay_status oci_document_parse(struct slice bytes, const char *const *said,
                                                size_t said_count, struct oci_document *out,
                                                struct assay_error *err);
void oci_document_clear(struct oci_document *document);

struct oci_config {
    struct oci_platform platform;
    struct digest *diff_ids;
    size_t diff_id_count;
    struct arena arena;
};

MUST_CHECK enum assay_status oci_config_parse(struct slice bytes, struct oci_config *out,
                                              struct assay_error *err);
void oci_config_clear(struct oci_config *config);

/* "os/arch[/variant]", or "all" (*all). ASSAY_USAGE otherwise. The strings are copied. */
struct oci_platform_choice {
    bool all;
    char os[64];
    char architecture[64];
    char variant[64]; /* "": any */
};
MUST_CHECK enum assay_status oci_platform_choice_parse(const char *text,
                                                       struct oci_platform_choice *out,
                                                       struct assay_error *err);
/* "linux/arm64/v8" into out. */
void oci_platform_format(const struct oci_platform *platform, char *out, size_t out_bytes);
/* An architecture without a variant stands for amd64/v1, arm/v7, arm64/v8. */
bool oci_platform_matches(const struct oci_platform_choice *choice,
                          const struct oci_platform *platform);

/* The usual word for a media type, "unknown" for OCI_MEDIA_UNKNOWN. Static. */
const char *oci_media_text(enum oci_media media);
/* Whether a config's platform is the one that the index names: os and architecture equal, variant
 * where both give one. ASSAY_PLATFORM_MISMATCH. */
MUST_CHECK enum assay_status oci_platform_check(const struct oci_platform *index,
                                                const struct oci_platform *config,
                                                struct assay_error *err);
/* The media type word of a descriptor, OCI_MEDIA_UNKNOWN for others. */
enum oci_media oci_media_parse(const char *text);
bool oci_media_is_index(enum oci_media media);
bool oci_media_is_manifest(enum oci_media media);
bool oci_media_is_config(enum oci_media media);
bool oci_media_is_layer(enum oci_media media);
/* How a layer of that type is packed. ASSAY_MEDIA_TYPE when it is none. */
MUST_CHECK enum assay_status oci_layer_compression(const struct oci_descriptor *layer,
                                                   enum compression *out, struct assay_error *err);

#endif
