/* SPDX-License-Identifier: Apache-2.0 */
/* OCI layout directories, made here file by file; tests/stack has those of the real tools. */
#include "source/source.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(oci_layout, .timeout = 60);

#define OCI_INDEX    "application/vnd.oci.image.index.v1+json"
#define OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define REF_NAME     "org.opencontainers.image.ref.name"
#define BODY         "{\"schemaVersion\":2,\"stands for\":\"a manifest\"}"

/* ---- a directory ---- */

struct layout {
    char path[64];
};

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    return remove(path);
}

static void layout_remove(struct layout *layout)
{
    cr_assert_eq(nftw(layout->path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static const char *below(const struct layout *layout, const char *name, char out[512])
{
    (void)snprintf(out, 512, "%s/%s", layout->path, name);
    return out;
}

static void put(const struct layout *layout, const char *name, const char *text)
{
    char path[512];
    int fd = open(below(layout, name, path), O_WRONLY | O_CREAT | O_TRUNC, 0600);

    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    cr_assert_eq(close(fd), 0);
}

static void digest_of(const char *text, struct digest *out)
{
    cr_assert_eq(digest_compute(DIGEST_SHA256, slice_from_string(text), out, NULL), ASSAY_OK);
}

static const char *blob_name(const char *text, char out[256])
{
    struct digest digest;
    char hex[DIGEST_TEXT_BYTES];

    digest_of(text, &digest);
    digest_hex(&digest, hex);
    (void)snprintf(out, 256, "blobs/sha256/%s", hex);
    return out;
}

static void put_blob(const struct layout *layout, const char *text)
{
    char name[256];

    put(layout, blob_name(text, name), text);
}

/* An entry of index.json for a blob of that text. */
static void add_entry(struct buf *index, const char *text, const char *media, const char *name)
{
    struct digest digest;
    char digest_text[DIGEST_TEXT_BYTES];

    digest_of(text, &digest);
    digest_format(&digest, digest_text);
    cr_assert_eq(buf_printf(index, NULL, "%s{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%zu",
                            index->len == 0 ? "" : ",", media, digest_text, strlen(text)),
                 ASSAY_OK);
    if (name != NULL) {
        cr_assert_eq(buf_printf(index, NULL, ",\"annotations\":{\"" REF_NAME "\":\"%s\"}", name),
                     ASSAY_OK);
    }
    cr_assert_eq(buf_append_byte(index, '}', NULL), ASSAY_OK);
}

static void put_index(const struct layout *layout, const struct buf *entries)
{
    AUTO_BUF text = BUF_INIT(1 * MIB);

    cr_assert_eq(
        buf_printf(&text, NULL, "{\"schemaVersion\":2,\"manifests\":[%s]}\n", buf_text(entries)),
        ASSAY_OK);
    put(layout, "index.json", buf_text(&text));
}

static void layout_make(struct layout *layout)
{
    char path[512];

    (void)snprintf(layout->path, sizeof(layout->path), "/tmp/assay-layout-XXXXXX");
    cr_assert_not_null(mkdtemp(layout->path));
    cr_assert_eq(mkdir(below(layout, "blobs", path), 0700), 0);
    cr_assert_eq(mkdir(below(layout, "blobs/sha256", path), 0700), 0);
    put(layout, "oci-layout", "{\"imageLayoutVersion\": \"1.0.0\"}");
    put_blob(layout, BODY);
}

/* An empty layout but for the blob BODY; entries for index.json. */
#define LAYOUT(name)                                                                               \
    CLEANUP(layout_remove) struct layout name;                                                     \
    AUTO_BUF entries = BUF_INIT(1 * MIB);                                                          \
    layout_make(&name)

static enum assay_status open_layout(const struct layout *layout, const char *ref,
                                     struct source **out, struct assay_error *err)
{
    char text[512];
    const char *locator = NULL;

    (void)snprintf(text, sizeof(text), "oci:%s%s%s", layout->path, ref == NULL ? "" : ":",
                   ref == NULL ? "" : ref);
    return source_transport_find(text, &locator)
        ->open(locator, &(struct source_context){ .threads = 1 }, out, err);
}

static enum assay_status open_and_close(const struct layout *layout, const char *ref)
{
    struct source *source = NULL;
    enum assay_status status = open_layout(layout, ref, &source, NULL);

    cr_expect_eq(source == NULL, status != ASSAY_OK);
    source_free(source);
    return status;
}

/* ---- honest ones ---- */

Test(oci_layout, named)
{
    struct source *source = NULL;
    struct source_manifest manifest;
    struct digest digest;
    char digest_text[DIGEST_TEXT_BYTES];
    LAYOUT(layout);

    add_entry(&entries, BODY, OCI_MANIFEST, "registry.example.com/app:1.0");
    put_index(&layout, &entries);
    cr_assert_eq(open_layout(&layout, NULL, &source, NULL), ASSAY_OK);
    cr_expect(source->is_local);
    cr_expect_str_eq(source->claimed_name, "registry.example.com/app:1.0");
    cr_assert_eq(source->ops->named(source, &manifest, NULL), ASSAY_OK);
    cr_expect(slice_is(buf_slice(&manifest.bytes), BODY));
    cr_expect_str_eq(manifest.media_type, OCI_MANIFEST);
    digest_of(BODY, &digest);
    digest_format(&digest, digest_text);
    cr_expect_str_eq(manifest.claimed_digest, digest_text);
    source_manifest_clear(&manifest);
    source_free(source);
}

static enum assay_status stop(void *ctx, struct slice bytes, struct assay_error *err)
{
    (void)bytes;
    (*(int *)ctx)++;
    return FAIL(err, ASSAY_BOMB, "stop");
}

Test(oci_layout, by_digest_and_blob)
{
    struct source *source = NULL;
    struct oci_descriptor wanted[2] = { { .size = strlen(BODY) }, { .size = 7 } };
    struct source_manifest manifests[2];
    enum assay_status statuses[2];
    struct assay_error errors[2];
    AUTO_BUF large = BUF_INIT(1 * MIB);
    AUTO_BUF out = BUF_INIT(1 * MIB);
    int calls = 0;
    LAYOUT(layout);

    add_entry(&entries, BODY, OCI_MANIFEST, NULL);
    put_index(&layout, &entries);
    cr_assert_eq(open_layout(&layout, NULL, &source, NULL), ASSAY_OK);
    cr_expect_null(source->claimed_name);

    digest_of(BODY, &wanted[0].digest);
    digest_of("absent!", &wanted[1].digest);
    cr_assert_eq(source->ops->by_digest(source, wanted, 2, manifests, statuses, errors, NULL),
                 ASSAY_OK);
    cr_expect_eq(statuses[0], ASSAY_OK);
    cr_expect(slice_is(buf_slice(&manifests[0].bytes), BODY));
    cr_expect_eq(statuses[1], ASSAY_MANIFEST_MISSING);
    cr_expect_eq(errors[1].status, ASSAY_MANIFEST_MISSING);
    source_manifest_clear(&manifests[0]);

    while (large.len < 160 * KIB) {
        cr_assert_eq(buf_append_string(&large, "0123456789abcde\n", NULL), ASSAY_OK);
    }
    put_blob(&layout, buf_text(&large));
    wanted[0].size = large.len;
    digest_of(buf_text(&large), &wanted[0].digest);
    cr_assert_eq(source->ops->blob(source, &wanted[0], buf_sink, &out, NULL), ASSAY_OK);
    cr_expect(slice_equal(buf_slice(&out), buf_slice(&large)));
    cr_expect_eq(source->ops->blob(source, &wanted[0], stop, &calls, NULL), ASSAY_BOMB);
    cr_expect_eq(calls, 1);
    cr_expect_eq(source->ops->blob(source, &wanted[1], buf_sink, &out, NULL),
                 ASSAY_MANIFEST_MISSING);
    source_free(source);
}

/* A blob of another content is handed out as it is: who asked hashes it. Of another size, not. */
Test(oci_layout, altered_blob)
{
    struct source *source = NULL;
    struct source_manifest manifest;
    char name[256];
    LAYOUT(layout);

    add_entry(&entries, BODY, OCI_MANIFEST, NULL);
    put_index(&layout, &entries);
    cr_assert_eq(open_layout(&layout, NULL, &source, NULL), ASSAY_OK);
    put(&layout, blob_name(BODY, name), BODY "\n");
    cr_expect_eq(source->ops->named(source, &manifest, NULL), ASSAY_SIZE_MISMATCH);
    cr_expect_eq(manifest.bytes.len, 0U);
    put(&layout, blob_name(BODY, name), "");
    cr_expect_eq(source->ops->named(source, &manifest, NULL), ASSAY_SIZE_MISMATCH);
    source_free(source);
}

/* ---- choosing ---- */

Test(oci_layout, names)
{
    static const struct {
        const char *name; /* of the second image; the first is registry.example.com/app:1.0 */
        const char *ref;
        enum assay_status status;
        const char *claimed;
    } CASES[] = {
        { "2.0", "2.0", ASSAY_OK, NULL },
        { "2.0", "1.0", ASSAY_OK, "registry.example.com/app:1.0" },
        { "2.0", "registry.example.com/app:1.0", ASSAY_OK, "registry.example.com/app:1.0" },
        { "1.0", "1.0", ASSAY_OK, NULL }, /* exact before the tag of a longer name */
        { "r.example/x:1.0", "1.0", ASSAY_USAGE, NULL },
        { "registry.example.com/app:1.0", "registry.example.com/app:1.0", ASSAY_AMBIGUOUS, NULL },
        { "2.0", NULL, ASSAY_USAGE, NULL },
        { NULL, NULL, ASSAY_USAGE, NULL },
        { NULL, "", ASSAY_USAGE, NULL },
        { "2.0", "3.0", ASSAY_IMAGE_ABSENT, NULL },
        { "2.0", "app", ASSAY_IMAGE_ABSENT, NULL },
        { "2.0", "0", ASSAY_IMAGE_ABSENT, NULL },
        { "localhost:5000/app", "5000/app", ASSAY_IMAGE_ABSENT, NULL }, /* a port is no tag */
        { "docker.io/library/x:y", "y", ASSAY_OK, "docker.io/library/x:y" },
        { "docker.io/x:y", "y", ASSAY_OK, "docker.io/library/x:y" },
        { "library/x:y", "y", ASSAY_OK, NULL },
        { "x:y", "y", ASSAY_OK, NULL },
        { "localhost/x:y", "y", ASSAY_OK, "localhost/x:y" },
        { "r.example/x", "r.example/x", ASSAY_OK, NULL }, /* names no tag */
        { "R.example/X:y", "y", ASSAY_OK, NULL },
    };

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct source *source = NULL;
        struct assay_error err = ERROR_INIT;
        LAYOUT(layout);
        add_entry(&entries, BODY, OCI_MANIFEST, "registry.example.com/app:1.0");
        add_entry(&entries, "another", OCI_INDEX, CASES[i].name);
        put_index(&layout, &entries);
        cr_expect_eq(open_layout(&layout, CASES[i].ref, &source, &err), CASES[i].status,
                     "case %zu: %s", i, err.message);
        if (CASES[i].status != ASSAY_OK) {
            cr_expect_null(source);
            continue;
        }
        cr_assert_not_null(source, "case %zu", i);
        if (CASES[i].claimed == NULL) {
            cr_expect_null(source->claimed_name, "case %zu", i);
        } else {
            cr_assert_not_null(source->claimed_name, "case %zu", i);
            cr_expect_str_eq(source->claimed_name, CASES[i].claimed, "case %zu", i);
        }
        source_free(source);
    }
}

Test(oci_layout, error_lists_the_names)
{
    struct source *source = NULL;
    struct assay_error err = ERROR_INIT;
    LAYOUT(layout);

    add_entry(&entries, BODY, OCI_MANIFEST, "one");
    add_entry(&entries, BODY, OCI_MANIFEST, "t\\u001b[31mwo");
    add_entry(&entries, BODY, OCI_MANIFEST, NULL);
    put_index(&layout, &entries);
    cr_assert_eq(open_layout(&layout, NULL, &source, &err), ASSAY_USAGE);
    cr_expect_not_null(strstr(err.message, "one, t"));
    cr_expect_not_null(strstr(err.message, "(without a name)"));
    cr_expect_null(strchr(err.message, 0x1b));
}

/* ---- the two named files ---- */

Test(oci_layout, version)
{
    static const struct {
        const char *text;
        enum assay_status status;
    } CASES[] = {
        { "{\"imageLayoutVersion\":\"1.0.0\"}\n", ASSAY_OK },
        { "{\"imageLayoutVersion\":\"1.1.0\",\"extra\":1}", ASSAY_OK },
        { "{\"imageLayoutVersion\":\"2.0.0\"}", ASSAY_LAYOUT },
        { "{\"imageLayoutVersion\":\"10.0.0\"}", ASSAY_LAYOUT },
        { "{\"imageLayoutVersion\":\"\"}", ASSAY_LAYOUT },
        { "{\"imageLayoutVersion\":1}", ASSAY_SCHEMA },
        { "{}", ASSAY_SCHEMA },
        { "{\"imageLayoutVersion\":\"1.0.0\",\"ImageLayoutVersion\":\"1.0.0\"}", ASSAY_AMBIGUOUS },
        { "", ASSAY_JSON_SYNTAX },
    };
    char path[512];
    LAYOUT(layout);

    add_entry(&entries, BODY, OCI_MANIFEST, NULL);
    put_index(&layout, &entries);
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        put(&layout, "oci-layout", CASES[i].text);
        cr_expect_eq(open_and_close(&layout, NULL), CASES[i].status, "case %zu", i);
    }
    cr_assert_eq(unlink(below(&layout, "oci-layout", path)), 0);
    cr_expect_eq(open_and_close(&layout, NULL), ASSAY_LAYOUT);
}

#define ENTRY                                                                                      \
    "{\"mediaType\":\"" OCI_MANIFEST "\",\"size\":7,\"digest\":\"sha256:"                          \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}"

