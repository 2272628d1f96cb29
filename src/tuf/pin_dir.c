/* SPDX-License-Identifier: Apache-2.0 */
/* Directories of pins. A file is found by its name alone, so a name that is none of ours is an
 * error: a pin that its author believes in and no one reads would be worse. */
#include "tuf/pin.h"

#include "base/file.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/text.h"
#include "tuf/store_fs.h"
#include "json/tree.h"

#include <sys/stat.h>

#define PIN_SUFFIX     ".json"
#define PIN_NAME_BYTES (64 + sizeof PIN_SUFFIX)
#define PIN_MODE       (S_IRUSR | S_IWUSR)
#define PIN_SCHEMA     1

static const char *const members[] = { "schema", "pattern", "sha256", "root", "ca" };

/* The store's words for what is wrong with a file, in those of configuration. */
static enum assay_status as_config(struct assay_error *err, enum assay_status status)
{
    enum assay_status config = ASSAY_CONFIG;
    if (status == ASSAY_OK || status == ASSAY_NO_MEMORY || status == ASSAY_STATE_LOCK) {
        return status;
    }
    if (status == ASSAY_STATE_IO || status == ASSAY_FILE_IO) {
        config = ASSAY_FILE_IO;
    }
    if (err != NULL) {
        err->status = config;
    }
    return config;
}

static enum assay_status pin_name(struct slice pattern, char out[PIN_NAME_BYTES],
                                  struct assay_error *err)
{
    struct digest sum;
    char hex[DIGEST_TEXT_BYTES];
    TRY(digest_compute(DIGEST_SHA256, pattern, &sum, err));
    digest_hex(&sum, hex);
    memcpy(out, hex, 64);
    memcpy(out + 64, PIN_SUFFIX, sizeof PIN_SUFFIX);
    return ASSAY_OK;
}

/* ---- one file ---- */

static enum assay_status set_bytes(struct tuf_pin *pin, enum tuf_pin_kind kind, const char *text,
                                   struct assay_error *err)
{
    pin->kind = kind;
    pin->bytes.max = LIMIT_PIN_FILE_BYTES;
    return buf_append_string(&pin->bytes, text, err);
}

static enum assay_status decode_root_of_trust(const struct json_at *top, struct tuf_pin *out,
                                              struct assay_error *err)
{
    const char *sha256 = NULL;
    const char *root = NULL;
    const char *ca = NULL;
    TRY(json_get_string_opt(top, "sha256", &sha256, err));
    TRY(json_get_string_opt(top, "root", &root, err));
    TRY(json_get_string_opt(top, "ca", &ca, err));
    if ((sha256 != NULL) + (root != NULL) + (ca != NULL) != 1) {
        return FAIL(err, ASSAY_CONFIG, "expected one of sha256, root and ca");
    }
    if (root != NULL) {
        return set_bytes(out, TUF_PIN_ROOT, root, err);
    }
    if (ca != NULL) {
        return set_bytes(out, TUF_PIN_CA, ca, err);
    }
    out->kind = TUF_PIN_FINGERPRINT;
    out->fingerprint.alg = DIGEST_SHA256;
    return hex_decode(slice_from_string(sha256), out->fingerprint.bytes, 32, err);
}

static enum assay_status decode(const struct json_at *top, const char *name, struct tuf_pin *out,
                                struct assay_error *err)
{
    int64_t schema = 0;
    const char *pattern = NULL;
    char expected[PIN_NAME_BYTES];
    TRY(json_check_members(top, members, ARRAY_LEN(members), true, err));
    TRY(json_get_integer(top, "schema", PIN_SCHEMA, PIN_SCHEMA, &schema, err));
    TRY(json_get_string(top, "pattern", &pattern, err));
    TRY(tuf_pin_check_pattern(pattern, err));
    TRY(pin_name(slice_from_string(pattern), expected, err));
    if (strcmp(expected, name) != 0) {
        return FAIL(err, ASSAY_CONFIG, "the pin of %s must be named %s", pattern, expected);
    }
    memcpy(out->pattern, pattern, strlen(pattern));
    return decode_root_of_trust(top, out, err);
}

/* out->kind is TUF_PIN_NONE when there is no such file. */
static enum assay_status read_pin(int dir_fd, const char *name, struct tuf_pin *out,
                                  struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(LIMIT_PIN_FILE_BYTES);
    AUTO_JSON_TREE tree = NULL;
    struct json_at top;
    bool found = false;
    *out = (struct tuf_pin){ .kind = TUF_PIN_NONE };
    enum assay_status status =
        fs_read(dir_fd, name, LIMIT_PIN_FILE_BYTES, FS_OURS_OR_ROOT, &text, &found, err);
    if (status == ASSAY_OK && found) {
        status = json_tree_load(buf_slice(&text), name, &tree, &top, err);
    }
    if (status == ASSAY_OK && found) {
        status = decode(&top, name, out, err);
    }
    if (status != ASSAY_OK) {
        tuf_pin_clear(out);
        return error_context(err, as_config(err, status), "pin %s", name);
    }
    return ASSAY_OK;
}

