/* SPDX-License-Identifier: Apache-2.0 */
/* An archive as a place: names are looked up in its table, nothing is extracted. */
#include "base/mem.h"
#include "source/place.h"

struct archive_place {
    struct place base;
    struct archive *archive;
};

static struct archive_place *archive_of(struct place *place)
{
    return (struct archive_place *)place;
}

static enum assay_status archive_place_read(struct place *place, const char *name, size_t max_bytes,
                                            struct buf *out, bool *found, struct assay_error *err)
{
    const struct archive *archive = archive_of(place)->archive;
    const struct archive_file *file = NULL;

    *found = false;
    TRY(archive_find(archive, name, false, &file, err));
    if (file == NULL) {
        return ASSAY_OK;
    }
    *found = true;
    return archive_read(archive, file, max_bytes, out, err);
}

/* ---- layers ---- */

static enum assay_status find_layer(const struct archive_place *place,
                                    const struct place_layer *wanted,
                                    const struct archive_file **out, struct assay_error *err)
{
    TRY(archive_find(place->archive, wanted->name, wanted->follow, out, err));
    if (*out == NULL) {
        return FAIL(err, place->base.missing_content, "%s does not hold '%s'", place->base.shown,
                    wanted->name);
    }
    if (wanted->size != 0 && archive_file_size(*out) != wanted->size) {
        return FAIL(err, ASSAY_SIZE_MISMATCH, "'%s' has %llu bytes, its descriptor says %llu",
                    wanted->name, (unsigned long long)archive_file_size(*out),
                    (unsigned long long)wanted->size);
    }
    return ASSAY_OK;
}

static enum assay_status archive_place_measure(struct place *base, const struct place_layer *layers,
                                               size_t count, struct assay_error *err)
{
    struct archive_place *place = archive_of(base);
    AUTO_MEM struct archive_layer *found = mem_alloc(count + 1, sizeof(*found));
    AUTO_MEM size_t *layer_of = mem_alloc(count + 1, sizeof(*layer_of));
    size_t found_count = 0;

    if (found == NULL || layer_of == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < count; i++) {
        const struct archive_file *file = NULL;
        struct assay_error reason = ERROR_INIT;
        if (find_layer(place, &layers[i], &file, &reason) != ASSAY_OK) {
            measured_fail(layers[i].out, &reason);
            continue;
        }
        layer_of[found_count] = i;
        found[found_count++] = (struct archive_layer){
            .file = file,
            .detect = layers[i].detect,
            .compression = layers[i].compression,
            .stored_alg = layers[i].stored_alg,
            .unpacked_alg = layers[i].unpacked_alg,
        };
    }
    if (found_count > 0) {
        TRY(archive_measure(place->archive, found, found_count, err));
    }
    for (size_t i = 0; i < found_count; i++) {
        *layers[layer_of[i]].out = found[i].out;
    }
    return ASSAY_OK;
}

/* ---- life ---- */

static const char *archive_place_name_at(const struct place *place, size_t index)
{
    const struct archive *archive = ((const struct archive_place *)place)->archive;

    return index < archive_entry_count(archive) ? archive_entry_name(archive, index) : NULL;
}

static void archive_place_free(struct place *place)
{
    archive_free(archive_of(place)->archive);
    mem_free(place);
}

static const struct place_ops ARCHIVE_PLACE_OPS = {
    .read = archive_place_read,
    .measure = archive_place_measure,
    .name_at = archive_place_name_at,
    .free = archive_place_free,
};

enum assay_status place_of_archive(struct archive *archive, struct place **out,
                                   struct assay_error *err)
{
    struct archive_place *place = mem_alloc(1, sizeof(*place));

    *out = NULL;
    if (place == NULL) {
        archive_free(archive);
        return FAIL_NO_MEMORY(err);
    }
    place->base.ops = &ARCHIVE_PLACE_OPS;
    place->base.shown = archive_shown(archive);
    place->base.missing_file = ASSAY_ARCHIVE_MISSING;
    place->base.missing_content = ASSAY_ARCHIVE_MISSING;
    place->archive = archive;
    *out = &place->base;
    return ASSAY_OK;
}

enum assay_status place_open_archive(const char *path, const struct source_context *context,
                                     struct place **out, struct assay_error *err)
{
    const struct archive_options options = { .env = context->env, .threads = context->threads };
    struct archive *archive = NULL;

    *out = NULL;
    if (strcmp(path, "-") != 0) {
        TRY(archive_open_file(path, &options, &archive, err));
    } else if (!context->has_stdin) {
        return FAIL(err, ASSAY_USAGE, "there is no standard input to read an archive from");
    } else {
        TRY(archive_open_stream(context->stdin_fd, "standard input", &options, &archive, err));
    }
    return place_of_archive(archive, out, err);
}
