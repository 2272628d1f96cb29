/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/tar.h"

#include "archive/tar_header.h"
#include "base/mem.h"

#define SKIP_BYTES     (32 * KIB)
#define OCTAL_SIZE_MAX 077777777777ULL /* what the size field holds in its usual form */

struct tar_reader {
    struct byte_reader *bytes;
    uint64_t at;      /* bytes taken so far */
    uint64_t left;    /* of the entry's content */
    uint64_t padding; /* behind it */
    size_t entries;
    struct buf name;
    struct buf link;
    /* What headers in front of the entry said. */
    struct buf extension;
    struct buf long_name;
    struct buf long_link;
    struct buf pax_bytes;
    struct tar_pax pax;
    bool has_long_name;
    bool has_long_link;
    bool has_pax;
    uint8_t skipped[SKIP_BYTES];
};

enum assay_status tar_reader_new(struct byte_reader *bytes, struct tar_reader **out,
                                 struct assay_error *err)
{
    struct tar_reader *reader = mem_alloc(1, sizeof(*reader));
    *out = NULL;
    if (reader == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    reader->bytes = bytes;
    reader->name = (struct buf)BUF_INIT(LIMIT_TAR_HEADER_BYTES);
    reader->link = (struct buf)BUF_INIT(LIMIT_TAR_HEADER_BYTES);
    reader->extension = (struct buf)BUF_INIT(LIMIT_TAR_HEADER_BYTES);
    reader->long_name = (struct buf)BUF_INIT(LIMIT_TAR_HEADER_BYTES);
    reader->long_link = (struct buf)BUF_INIT(LIMIT_TAR_HEADER_BYTES);
    reader->pax_bytes = (struct buf)BUF_INIT(LIMIT_TAR_HEADER_BYTES);
    *out = reader;
    return ASSAY_OK;
}

void tar_reader_free(struct tar_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    buf_clear(&reader->name);
    buf_clear(&reader->link);
    buf_clear(&reader->extension);
    buf_clear(&reader->long_name);
    buf_clear(&reader->long_link);
    buf_clear(&reader->pax_bytes);
    mem_free(reader);
}

/* ---- bytes ---- */

static enum assay_status read_block(struct tar_reader *reader, uint8_t block[TAR_BLOCK_BYTES],
                                    struct assay_error *err)
{
    size_t got = 0;
    TRY(byte_reader_fill(reader->bytes, block, TAR_BLOCK_BYTES, &got, err));
    if (got < TAR_BLOCK_BYTES) {
        return FAIL(err, ASSAY_ARCHIVE, "the archive ends too early");
    }
    reader->at += TAR_BLOCK_BYTES;
    return ASSAY_OK;
}

static enum assay_status skip(struct tar_reader *reader, uint64_t bytes, struct assay_error *err)
{
    reader->at += bytes;
    if (reader->bytes->skip != NULL) {
        return reader->bytes->skip(reader->bytes, bytes, err);
    }
    while (bytes > 0) {
        size_t want = bytes < SKIP_BYTES ? (size_t)bytes : SKIP_BYTES;
        size_t got = 0;
        TRY(reader->bytes->read(reader->bytes, reader->skipped, want, &got, err));
        if (got == 0) {
            return FAIL(err, ASSAY_ARCHIVE, "the archive ends too early");
        }
        bytes -= got;
    }
    return ASSAY_OK;
}

static enum assay_status skip_rest(struct tar_reader *reader, struct assay_error *err)
{
    uint64_t bytes = reader->left + reader->padding;
    reader->left = 0;
    reader->padding = 0;
    return bytes == 0 ? ASSAY_OK : skip(reader, bytes, err);
}

/* A second zero block, and nothing but zeros to the end: what is appended behind an end is read by
 * some programs and not by others. */
static enum assay_status check_end(struct tar_reader *reader, struct assay_error *err)
{
    uint8_t block[TAR_BLOCK_BYTES];
    size_t got = 0;
    size_t zeros = 0;
    TRY(read_block(reader, block, err));
    if (!tar_is_zero(slice_of(block, sizeof(block)))) {
        return FAIL(err, ASSAY_ARCHIVE, "a single zero block stands between entries");
    }
    do {
        (void)memset(block, 0, sizeof(block));
        TRY(byte_reader_fill(reader->bytes, block, sizeof(block), &got, err));
        if (!tar_is_zero(slice_of(block, sizeof(block)))) {
            return FAIL(err, ASSAY_ARCHIVE, "something stands behind the archive's end");
        }
        zeros += got;
        if (zeros > LIMIT_TAR_END_BYTES) {
            return FAIL(err, ASSAY_ARCHIVE, "more than %lu zeros stand behind the archive's end",
                        LIMIT_TAR_END_BYTES);
        }
    } while (got > 0);
    return ASSAY_OK;
}

/* ---- headers in front of an entry ---- */

static enum assay_status read_extension(struct tar_reader *reader, uint64_t size,
                                        struct assay_error *err)
{
    buf_reset(&reader->extension);
    if (size > LIMIT_TAR_HEADER_BYTES) {
        return FAIL(err, ASSAY_ARCHIVE, "a header's extension has %llu bytes, more than %lu",
                    (unsigned long long)size, LIMIT_TAR_HEADER_BYTES);
    }
    if (size > 0) {
        TRY(buf_reserve(&reader->extension, (size_t)size, err));
        TRY(byte_reader_fill(reader->bytes, reader->extension.ptr, (size_t)size,
                             &reader->extension.len, err));
        if (reader->extension.len < size) {
            return FAIL(err, ASSAY_ARCHIVE, "the archive ends too early");
        }
        reader->at += size;
    }
    return skip(reader, (TAR_BLOCK_BYTES - size % TAR_BLOCK_BYTES) % TAR_BLOCK_BYTES, err);
}

/* GNU's long name: the text and one NUL. */
static enum assay_status take_long(struct tar_reader *reader, struct buf *into, bool *has,
                                   struct assay_error *err)
{
    struct slice text = buf_slice(&reader->extension);
    if (*has) {
        return FAIL(err, ASSAY_ARCHIVE, "two long names stand before one entry");
    }
    if (text.len < 2 || slice_find(text, '\0') != text.len - 1) {
        return FAIL(err, ASSAY_ARCHIVE, "a long name does not end in its only NUL");
    }
    *has = true;
    buf_reset(into);
    return buf_append(into, slice_first(text, text.len - 1), err);
}

static enum assay_status take_pax(struct tar_reader *reader, struct assay_error *err)
{
    if (reader->has_pax) {
        return FAIL(err, ASSAY_ARCHIVE, "two PAX headers stand before one entry");
    }
    reader->has_pax = true;
    buf_reset(&reader->pax_bytes);
    TRY(buf_append(&reader->pax_bytes, buf_slice(&reader->extension), err));
    return tar_pax_parse(buf_slice(&reader->pax_bytes), false, &reader->pax, err);
}

static bool has_extensions(const struct tar_reader *reader)
{
    return reader->has_pax || reader->has_long_name || reader->has_long_link;
}

/* *taken: the header was one that speaks about the next. A global one between such a header and its
 * entry makes some programs forget the first. */
static enum assay_status take_extension(struct tar_reader *reader, const struct tar_header *header,
                                        bool *taken, struct assay_error *err)
{
    struct tar_pax global;
    *taken = strchr("xgLK", header->type) != NULL;
    if (!*taken) {
        return ASSAY_OK;
    }
    TRY(read_extension(reader, header->size, err));
    switch (header->type) {
    case 'x':
        return take_pax(reader, err);
    case 'g':
        if (has_extensions(reader)) {
            return FAIL(err, ASSAY_ARCHIVE, "a global header parts an extension from its entry");
        }
        return tar_pax_parse(buf_slice(&reader->extension), true, &global, err);
    case 'L':
        return take_long(reader, &reader->long_name, &reader->has_long_name, err);
    default:
        return take_long(reader, &reader->long_link, &reader->has_long_link, err);
    }
}

/* ---- an entry ---- */

static enum assay_status kind_of(const struct tar_header *header, enum tar_kind *out,
                                 struct assay_error *err)
{
    switch (header->type) {
    case '0':
        *out = TAR_FILE;
        return ASSAY_OK;
    case '5':
        *out = TAR_DIRECTORY;
        break;
    case '2':
        *out = TAR_SYMLINK;
        break;
    case '1': /* hard link */
    case '3': /* devices */
    case '4':
    case '6': /* FIFO */
        *out = TAR_OTHER;
        break;
    default:
        return FAIL(err, ASSAY_ARCHIVE, "an entry is of the unknown or sparse type '%c'",
                    header->type);
    }
    return header->size == 0 ? ASSAY_OK
                             : FAIL(err, ASSAY_ARCHIVE, "an entry without content has a size");
}

/* A size that does not fit is zero in the header; any other difference shows readers of either
 * another archive. */
static enum assay_status size_of(const struct tar_reader *reader, const struct tar_header *header,
                                 uint64_t *out, struct assay_error *err)
{
    *out = header->size;
    if (!reader->has_pax || !reader->pax.has_size) {
        return ASSAY_OK;
    }
    *out = reader->pax.size;
    bool is_large = header->size == 0 && *out > OCTAL_SIZE_MAX;
    return is_large || *out == header->size
               ? ASSAY_OK
               : FAIL(err, ASSAY_ARCHIVE, "an entry has two sizes, %llu and %llu",
                      (unsigned long long)header->size, (unsigned long long)*out);
}

static enum assay_status written_name(struct tar_reader *reader, const struct tar_header *header,
                                      struct slice *out, struct assay_error *err)
{
    bool has_path = reader->has_pax && reader->pax.has_path;
    if (has_path && reader->has_long_name) {
        return FAIL(err, ASSAY_ARCHIVE, "an entry has a PAX path and a GNU long name");
    }
    if (has_path) {
        *out = reader->pax.path;
        return ASSAY_OK;
    }
    if (reader->has_long_name) {
        *out = buf_slice(&reader->long_name);
        return ASSAY_OK;
    }
    buf_reset(&reader->extension);
    if (header->prefix.len > 0) {
        TRY(buf_append(&reader->extension, header->prefix, err));
        TRY(buf_append_byte(&reader->extension, '/', err));
    }
    TRY(buf_append(&reader->extension, header->name, err));
    *out = buf_slice(&reader->extension);
    return ASSAY_OK;
}

static enum assay_status written_link(struct tar_reader *reader, const struct tar_header *header,
                                      struct assay_error *err)
{
    bool has_path = reader->has_pax && reader->pax.has_link;
    if (has_path && reader->has_long_link) {
        return FAIL(err, ASSAY_ARCHIVE, "a link has a PAX path and a GNU long name");
    }
    struct slice text = has_path                ? reader->pax.link
                        : reader->has_long_link ? buf_slice(&reader->long_link)
                                                : header->link;
    buf_reset(&reader->link);
    if (slice_find(text, '\0') != text.len) {
        return FAIL(err, ASSAY_ARCHIVE_NAME, "a link's target holds a NUL");
    }
    if (text.len > LIMIT_TAR_LINK_BYTES) {
        return FAIL(err, ASSAY_ARCHIVE_NAME, "a link's target has %zu bytes, more than %d",
                    text.len, LIMIT_TAR_LINK_BYTES);
    }
    return buf_append(&reader->link, text, err);
}

static enum assay_status take_entry(struct tar_reader *reader, const struct tar_header *header,
                                    struct tar_entry *entry, struct assay_error *err)
{
    struct slice name = SLICE_EMPTY;
    *entry = (struct tar_entry){ .link = "", .offset = reader->at };
    TRY(kind_of(header, &entry->kind, err));
    TRY(size_of(reader, header, &entry->size, err));
    TRY(written_name(reader, header, &name, err));
    TRY(tar_name_clean(name, entry->kind == TAR_DIRECTORY, &reader->name, err));
    entry->name = buf_text(&reader->name);
    if (entry->kind == TAR_SYMLINK) {
        TRY(written_link(reader, header, err));
        entry->link = buf_text(&reader->link);
    }
    reader->left = entry->size;
    reader->padding = (TAR_BLOCK_BYTES - entry->size % TAR_BLOCK_BYTES) % TAR_BLOCK_BYTES;
    reader->has_pax = false;
    reader->has_long_name = false;
    reader->has_long_link = false;
    return ASSAY_OK;
}

/* One header: an extension, an entry (its name is empty for the archive's own root), or the end. */
static enum assay_status take_header(struct tar_reader *reader, struct tar_entry *entry, bool *end,
                                     struct assay_error *err)
{
    uint8_t block[TAR_BLOCK_BYTES];
    struct tar_header header;
    bool taken = false;
    if (++reader->entries > 4 * LIMIT_TAR_ENTRIES) {
        return FAIL(err, ASSAY_TOO_LARGE, "the archive has too many headers");
    }
    TRY(read_block(reader, block, err));
    *end = tar_is_zero(slice_of(block, sizeof(block)));
    if (*end) {
        return has_extensions(reader)
                   ? FAIL(err, ASSAY_ARCHIVE, "an extension of a header has no entry")
                   : check_end(reader, err);
    }
    TRY(tar_header_parse(block, &header, err));
    TRY(take_extension(reader, &header, &taken, err));
    return taken ? ASSAY_OK : take_entry(reader, &header, entry, err);
}

enum assay_status tar_next(struct tar_reader *reader, struct tar_entry *entry, bool *end,
                           struct assay_error *err)
{
    *end = false;
    *entry = (struct tar_entry){ .name = "", .link = "" };
    TRY(skip_rest(reader, err));
    while (!*end && entry->name[0] == '\0') {
        TRY(take_header(reader, entry, end, err));
    }
    return ASSAY_OK;
}

enum assay_status tar_read(struct tar_reader *reader, uint8_t *to, size_t max, size_t *got,
                           struct assay_error *err)
{
    size_t want = reader->left < max ? (size_t)reader->left : max;
    *got = 0;
    if (want == 0) {
        return ASSAY_OK;
    }
    TRY(reader->bytes->read(reader->bytes, to, want, got, err));
    if (*got == 0) {
        return FAIL(err, ASSAY_ARCHIVE, "the archive ends too early");
    }
    reader->left -= *got;
    reader->at += *got;
    return ASSAY_OK;
}