Test(oci_layout, index)
{
    static const struct {
        const char *text;
        enum assay_status status;
    } CASES[] = {
        { "{\"schemaVersion\":2,\"manifests\":[" ENTRY "]}", ASSAY_OK },
        { "{\"schemaVersion\":2,\"mediaType\":\"" OCI_INDEX "\",\"manifests\":[" ENTRY "]}",
          ASSAY_OK },
        { "{\"schemaVersion\":2,\"mediaType\":\"" OCI_MANIFEST "\",\"manifests\":[" ENTRY "]}",
          ASSAY_MEDIA_TYPE },
        { "{\"schemaVersion\":2,\"manifests\":[]}", ASSAY_IMAGE_ABSENT },
        { "{\"schemaVersion\":2,\"manifests\":null}", ASSAY_IMAGE_ABSENT },
        { "{\"schemaVersion\":2}", ASSAY_SCHEMA },
        { "{\"manifests\":[" ENTRY "]}", ASSAY_SCHEMA },
        { "{\"schemaVersion\":3,\"manifests\":[" ENTRY "]}", ASSAY_JSON_NUMBER },
        { "{\"schemaVersion\":2,\"manifests\":[" ENTRY "],\"Manifests\":[]}", ASSAY_AMBIGUOUS },
        { "{\"schemaVersion\":2,\"manifests\":[{}]}", ASSAY_SCHEMA },
        { "{\"schemaVersion\":2,\"manifests\":[7]}", ASSAY_SCHEMA },
        { "{\"schemaVersion\":2,\"manifests\":[{\"annotations\":7}]}", ASSAY_SCHEMA },
        { "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"x/y\",\"size\":7,"
          "\"digest\":\"sha256:0123456789abcdef0123456789abcdef0123456789abcdef"
          "0123456789abcdef\"}]}",
          ASSAY_MEDIA_TYPE },
        { "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"" OCI_MANIFEST "\",\"size\":7,"
          "\"digest\":\"sha256:../../index.json\"}]}",
          ASSAY_SCHEMA },
        { "[]", ASSAY_SCHEMA },
        { "", ASSAY_JSON_SYNTAX },
    };
    char path[512];
    LAYOUT(layout);

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        put(&layout, "index.json", CASES[i].text);
        cr_expect_eq(open_and_close(&layout, NULL), CASES[i].status, "case %zu", i);
    }
    cr_assert_eq(unlink(below(&layout, "index.json", path)), 0);
    cr_expect_eq(open_and_close(&layout, NULL), ASSAY_LAYOUT);
    buf_reset(&entries); /* not used here */
}

