/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/tar_header.h"

#include "base/text.h"

/* Offsets and lengths of the fields. */
#define NAME_AT      0
#define NAME_LEN     100
#define SIZE_AT      124
#define SIZE_LEN     12
#define CHECKSUM_AT  148
#define CHECKSUM_LEN 8
#define TYPE_AT      156
#define LINK_AT      157
#define LINK_LEN     100
#define MAGIC_AT     257
#define PREFIX_AT    345
#define PREFIX_LEN   155
#define STAR_AT      508

bool tar_is_zero(struct slice bytes)
{
    uint8_t any = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        any |= bytes.ptr[i];
    }
    return any == 0;
}

static struct slice text_field(const uint8_t *block, size_t at, size_t len)
{
    return slice_of(block + at, strnlen((const char *)block + at, len));
}

/* Digits between spaces in front and a space or NUL behind, at least one. */
static enum assay_status octal(struct slice field, uint64_t *out, struct assay_error *err)
{
    size_t at = 0;
    size_t digits = 0;
    *out = 0;
    while (at < field.len && field.ptr[at] == ' ') {
        at++;
    }
    for (; at < field.len && field.ptr[at] >= '0' && field.ptr[at] <= '7'; at++, digits++) {
        *out = *out << 3 | (uint64_t)(field.ptr[at] - '0'); /* 12 digits at most: 36 bits */
    }
    while (at < field.len && (field.ptr[at] == ' ' || field.ptr[at] == '\0')) {
        at++;
    }
    if (digits == 0 || at < field.len) {
        return FAIL(err, ASSAY_ARCHIVE, "a header's number '%.*s' is not octal", SLICE_ARGS(field));
    }
    return ASSAY_OK;
}

/* GNU's form for what does not fit: the first byte 0x80, big-endian behind it. */
static enum assay_status number(struct slice field, uint64_t *out, struct assay_error *err)
{
    if ((field.ptr[0] & 0x80) == 0) {
        return octal(field, out, err);
    }
    bool fits = field.ptr[0] == 0x80;
    *out = 0;
    for (size_t i = 1; i < field.len; i++) {
        fits = fits && *out >> 55 == 0;
        *out = *out << 8 | field.ptr[i];
    }
    return fits ? ASSAY_OK
                : FAIL(err, ASSAY_ARCHIVE, "a header's binary number is negative or too large");
}

/* The sum of all bytes, the checksum itself counted as spaces; old programs summed signed bytes. */
static enum assay_status check_sum(const uint8_t block[TAR_BLOCK_BYTES], struct assay_error *err)
{
    uint64_t said = 0;
    uint64_t sum = 0;
    int64_t signed_sum = 0;
    for (size_t i = 0; i < TAR_BLOCK_BYTES; i++) {
        bool is_sum = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_LEN;
        uint8_t byte = is_sum ? ' ' : block[i];
        sum += byte;
        signed_sum += byte < 0x80 ? byte : (int64_t)byte - 0x100;
    }
    TRY(octal(slice_of(block + CHECKSUM_AT, CHECKSUM_LEN), &said, err));
    if (said != sum && (int64_t)said != signed_sum) {
        return FAIL(err, ASSAY_ARCHIVE, "a header's checksum is wrong");
    }
    return ASSAY_OK;
}

/* Only POSIX headers have a prefix. Programs differ in what they make of the same bytes in other
 * headers, and in star's, whose mark stands at the end. */
static enum assay_status take_prefix(const uint8_t block[TAR_BLOCK_BYTES], struct slice *out,
                                     struct assay_error *err)
{
    static const char posix[] = "ustar"; /* with its NUL; GNU has a space there */
    static const char star[] = "tar";
    bool is_posix =
        slice_equal(slice_of(block + MAGIC_AT, sizeof(posix)), slice_of(posix, sizeof(posix)));
    bool is_star =
        slice_equal(slice_of(block + STAR_AT, sizeof(star)), slice_of(star, sizeof(star)));
    *out = SLICE_EMPTY;
    if (is_posix && !is_star) {
        *out = text_field(block, PREFIX_AT, PREFIX_LEN);
        return ASSAY_OK;
    }
    return tar_is_zero(slice_of(block + PREFIX_AT, PREFIX_LEN))
               ? ASSAY_OK
               : FAIL(err, ASSAY_ARCHIVE, "a header that is not POSIX's has a prefix");
}

static bool is_blank(struct slice field)
{
    for (size_t i = 0; i < field.len; i++) {
        if (field.ptr[i] != ' ' && field.ptr[i] != '\0') {
            return false;
        }
    }
    return true;
}

/* Nothing rests on these, but others stop reading where they are malformed. */
static enum assay_status check_other_numbers(const uint8_t block[TAR_BLOCK_BYTES],
                                             struct assay_error *err)
{
    static const struct {
        size_t at;
        size_t len;
    } fields[] = {
        { 100, 8 },  /* mode */
        { 108, 8 },  /* owner */
        { 116, 8 },  /* group */
        { 136, 12 }, /* time */
        { 329, 8 },  /* device */
        { 337, 8 },
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        struct slice field = slice_of(block + fields[i].at, fields[i].len);
        uint64_t ignored = 0;
        bool is_binary = field.ptr[0] == 0x80 || field.ptr[0] == 0xFF;
        if (!is_binary && !is_blank(field)) {
            TRY(octal(field, &ignored, err));
        }
    }
    return ASSAY_OK;
}

