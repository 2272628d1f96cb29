/* SPDX-License-Identifier: Apache-2.0 */
/* An archive that is read once, from beginning to end: what later is asked for is measured now. */
#include "archive/archive_internal.h"
#include "base/mem.h"

#include <stdlib.h>

/* One file's content on its way to be measured; a copy is kept while it may be a document. */
struct member_reader {
    struct byte_reader base;
    struct tar_reader *tar;
    struct buf *copy; /* NULL: not kept */
    bool looked;      /* at the first byte that is no white space */
};

static bool begins_document(struct slice bytes, bool *looked)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (strchr(" \t\r\n", bytes.ptr[i]) == NULL || bytes.ptr[i] == '\0') {
            *looked = true;
            return bytes.ptr[i] == '{' || bytes.ptr[i] == '[';
        }
    }
    return true;
}

static enum assay_status member_read(struct byte_reader *reader, uint8_t *to, size_t max,
                                     size_t *got, struct assay_error *err)
{
    struct member_reader *member = (struct member_reader *)reader;
    TRY(tar_read(member->tar, to, max, got, err));
    if (member->copy == NULL) {
        return ASSAY_OK;
    }
    struct slice bytes = slice_of(to, *got);
    if (!member->looked && !begins_document(bytes, &member->looked)) {
        buf_clear(member->copy);
        member->copy = NULL;
        return ASSAY_OK;
    }
    return buf_append(member->copy, bytes, err);
}

