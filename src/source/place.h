/* SPDX-License-Identifier: Apache-2.0 */
/* A place that gives files by name, a directory or an archive: whatever reads images from both is
 * written once, against this. */
#ifndef SOURCE_PLACE_H
#define SOURCE_PLACE_H

#include "archive/archive.h"
#include "source/source.h"

struct place_layer {
    const char *name;
    bool follow; /* a symlink in the archive stands for its target */
    bool detect; /* compression is found by the first bytes */
    enum compression compression;
    enum digest_alg stored_alg; /* DIGEST_NONE: not wanted */
    enum digest_alg unpacked_alg;
    uint64_t size;        /* what it must have as stored; 0: any */
    struct measured *out; /* borrowed */
};

struct place;

struct place_ops {
    /* A document, whole; *found false when there is none. */
    enum assay_status (*read)(struct place *place, const char *name, size_t max_bytes,
                              struct buf *out, bool *found, struct assay_error *err);
    /* Layers of one image. What is absent or of another size says so in its out. */
    enum assay_status (*measure)(struct place *place, const struct place_layer *layers,
                                 size_t count, struct assay_error *err);
    /* The index-th name, NULL at the end. NULL: names are not listed. */
    const char *(*name_at)(const struct place *place, size_t index);
    void (*free)(struct place *place);
};

struct place {
    const struct place_ops *ops;
    const char *shown;                 /* as the user named it, for messages; owned by ops */
    enum assay_status missing_file;    /* the status of one that must be there */
    enum assay_status missing_content; /* of a config or layer */
};

void place_free(struct place *place); /* NULL is fine */

/* A directory named by the user; nothing below it may be a link. */
MUST_CHECK enum assay_status place_open_directory(const char *path,
                                                  const struct source_context *context,
                                                  struct place **out, struct assay_error *err);
/* An archive file named by the user, or standard input for "-". */
MUST_CHECK enum assay_status place_open_archive(const char *path,
                                                const struct source_context *context,
                                                struct place **out, struct assay_error *err);
/* Owns the archive, also on failure. */
MUST_CHECK enum assay_status place_of_archive(struct archive *archive, struct place **out,
                                              struct assay_error *err);

/* A document that must be there: the place's missing_file otherwise. */
MUST_CHECK enum assay_status place_need(struct place *place, const char *name, size_t max_bytes,
                                        struct buf *out, struct assay_error *err);
/* Content as its descriptor says, but for its digest: who asked hashes it. ASSAY_MANIFEST_MISSING,
 * ASSAY_SIZE_MISMATCH. */
MUST_CHECK enum assay_status place_read_blob(struct place *place, const char *name,
                                             const struct oci_descriptor *wanted, size_t max_bytes,
                                             struct buf *out, struct assay_error *err);
#define BLOB_NAME_BYTES (DIGEST_TEXT_BYTES + 32)
/* "blobs/sha256/HEX" */
void place_blob_name(const struct digest *digest, char out[BLOB_NAME_BYTES]);
/* A layer that could not be measured. */
void measured_fail(struct measured *out, const struct assay_error *err);

#endif