enum assay_status tar_header_parse(const uint8_t block[TAR_BLOCK_BYTES], struct tar_header *out,
                                   struct assay_error *err)
{
    TRY(check_sum(block, err));
    TRY(check_other_numbers(block, err));
    *out = (struct tar_header){
        .type = block[TYPE_AT] == '\0' ? '0' : block[TYPE_AT],
        .name = text_field(block, NAME_AT, NAME_LEN),
        .link = text_field(block, LINK_AT, LINK_LEN),
    };
    TRY(take_prefix(block, &out->prefix, err));
    return number(slice_of(block + SIZE_AT, SIZE_LEN), &out->size, err);
}

/* ---- PAX ---- */

#define PAX_KEYS 64 /* in one header; real ones have three */

struct record {
    struct slice key;
    struct slice value;
};

/* "LENGTH KEY=VALUE\n", LENGTH counting all of it. */
static enum assay_status next_record(struct slice *rest, struct record *out,
                                     struct assay_error *err)
{
    size_t digits = slice_find(slice_first(*rest, 10), ' ');
    uint64_t len = 0;
    bool sound = text_to_u64(slice_first(*rest, digits), rest->len, &len) && len > digits + 3;
    struct slice body =
        sound ? slice_from(slice_first(*rest, (size_t)len), digits + 1) : SLICE_EMPTY;
    sound = sound && body.ptr[body.len - 1] == '\n';
    size_t equals = sound ? slice_find(body, '=') : 0;
    if (!sound || equals == 0 || equals >= body.len - 1) {
        return FAIL(err, ASSAY_ARCHIVE, "a PAX record is malformed");
    }
    out->key = slice_first(body, equals);
    out->value = slice_from(slice_first(body, body.len - 1), equals + 1);
    *rest = slice_from(*rest, (size_t)len);
    return ASSAY_OK;
}

static enum assay_status take_record(const struct record *record, struct tar_pax *out,
                                     struct assay_error *err)
{
    if (slice_has_prefix(record->key, SLICE_LITERAL("GNU.sparse."))) {
        return FAIL(err, ASSAY_ARCHIVE, "a sparse file");
    }
    if (slice_is(record->key, "path")) {
        out->has_path = true;
        out->path = record->value;
    } else if (slice_is(record->key, "linkpath")) {
        out->has_link = true;
        out->link = record->value;
    } else if (slice_is(record->key, "size")) {
        out->has_size = true;
        if (!text_to_u64(record->value, INT64_MAX, &out->size)) {
            return FAIL(err, ASSAY_ARCHIVE, "the PAX size '%.*s' is no number",
                        SLICE_ARGS(record->value));
        }
    }
    return ASSAY_OK;
}

enum assay_status tar_pax_parse(struct slice bytes, bool is_global, struct tar_pax *out,
                                struct assay_error *err)
{
    struct slice keys[PAX_KEYS];
    size_t count = 0;
    *out = (struct tar_pax){ 0 };
    while (bytes.len > 0) {
        struct record record;
        TRY(next_record(&bytes, &record, err));
        for (size_t i = 0; i < count; i++) {
            if (slice_equal(keys[i], record.key)) {
                return FAIL(err, ASSAY_ARCHIVE, "a PAX header names %.*s twice",
                            SLICE_ARGS(record.key));
            }
        }
        if (count == PAX_KEYS) {
            return FAIL(err, ASSAY_ARCHIVE, "a PAX header has more than %d records", PAX_KEYS);
        }
        keys[count++] = record.key;
        TRY(take_record(&record, out, err));
    }
    if (is_global && (out->has_path || out->has_link || out->has_size)) {
        return FAIL(err, ASSAY_ARCHIVE, "a PAX header names all entries that follow");
    }
    return ASSAY_OK;
}

/* ---- names ---- */

static bool is_clean_part(struct slice part)
{
    return part.len > 0 && !slice_is(part, ".") && !slice_is(part, "..");
}

static bool has_clean_bytes(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] < 0x20 || name.ptr[i] == 0x7F || name.ptr[i] == '\\') {
            return false;
        }
    }
    return text_is_utf8(name);
}

static bool is_clean(struct slice name)
{
    struct slice rest = name;
    if (name.len == 0 || name.len > LIMIT_TAR_NAME_BYTES || !has_clean_bytes(name)) {
        return false;
    }
    for (;;) {
        size_t slash = slice_find(rest, '/');
        if (!is_clean_part(slice_first(rest, slash))) {
            return false;
        }
        if (slash >= rest.len) {
            return true;
        }
        rest = slice_from(rest, slash + 1);
    }
}

enum assay_status tar_name_clean(struct slice written, bool is_directory, struct buf *out,
                                 struct assay_error *err)
{
    struct slice name = written;
    bool is_root = is_directory && (slice_is(name, ".") || slice_is(name, "./"));
    buf_reset(out);
    if (is_root) {
        return ASSAY_OK;
    }
    if (slice_has_prefix(name, SLICE_LITERAL("./"))) {
        name = slice_from(name, 2);
    }
    if (name.len > 1 && name.ptr[name.len - 1] == '/') {
        if (!is_directory) {
            return FAIL(err, ASSAY_ARCHIVE, "a file is named '%.*s', like a directory",
                        SLICE_ARGS(written));
        }
        name = slice_first(name, name.len - 1);
    }
    if (!is_clean(name)) {
        return FAIL(err, ASSAY_ARCHIVE_NAME, "the name '%.*s' is not clean", SLICE_ARGS(written));
    }
    return buf_append(out, name, err);
}