/* ---- directories ---- */

static enum assay_status check_name(void *ctx, const char *name, struct assay_error *err)
{
    (void)ctx;
    struct slice text = slice_from_string(name);
    struct slice hex = slice_first(text, 64);
    if (slice_has_suffix(text, SLICE_LITERAL(PIN_SUFFIX)) &&
        (text.len != PIN_NAME_BYTES - 1 || !text_is_lower_hex(hex))) {
        return FAIL(err, ASSAY_CONFIG,
                    "%s: a pin is named by the SHA-256 of its pattern; 'assay root pin' writes it",
                    name);
    }
    return ASSAY_OK;
}

/* *out is -1 when the directory does not exist. */
static enum assay_status open_pins(const char *dir, enum fs_missing missing, int *out,
                                   struct assay_error *err)
{
    enum assay_status status = fs_open_path(dir, FS_OURS_OR_ROOT, missing, out, err);
    if (status == ASSAY_OK && *out >= 0) {
        status = fs_list(*out, check_name, NULL, err);
    }
    if (status != ASSAY_OK) {
        fd_close_quietly(out);
        return error_context(err, as_config(err, status), "pins in %s", dir);
    }
    return ASSAY_OK;
}

/* The pattern of a rank: 0 is the GUN itself, then its prefixes, longest first; false beyond. */
static bool pattern_at(const char *gun, size_t rank, char out[LIMIT_REFERENCE_BYTES])
{
    struct slice prefix = slice_from_string(gun);
    if (prefix.len + sizeof("/*") > LIMIT_REFERENCE_BYTES) {
        return false;
    }
    for (size_t i = 0; i < rank; i++) {
        size_t slash = slice_find_last(prefix, '/');
        if (slash == prefix.len) {
            return false;
        }
        prefix.len = slash;
    }
    memcpy(out, prefix.ptr, prefix.len);
    memcpy(out + prefix.len, "/*", 3);
    if (rank == 0) {
        out[prefix.len] = '\0';
    }
    return true;
}

/* The most specific pin of one directory, if it is more specific than *best_rank. */
static enum assay_status find_in(int dir_fd, const char *gun, size_t *best_rank,
                                 struct tuf_pin *out, struct assay_error *err)
{
    char pattern[LIMIT_REFERENCE_BYTES];
    for (size_t rank = 0; rank < *best_rank && pattern_at(gun, rank, pattern); rank++) {
        char name[PIN_NAME_BYTES];
        struct tuf_pin pin = { .kind = TUF_PIN_NONE };
        TRY(pin_name(slice_from_string(pattern), name, err));
        TRY(read_pin(dir_fd, name, &pin, err));
        if (pin.kind != TUF_PIN_NONE) {
            tuf_pin_clear(out);
            *out = pin;
            *best_rank = rank;
            return ASSAY_OK;
        }
    }
    return ASSAY_OK;
}

enum assay_status tuf_pins_find(const char *const *dirs, size_t dir_count, const char *gun,
                                struct tuf_pin *out, struct assay_error *err)
{
    size_t best_rank = SIZE_MAX;
    *out = (struct tuf_pin){ .kind = TUF_PIN_NONE };
    for (size_t i = 0; i < dir_count; i++) {
        AUTO_FD dir_fd = -1;
        enum assay_status status = open_pins(dirs[i], FS_LOOK, &dir_fd, err);
        if (status == ASSAY_OK && dir_fd >= 0) {
            status = find_in(dir_fd, gun, &best_rank, out, err);
        }
        if (status != ASSAY_OK) {
            tuf_pin_clear(out);
            return status;
        }
    }
    return ASSAY_OK;
}

/* ---- changing ---- */

static enum assay_status encode(const struct tuf_pin *pin, struct buf *out, struct assay_error *err)
{
    char hex[DIGEST_TEXT_BYTES];
    if (pin->kind == TUF_PIN_NONE) {
        return FAIL(err, ASSAY_INTERNAL, "an empty pin is not stored");
    }
    if (pin->bytes.len > LIMIT_JSON_STRING_BYTES) {
        return FAIL(err, ASSAY_PIN_INVALID,
                    "a stored pin holds at most %lu bytes, this file has %zu: pin a fingerprint",
                    LIMIT_JSON_STRING_BYTES, pin->bytes.len);
    }
    struct json_new *top = json_new_object();
    json_add_integer(top, "schema", PIN_SCHEMA);
    json_add_string(top, "pattern", pin->pattern);
    if (pin->kind == TUF_PIN_FINGERPRINT) {
        digest_hex(&pin->fingerprint, hex);
        json_add_string(top, "sha256", hex);
    } else {
        json_add_string(top, pin->kind == TUF_PIN_ROOT ? "root" : "ca", buf_text(&pin->bytes));
    }
    return json_write(top, 2, out, err);
}

static bool same_pin(const struct tuf_pin *a, const struct tuf_pin *b)
{
    if (a->kind != b->kind) {
        return false;
    }
    return a->kind == TUF_PIN_FINGERPRINT ? digest_equal(&a->fingerprint, &b->fingerprint)
                                          : slice_equal(buf_slice(&a->bytes), buf_slice(&b->bytes));
}