/* ---- what stands where a file should ---- */

Test(oci_layout, directory_is_needed)
{
    struct source *source = NULL;
    const char *locator = NULL;

    static const struct {
        const char *text;
        enum assay_status status;
    } CASES[] = {
        { "oci:/nonexistent/assay", ASSAY_FILE_IO },
        { "oci:/dev/null", ASSAY_FILE_IO },
        { "oci:", ASSAY_USAGE },
        { "oci::1.0", ASSAY_USAGE },
        { "oci:/tmp:", ASSAY_USAGE },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        cr_expect_eq(source_transport_find(CASES[i].text, &locator)
                         ->open(locator, &(struct source_context){ .threads = 1 }, &source, NULL),
                     CASES[i].status, "%s", CASES[i].text);
        cr_expect_null(source);
    }
}

/* Puts something else where the named file is, made by make. */
static enum assay_status named_after(const struct layout *layout, const char *name,
                                     int (*make)(const char *path))
{
    struct source *source = NULL;
    struct source_manifest manifest = { 0 };
    char path[512];
    char moved[512];

    (void)below(layout, name, path);
    (void)below(layout, "moved", moved);
    cr_assert_eq(rename(path, moved), 0);
    cr_assert_eq(make(path), 0);
    enum assay_status status = open_layout(layout, NULL, &source, NULL);
    if (status == ASSAY_OK) {
        status = source->ops->named(source, &manifest, NULL);
        source_manifest_clear(&manifest);
    }
    source_free(source);
    cr_assert_eq(remove(path), 0);
    cr_assert_eq(rename(moved, path), 0);
    return status;
}