static enum assay_status keep_measured(struct archive *archive, struct archive_file *file,
                                       const struct measured *measured, struct assay_error *err)
{
    const char *message = measured->unpack_error.message;
    struct archive_measured *kept = mem_alloc(1, sizeof(*kept));
    if (kept == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    *kept = (struct archive_measured){ .compression = measured->compression,
                                       .unpack_status = measured->unpack_status,
                                       .stored = measured->stored,
                                       .unpacked = measured->unpacked,
                                       .second = measured->second,
                                       .stored_bytes = measured->stored_bytes,
                                       .unpacked_bytes = measured->unpacked_bytes };
    file->measured = kept;
    TRY(archive_charge(archive, sizeof(*kept), err));
    if (measured->unpack_status == ASSAY_OK) {
        return ASSAY_OK;
    }
    TRY(archive_charge(archive, strlen(message), err));
    return mem_set_string(&kept->unpack_message, message, err);
}

/* A layout's names say by which algorithm content is named; by which its config names what a layer
 * unpacks to they do not say, so that there it is done by both. */
static bool is_named_by_sha512(const struct archive_file *file)
{
    return slice_has_prefix(slice_from_string(file->name), SLICE_LITERAL("blobs/sha512/"));
}

/* What the next file may unpack to: many small ones could else keep us busy for weeks. */
static uint64_t bytes_to_unpack(const struct archive *archive)
{
    uint64_t most = archive->options.max_unpacked_bytes;
    most = most == 0 ? LIMIT_ARCHIVE_BYTES : most;
    uint64_t left = archive->unpacked_bytes < most ? most - archive->unpacked_bytes : 0;
    return left < LIMIT_LAYER_BYTES ? left : LIMIT_LAYER_BYTES;
}

static enum assay_status measure_member(struct archive *archive, struct tar_reader *tar,
                                        struct archive_file *file, struct assay_error *err)
{
    bool may_keep = file->size <= LIMIT_ARCHIVE_DOCUMENT &&
                    archive->document_bytes + file->size <= LIMIT_ARCHIVE_DOCUMENTS;
    struct member_reader reader = { .base = { .read = member_read },
                                    .tar = tar,
                                    .copy = may_keep ? &file->document : NULL };
    struct measured measured = { 0 };
    /* a file that is longer than any blob cannot be asked for, and only passes by */
    bool can_be_asked = file->size <= LIMIT_BLOB_BYTES;
    bool is_sha512 = can_be_asked && is_named_by_sha512(file);
    enum digest_alg alg = is_sha512 ? DIGEST_SHA512 : can_be_asked ? DIGEST_SHA256 : DIGEST_NONE;
    struct measure_job job = { .reader = &reader.base,
                               .bytes = file->size,
                               .detect = true,
                               .stored_alg = alg,
                               .unpacked_alg = alg,
                               .second_alg = is_sha512 ? DIGEST_SHA256 : DIGEST_NONE,
                               .out = &measured };
    struct measure_options options = { .env = archive->options.env,
                                       .is_part = true,
                                       .threads = archive->options.threads,
                                       .max_layer_bytes = bytes_to_unpack(archive),
                                       .max_total_bytes = LIMIT_LAYER_BYTES };
    TRY(measure_run(&job, 1, &options, err));
    file->has_document = reader.copy != NULL;
    archive->document_bytes += file->has_document ? file->document.len : 0;
    archive->unpacked_bytes +=
        measured.compression == COMPRESSION_NONE ? 0 : measured.unpacked_bytes;
    /* the stream itself failed: nothing that follows can be found */
    return measured.status == ASSAY_OK ? keep_measured(archive, file, &measured, err)
                                       : error_pass(err, &measured.error);
}

static enum assay_status read_entries(struct archive *archive, struct tar_reader *tar,
                                      struct assay_error *err)
{
    for (;;) {
        struct tar_entry entry;
        bool end = false;
        TRY(env_check_interrupted(archive->options.env, err));
        TRY(tar_next(tar, &entry, &end, err));
        if (end) {
            return ASSAY_OK;
        }
        TRY(archive_add(archive, &entry, err));
        if (entry.kind == TAR_FILE) {
            TRY_IN(measure_member(archive, tar, &archive->files[archive->count - 1], err), err,
                   "%s", entry.name);
        }
    }
}

enum assay_status archive_read_stream(struct archive *archive, struct byte_reader *bytes,
                                      struct assay_error *err)
{
    struct byte_reader *unpacked = NULL;
    struct tar_reader *tar = NULL;
    enum compression found = COMPRESSION_NONE;
    TRY(reader_detect_new(bytes, LIMIT_ARCHIVE_BYTES, &found, &unpacked, err));
    enum assay_status status = tar_reader_new(unpacked, &tar, err);
    if (status == ASSAY_OK) {
        status = read_entries(archive, tar, err);
    }
    tar_reader_free(tar);
    byte_reader_free(unpacked);
    return status;
}

/* The first bytes said what the file is; who asked may have said otherwise. */
static void check_compression(struct archive_layer *layer)
{
    struct measured *out = &layer->out;
    if (!layer->detect && out->unpack_status == ASSAY_OK &&
        out->compression != layer->compression) {
        out->unpack_status = FAIL(&out->unpack_error, ASSAY_COMPRESSION,
                                  "the layer is not compressed as it is said to be");
        out->unpacked = (struct digest){ .alg = DIGEST_NONE };
    }
}

/* Nothing was asked for, or nothing could be had: that is told otherwise. */
static bool is_by(const struct digest *digest, enum digest_alg wanted)
{
    return digest->alg == wanted || wanted == DIGEST_NONE || digest->alg == DIGEST_NONE;
}

void archive_hand_out(const struct archive_file *file, struct archive_layer *layer)
{
    const struct archive_measured *kept = file->measured;
    bool is_second = kept->second.alg == layer->unpacked_alg;
    layer->out = (struct measured){ .stored = kept->stored,
                                    .stored_bytes = kept->stored_bytes,
                                    .compression = kept->compression,
                                    .unpack_status = kept->unpack_status,
                                    .unpacked = is_second ? kept->second : kept->unpacked,
                                    .unpacked_bytes = kept->unpacked_bytes };
    if (kept->unpack_status != ASSAY_OK) {
        (void)error_set(&layer->out.unpack_error, __FILE__, __LINE__, kept->unpack_status, "%s",
                        kept->unpack_message);
    }
    if (!is_by(&layer->out.stored, layer->stored_alg) ||
        !is_by(&layer->out.unpacked, layer->unpacked_alg)) {
        layer->out.status =
            FAIL(&layer->out.error, ASSAY_DIGEST_ALGORITHM,
                 "of an archive that is read once, sha512 is computed only of what is named by it: "
                 "give it as a file that is not compressed");
        return;
    }
    check_compression(layer);
    if (layer->stored_alg == DIGEST_NONE) {
        layer->out.stored = (struct digest){ .alg = DIGEST_NONE };
    }
    if (layer->unpacked_alg == DIGEST_NONE) {
        layer->out.unpacked = (struct digest){ .alg = DIGEST_NONE };
        layer->out.unpack_status = ASSAY_OK;
    }
}