static enum assay_status add_locked(int dir_fd, const struct tuf_pin *pin, struct slice text,
                                    struct assay_error *err)
{
    char name[PIN_NAME_BYTES];
    struct tuf_pin present = { .kind = TUF_PIN_NONE };
    TRY(pin_name(slice_from_string(pin->pattern), name, err));
    TRY(read_pin(dir_fd, name, &present, err));
    bool exists = present.kind != TUF_PIN_NONE;
    bool is_same = exists && same_pin(&present, pin);
    tuf_pin_clear(&present);
    if (exists && !is_same) {
        return FAIL(err, ASSAY_PIN_MISMATCH, "another root is pinned for %s", pin->pattern);
    }
    if (!exists) {
        TRY(as_config(err, fs_put(dir_fd, name, PIN_MODE, text, err)));
    }
    return as_config(err, fs_sync_dir(dir_fd, name, err));
}

enum assay_status tuf_pins_add(const char *dir, const struct tuf_pin *pin, struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(LIMIT_PIN_FILE_BYTES);
    AUTO_FD dir_fd = -1;
    TRY(tuf_pin_check_pattern(pin->pattern, err));
    TRY(encode(pin, &text, err));
    TRY(open_pins(dir, FS_MAKE, &dir_fd, err));
    TRY_IN(fs_lock_dir(dir_fd, true, NULL, err), err, "pins in %s", dir);
    TRY_IN(add_locked(dir_fd, pin, buf_slice(&text), err), err, "pins in %s", dir);
    return ASSAY_OK;
}

enum assay_status tuf_pins_remove(const char *dir, const char *pattern, bool *removed,
                                  struct assay_error *err)
{
    char name[PIN_NAME_BYTES];
    AUTO_FD dir_fd = -1;
    *removed = false;
    TRY(pin_name(slice_from_string(pattern), name, err));
    TRY(open_pins(dir, FS_LOOK, &dir_fd, err));
    if (dir_fd < 0) {
        return ASSAY_OK;
    }
    TRY_IN(fs_lock_dir(dir_fd, true, NULL, err), err, "pins in %s", dir);
    TRY(as_config(err, fs_remove(dir_fd, name, removed, err)));
    return as_config(err, fs_sync_dir(dir_fd, name, err));
}

/* ---- listing ---- */

struct pin_entry {
    const char *dir;
    size_t order; /* of being found: the directories' */
    struct tuf_pin pin;
};

struct pin_list {
    int dir_fd;
    const char *dir;
    struct pin_entry *entries;
    size_t count;
    size_t cap;
};

static void pin_list_clear(struct pin_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        tuf_pin_clear(&list->entries[i].pin);
    }
    mem_free(list->entries);
}

static enum assay_status collect(void *ctx, const char *name, struct assay_error *err)
{
    struct pin_list *list = ctx;
    if (!slice_has_suffix(slice_from_string(name), SLICE_LITERAL(PIN_SUFFIX))) {
        return ASSAY_OK;
    }
    TRY(mem_grow(&list->entries, list->count, &list->cap, sizeof(*list->entries), err));
    struct pin_entry *entry = &list->entries[list->count];
    *entry = (struct pin_entry){ .dir = list->dir, .order = list->count };
    TRY(read_pin(list->dir_fd, name, &entry->pin, err));
    list->count += entry->pin.kind == TUF_PIN_NONE ? 0 : 1; /* removed meanwhile */
    return ASSAY_OK;
}

static int compare_entries(const void *a, const void *b)
{
    const struct pin_entry *left = a;
    const struct pin_entry *right = b;
    int order = strcmp(left->pin.pattern, right->pin.pattern);
    return order != 0 ? order : size_compare(left->order, right->order);
}

static enum assay_status collect_dir(struct pin_list *list, const char *dir,
                                     struct assay_error *err)
{
    AUTO_FD dir_fd = -1;
    TRY(open_pins(dir, FS_LOOK, &dir_fd, err));
    list->dir = dir;
    list->dir_fd = dir_fd;
    return dir_fd < 0 ? ASSAY_OK : as_config(err, fs_list(dir_fd, collect, list, err));
}

enum assay_status tuf_pins_list(const char *const *dirs, size_t dir_count,
                                enum assay_status (*each)(void *ctx, const char *dir,
                                                          const struct tuf_pin *pin,
                                                          struct assay_error *err),
                                void *ctx, struct assay_error *err)
{
    CLEANUP(pin_list_clear) struct pin_list list = { .dir_fd = -1 };
    for (size_t i = 0; i < dir_count; i++) {
        TRY(collect_dir(&list, dirs[i], err));
    }
    list_sort(list.entries, list.count, sizeof(*list.entries), compare_entries);
    for (size_t i = 0; i < list.count; i++) {
        TRY(each(ctx, list.entries[i].dir, &list.entries[i].pin, err));
    }
    return ASSAY_OK;
}