static int make_link(const char *path)
{
    char target[600];

    (void)snprintf(target, sizeof(target), "%.*s/moved", (int)strlen("/tmp/assay-layout-XXXXXX"),
                   path);
    return symlink(target, path);
}

static int make_fifo(const char *path)
{
    return mkfifo(path, 0600);
}

static int make_directory(const char *path)
{
    return mkdir(path, 0700);
}

static int make_dangling(const char *path)
{
    return symlink("nowhere", path);
}

Test(oci_layout, links_and_special_files)
{
    char blob[256];
    LAYOUT(layout);

    add_entry(&entries, BODY, OCI_MANIFEST, NULL);
    put_index(&layout, &entries);
    const char *const NAMES[] = { "oci-layout", "index.json", blob_name(BODY, blob) };
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        cr_expect_neq(named_after(&layout, NAMES[i], make_link), ASSAY_OK, "%s link", NAMES[i]);
        cr_expect_neq(named_after(&layout, NAMES[i], make_fifo), ASSAY_OK, "%s fifo", NAMES[i]);
        cr_expect_neq(named_after(&layout, NAMES[i], make_directory), ASSAY_OK, "%s dir", NAMES[i]);
    }
    cr_expect_eq(named_after(&layout, blob, make_link), ASSAY_LAYOUT);
    cr_expect_eq(named_after(&layout, blob, make_dangling), ASSAY_LAYOUT);
    cr_expect_eq(named_after(&layout, blob, make_fifo), ASSAY_LAYOUT);
    cr_expect_eq(named_after(&layout, blob, make_directory), ASSAY_LAYOUT);
    cr_expect_eq(named_after(&layout, "blobs/sha256", make_link), ASSAY_LAYOUT);
    cr_expect_eq(named_after(&layout, "blobs", make_link), ASSAY_LAYOUT);
    cr_expect_eq(named_after(&layout, "blobs", make_fifo), ASSAY_LAYOUT);
}

Test(oci_layout, missing_blob)
{
    struct source *source = NULL;
    struct source_manifest manifest;
    char name[256];
    char path[512];
    LAYOUT(layout);

    add_entry(&entries, BODY, OCI_MANIFEST, NULL);
    put_index(&layout, &entries);
    cr_assert_eq(open_layout(&layout, NULL, &source, NULL), ASSAY_OK);
    cr_assert_eq(unlink(below(&layout, blob_name(BODY, name), path)), 0);
    cr_expect_eq(source->ops->named(source, &manifest, NULL), ASSAY_MANIFEST_MISSING);
    cr_assert_eq(rmdir(below(&layout, "blobs/sha256", path)), 0);
    cr_expect_eq(source->ops->named(source, &manifest, NULL), ASSAY_MANIFEST_MISSING);
    cr_assert_eq(rmdir(below(&layout, "blobs", path)), 0);
    cr_expect_eq(source->ops->named(source, &manifest, NULL), ASSAY_MANIFEST_MISSING);
    source_free(source);
}

Test(oci_layout, entries_are_limited)
{
    LAYOUT(layout);

    for (size_t i = 0; i < LIMIT_LAYOUT_ENTRIES + 1; i++) {
        cr_assert_eq(buf_append_string(&entries, i == 0 ? ENTRY : "," ENTRY, NULL), ASSAY_OK);
    }
    put_index(&layout, &entries);
    cr_expect_eq(open_and_close(&layout, NULL), ASSAY_JSON_LIMIT);
}
