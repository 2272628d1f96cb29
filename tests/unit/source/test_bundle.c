/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles: what was put in comes out; the same contents are the same bytes; every other form is
 * refused. */
#include "source/bundle.h"

#include "archive/tar_write.h"
#include "base/file.h"
#include "base/time.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define GUN   "reg.test/acme/app"
#define OTHER "reg.test/acme/other"

/* SHA-256 of "one" and of "two" */
#define ONE "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
#define TWO "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"

static char path[] = "/tmp/assay-bundle-XXXXXX";

static void make_path(void)
{
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(close(fd), 0);
}

static void remove_path(void)
{
    (void)unlink(path);
}

TestSuite(bundle, .timeout = 60, .init = make_path, .fini = remove_path);

static void read_whole(struct buf *out)
{
    *out = (struct buf)BUF_INIT(1 * MIB);
    cr_assert_eq(file_read(path, 1 * MIB, out, NULL), ASSAY_OK);
}

static void write_whole(struct slice bytes)
{
    int fd = open(path, O_WRONLY | O_TRUNC);
    cr_assert_geq(fd, 0);
    cr_assert_eq(fd_write_all(fd, bytes, NULL), ASSAY_OK);
    cr_assert_eq(close(fd), 0);
}

static enum assay_status open_it(struct bundle **out, struct assay_error *err)
{
    return bundle_open(path, out, err);
}

static struct bundle *open_good(void)
{
    struct bundle *bundle = NULL;
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(open_it(&bundle, &err), ASSAY_OK, "%s", err.message);
    return bundle;
}

static void metadata(struct bundle_writer *writer, const char *name, const char *bytes)
{
    cr_assert_eq(bundle_writer_metadata(writer, name, slice_from_string(bytes), NULL), ASSAY_OK);
}

static void begin(struct bundle_writer *writer, const char *gun, const char *server, int64_t time)
{
    cr_assert_eq(bundle_writer_repository(writer, gun, server, time, NULL), ASSAY_OK);
}

static void reference(struct bundle_writer *writer, const char *text)
{
    cr_assert_eq(bundle_writer_reference(writer, text, NULL), ASSAY_OK);
}

static void document(struct bundle_writer *writer, const char *bytes)
{
    cr_assert_eq(bundle_writer_document(writer, slice_from_string(bytes), NULL), ASSAY_OK);
}

static struct bundle_writer *writer_on(const struct bundle *base)
{
    struct bundle_writer *writer = NULL;
    cr_assert_eq(bundle_writer_new(base, &writer, NULL), ASSAY_OK);
    return writer;
}

static void save(struct bundle_writer *writer)
{
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(bundle_writer_save(writer, path, &err), ASSAY_OK, "%s", err.message);
    bundle_writer_free(writer);
}

/* Two repositories and two documents, one way or the other round. */
static void save_usual(bool reversed)
{
    struct bundle_writer *writer = writer_on(NULL);
    for (int i = 0; i < 2; i++) {
        if ((i == 0) != reversed) {
            begin(writer, GUN, "https://notary.test", 1795612717);
            metadata(writer, reversed ? "timestamp" : "root", reversed ? "four" : "three");
            metadata(writer, reversed ? "root" : "timestamp", reversed ? "three" : "four");
            metadata(writer, "3.root", "three");
            metadata(writer, "targets/releases", "five");
            reference(writer, reversed ? GUN ":2" : GUN ":1");
            reference(writer, reversed ? GUN ":1" : GUN ":2");
            reference(writer, GUN ":1");
            document(writer, "one");
        } else {
            begin(writer, OTHER, "", 0);
            metadata(writer, "root", "six");
            reference(writer, OTHER ":1");
            document(writer, "two");
        }
    }
    save(writer);
}

static void expect_metadata(const struct bundle *bundle, const char *gun, const char *name,
                            const char *bytes)
{
    AUTO_BUF out = BUF_INIT(64);
    bool found = false;
    cr_assert_eq(bundle_metadata(bundle, gun, name, 64, &out, &found, NULL), ASSAY_OK);
    cr_assert_eq(found, bytes != NULL, "%s", name);
    cr_expect_str_eq(buf_text(&out), bytes == NULL ? "" : bytes, "%s", name);
}

Test(bundle, gives_back_what_was_put_in)
{
    save_usual(false);
    struct bundle *bundle = open_good();
    const struct bundle_repository *first = bundle_repository_at(bundle, 0);
    const struct bundle_repository *second = bundle_repository_at(bundle, 1);
    cr_assert(first != NULL && second != NULL && bundle_repository_at(bundle, 2) == NULL);
    cr_expect_str_eq(first->gun, GUN);
    cr_expect_str_eq(first->server, "https://notary.test");
    cr_expect_eq(first->modified_unix_s, 1795612717);
    cr_assert_eq(first->reference_count, 2);
    cr_expect_str_eq(first->references[0], GUN ":1");
    cr_expect_str_eq(first->references[1], GUN ":2");
    cr_expect_str_eq(second->gun, OTHER);
    cr_expect_str_eq(second->server, "");
    cr_expect_eq(second->modified_unix_s, 0);
    cr_expect_eq(bundle_repository_find(bundle, OTHER), second);
    cr_expect_null(bundle_repository_find(bundle, "reg.test/acme"));
    expect_metadata(bundle, GUN, "root", "three");
    expect_metadata(bundle, GUN, "3.root", "three");
    expect_metadata(bundle, GUN, "timestamp", "four");
    expect_metadata(bundle, GUN, "targets/releases", "five");
    expect_metadata(bundle, GUN, "snapshot", NULL);
    expect_metadata(bundle, OTHER, "root", "six");
    expect_metadata(bundle, OTHER, "timestamp", NULL);
    bundle_free(bundle);
}

Test(bundle, says_what_is_too_large)
{
    save_usual(false);
    struct bundle *bundle = open_good();
    AUTO_BUF out = BUF_INIT(64);
    bool found = false;
    cr_expect_eq(bundle_metadata(bundle, GUN, "root", 5, &out, &found, NULL), ASSAY_OK);
    buf_clear(&out);
    cr_expect_eq(bundle_metadata(bundle, GUN, "root", 4, &out, &found, NULL), ASSAY_TOO_LARGE);
    bundle_free(bundle);
}

Test(bundle, is_a_source_of_documents)
{
    save_usual(false);
    struct bundle *bundle = open_good();
    struct source *source = NULL;
    struct oci_descriptor wanted[2] = { { .media_text = "" }, { .media_text = "" } };
    struct source_manifest out[2];
    enum assay_status statuses[2];
    struct assay_error errors[2];
    AUTO_BUF blob = BUF_INIT(64);
    cr_assert_eq(bundle_source_new(bundle, &source, NULL), ASSAY_OK);
    cr_assert_eq(digest_parse(SLICE_LITERAL("sha256:" ONE), &wanted[0].digest, NULL), ASSAY_OK);
    cr_assert_eq(digest_compute(DIGEST_SHA256, SLICE_LITERAL("none"), &wanted[1].digest, NULL),
                 ASSAY_OK);
    cr_assert_eq(source->ops->by_digest(source, wanted, 2, out, statuses, errors, NULL), ASSAY_OK);
    cr_expect_eq(statuses[0], ASSAY_OK);
    cr_expect_str_eq(buf_text(&out[0].bytes), "one");
    cr_expect_eq(statuses[1], ASSAY_MANIFEST_MISSING);
    source_manifest_clear(&out[0]);
    cr_expect_eq(source->ops->blob(source, &wanted[0], buf_sink, &blob, NULL), ASSAY_OK);
    cr_expect_str_eq(buf_text(&blob), "one");
    cr_expect_eq(source->ops->blob(source, &wanted[1], buf_sink, &blob, NULL),
                 ASSAY_MANIFEST_MISSING);
    cr_expect_eq(source->ops->named(source, &out[0], NULL), ASSAY_MANIFEST_MISSING);
    /* the same, as an index or manifest may name them; a role file is no document */
    static const struct {
        const char *bytes;
        enum assay_status status;
    } BY_SHA512[] = { { "one", ASSAY_OK },
                      { "two", ASSAY_OK },
                      { "none", ASSAY_MANIFEST_MISSING },
                      { "three", ASSAY_MANIFEST_MISSING } };
    for (size_t i = 0; i < ARRAY_LEN(BY_SHA512); i++) {
        const char *bytes = BY_SHA512[i].bytes;
        cr_assert_eq(
            digest_compute(DIGEST_SHA512, slice_from_string(bytes), &wanted[0].digest, NULL),
            ASSAY_OK);
        buf_reset(&blob);
        cr_expect_eq(source->ops->blob(source, &wanted[0], buf_sink, &blob, NULL),
                     BY_SHA512[i].status, "%s", bytes);
        cr_expect_str_eq(buf_text(&blob), BY_SHA512[i].status == ASSAY_OK ? bytes : "");
    }
    source_free(source);
    bundle_free(bundle);
}

Test(bundle, same_contents_are_same_bytes)
{
    AUTO_BUF first = BUF_INIT(1 * MIB);
    AUTO_BUF second = BUF_INIT(1 * MIB);
    AUTO_BUF third = BUF_INIT(1 * MIB);
    save_usual(false);
    read_whole(&first);
    save_usual(true);
    read_whole(&second);
    cr_expect(slice_equal(buf_slice(&first), buf_slice(&second)));
    struct bundle *base = open_good();
    save(writer_on(base)); /* taken over, over itself */
    bundle_free(base);
    read_whole(&third);
    cr_expect(slice_equal(buf_slice(&first), buf_slice(&third)));
    cr_expect_eq(first.len % TAR_BLOCK_BYTES, 0);
}

Test(bundle, an_update_refreshes_one_repository_and_keeps_the_rest)
{
    save_usual(false);
    struct bundle *base = open_good();
    struct bundle_writer *writer = writer_on(base);
    begin(writer, GUN, "https://new.test", 0);
    metadata(writer, "root", "seven");
    reference(writer, GUN ":3");
    save(writer);
    bundle_free(base);
    struct bundle *bundle = open_good();
    const struct bundle_repository *first = bundle_repository_at(bundle, 0);
    cr_expect_str_eq(first->server, "https://new.test");
    cr_expect_eq(first->modified_unix_s, 0);
    cr_expect_eq(first->reference_count, 3);
    expect_metadata(bundle, GUN, "root", "seven");
    expect_metadata(bundle, GUN, "timestamp", NULL);
    expect_metadata(bundle, OTHER, "root", "six");
    struct digest digest;
    uint64_t size = 0;
    cr_expect(bundle_document_at(bundle, 0, &digest, &size));
    cr_expect(bundle_document_at(bundle, 1, &digest, &size));
    cr_expect_not(bundle_document_at(bundle, 2, &digest, &size));
    bundle_free(bundle);
}

static void add_references(struct bundle_writer *writer, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[sizeof(GUN) + 32];
        (void)snprintf(text, sizeof(text), GUN ":%zu", i);
        reference(writer, text);
    }
}

/* An older bundle may say of itself as much as can be read: what is added must not go beyond. */
Test(bundle, an_update_that_could_not_be_read_leaves_the_old_one)
{
    AUTO_BUF before = BUF_INIT(4 * MIB);
    struct bundle_writer *writer = writer_on(NULL);
    begin(writer, GUN, "", TIME_MAX_UNIX_S);
    add_references(writer, LIMIT_REFERENCES);
    save(writer);
    cr_assert_eq(file_read(path, 4 * MIB, &before, NULL), ASSAY_OK);
    for (int i = 0; i < 2; i++) {
        AUTO_BUF after = BUF_INIT(4 * MIB);
        struct assay_error err = ERROR_INIT;
        struct bundle *base = open_good();
        writer = writer_on(base);
        begin(writer, i == 0 ? GUN : OTHER, "", i == 0 ? 0 : TIME_MAX_UNIX_S + 1);
        reference(writer, i == 0 ? GUN ":more" : OTHER ":1");
        cr_expect_eq(bundle_writer_save(writer, path, &err), ASSAY_BUNDLE, "%d", i);
        cr_expect_not_null(strstr(err.remedy, "--to"), "%d: %s", i, err.remedy);
        bundle_writer_free(writer);
        bundle_free(base);
        cr_assert_eq(file_read(path, 4 * MIB, &after, NULL), ASSAY_OK);
        cr_expect(slice_equal(buf_slice(&before), buf_slice(&after)), "%d", i);
    }
}

/* ---- altered ---- */

struct reading {
    const struct bundle *bundle;
    const char *gun;
};

static enum assay_status read_role(void *ctx, const char *name, struct assay_error *err)
{
    const struct reading *reading = ctx;
    static const char *const written[] = { "three", "four", "five", "six" };
    AUTO_BUF out = BUF_INIT(64);
    bool found = false;
    bool known = false;
    TRY(bundle_metadata(reading->bundle, reading->gun, name, 64, &out, &found, err));
    for (size_t i = 0; i < ARRAY_LEN(written); i++) {
        known = known || slice_is(buf_slice(&out), written[i]);
    }
    cr_expect(found && known, "other bytes were taken for %s", name);
    return ASSAY_OK;
}

/* Names, servers and times are claims; but no other bytes come out than went in. */
static bool reads_only_what_was_written(struct assay_error *err)
{
    struct bundle *bundle = NULL;
    if (open_it(&bundle, err) != ASSAY_OK) {
        return false;
    }
    enum assay_status status = ASSAY_OK;
    const struct bundle_repository *repository = NULL;
    for (size_t i = 0; (repository = bundle_repository_at(bundle, i)) != NULL; i++) {
        struct reading reading = { bundle, repository->gun };
        status = status != ASSAY_OK
                     ? status
                     : bundle_metadata_names(bundle, repository->gun, read_role, &reading, err);
    }
    bundle_free(bundle);
    return status == ASSAY_OK;
}

Test(bundle, no_changed_bit_brings_other_bytes)
{
    AUTO_BUF good = BUF_INIT(1 * MIB);
    size_t passed = 0;
    save_usual(false);
    read_whole(&good);
    int fd = open(path, O_WRONLY);
    cr_assert_geq(fd, 0);
    for (size_t bit = 0; bit < good.len * 8; bit++) {
        struct assay_error err = ERROR_INIT;
        uint8_t changed = (uint8_t)(good.ptr[bit / 8] ^ 1U << bit % 8);
        cr_assert_eq(pwrite(fd, &changed, 1, (off_t)(bit / 8)), 1);
        if (reads_only_what_was_written(&err)) {
            passed++;
        } else {
            cr_expect_eq(err.status, ASSAY_BUNDLE, "bit %zu: %s", bit, err.message);
        }
        cr_assert_eq(pwrite(fd, &good.ptr[bit / 8], 1, (off_t)(bit / 8)), 1);
    }
    cr_assert_eq(close(fd), 0);
    cr_expect_lt(passed, 1000, "%zu changes of claims", passed);
}

Test(bundle, no_part_of_one_is_one)
{
    AUTO_BUF good = BUF_INIT(1 * MIB);
    save_usual(false);
    read_whole(&good);
    for (size_t len = good.len; len-- > 0;) {
        struct bundle *bundle = NULL;
        cr_assert_eq(truncate(path, (off_t)len), 0);
        cr_assert_eq(open_it(&bundle, NULL), ASSAY_BUNDLE, "%zu bytes", len);
    }
}

/* ---- made by hand ---- */

#define HEAD  "{\"schema\":1,\"repositories\":["
#define DOCS  "],\"documents\":["
#define DOC1  "{\"digest\":\"sha256:" ONE "\",\"size\":3}"
#define DOC2  "{\"digest\":\"sha256:" TWO "\",\"size\":3}"
#define TAIL  "]}"
#define REPO1 "{\"name\":\"" GUN "\",\"references\":[\"" GUN ":1\"],\"roles\":["
#define ROOT1 "{\"name\":\"root\",\"digest\":\"sha256:" ONE "\",\"size\":3}"
#define ONLY  HEAD DOCS DOC1 "," DOC2 TAIL

static const struct {
    const char *name;
    const char *index;
    const char *members[4]; /* behind the index; NULL: no more */
} forms[] = {
    { "twice", ONLY, { "blobs/sha256/" ONE, "blobs/sha256/" ONE, "blobs/sha256/" TWO } },
    { "out of order", ONLY, { "blobs/sha256/" ONE, "blobs/sha256/" TWO } },
    { "extra file", ONLY, { "blobs/sha256/" TWO, "blobs/sha256/" ONE, "more" } },
    { "extra blob", HEAD DOCS DOC2 TAIL, { "blobs/sha256/" TWO, "blobs/sha256/" ONE } },
    { "index twice", HEAD DOCS TAIL, { "assay-bundle.json" } },
    { "other blobs", HEAD DOCS TAIL, { "blobs/sha512/" ONE } },
    { "upper case", HEAD DOCS TAIL, { "blobs/sha256/" ONE "A" } },
    { "missing", ONLY, { "blobs/sha256/" TWO } },
    { "documents out of order",
      HEAD DOCS DOC1 "," DOC2 TAIL,
      { "blobs/sha256/" TWO, "blobs/sha256/" ONE } },
    { "document twice", HEAD DOCS DOC2 "," DOC2 TAIL, { "blobs/sha256/" TWO } },
    { "other size",
      HEAD DOCS "{\"digest\":\"sha256:" ONE "\",\"size\":4}" TAIL,
      { "blobs/sha256/" ONE } },
    { "no digest", HEAD DOCS "{\"size\":3}" TAIL, { "blobs/sha256/" ONE } },
    { "other schema", "{\"schema\":2,\"repositories\":[],\"documents\":[]}", { NULL } },
    { "no schema", "{\"repositories\":[],\"documents\":[]}", { NULL } },
    { "unknown member", "{\"schema\":1,\"repositories\":[],\"documents\":[],\"x\":1}", { NULL } },
    { "member twice",
      "{\"schema\":1,\"schema\":1,\"repositories\":[],\"documents\":[]}",
      { NULL } },
    { "no JSON", "{", { NULL } },
    { "an array", "[]", { NULL } },
    { "not a name", HEAD "{\"name\":\"app\",\"references\":[],\"roles\":[]}" DOCS TAIL, { NULL } },
    { "a name with dots",
      HEAD "{\"name\":\"reg.test/../x\",\"references\":[],\"roles\":[]}" DOCS TAIL,
      { NULL } },
    { "repository twice", HEAD REPO1 "]}," REPO1 "]}" DOCS TAIL, { NULL } },
    { "reference of another",
      HEAD "{\"name\":\"" GUN "\",\"references\":[\"" OTHER ":1\"],\"roles\":[]}" DOCS TAIL,
      { NULL } },
    { "reference without tag",
      HEAD "{\"name\":\"" GUN "\",\"references\":[\"" GUN "\"],\"roles\":[]}" DOCS TAIL,
      { NULL } },
    { "role twice", HEAD REPO1 ROOT1 "," ROOT1 "]}" DOCS TAIL, { "blobs/sha256/" ONE } },
    { "role that is none",
      HEAD REPO1 "{\"name\":\"other\",\"digest\":\"sha256:" ONE "\",\"size\":3}]}" DOCS TAIL,
      { "blobs/sha256/" ONE } },
    { "delegation with dots",
      HEAD REPO1 "{\"name\":\"targets/..\",\"digest\":\"sha256:" ONE "\",\"size\":3}]}" DOCS TAIL,
      { "blobs/sha256/" ONE } },
    { "short name with slash",
      HEAD REPO1 "{\"name\":\"a/b\",\"digest\":\"sha256:" ONE "\",\"size\":3}]}" DOCS TAIL,
      { "blobs/sha256/" ONE } },
    { "root zero",
      HEAD REPO1 "{\"name\":\"0.root\",\"digest\":\"sha256:" ONE "\",\"size\":3}]}" DOCS TAIL,
      { "blobs/sha256/" ONE } },
    { "plain server",
      HEAD "{\"name\":\"" GUN
           "\",\"server\":\"http://x.test\",\"references\":[],\"roles\":[]}" DOCS TAIL,
      { NULL } },
    { "time that is none",
      HEAD "{\"name\":\"" GUN "\",\"modified\":\"now\",\"references\":[],\"roles\":[]}" DOCS TAIL,
      { NULL } },
};

static void make_by_hand(const char *index, const char *const *members, size_t count)
{
    AUTO_BUF tar = BUF_INIT(1 * MIB);
    cr_assert_eq(tar_write_file(&tar, "assay-bundle.json", slice_from_string(index), NULL),
                 ASSAY_OK);
    for (size_t i = 0; i < count && members[i] != NULL; i++) {
        bool is_two = strstr(members[i], TWO) != NULL;
        cr_assert_eq(tar_write_file(&tar, members[i],
                                    is_two ? SLICE_LITERAL("two") : SLICE_LITERAL("one"), NULL),
                     ASSAY_OK);
    }
    cr_assert_eq(tar_write_end(&tar, NULL), ASSAY_OK);
    write_whole(buf_slice(&tar));
}

static void expect_refused(const char *name)
{
    struct bundle *bundle = NULL;
    struct assay_error err = ERROR_INIT;
    cr_expect_eq(open_it(&bundle, &err), ASSAY_BUNDLE, "%s: %s", name, err.message);
    cr_expect_null(bundle, "%s", name);
    bundle_free(bundle);
}

Test(bundle, refuses_every_other_form)
{
    /* that it is the named fault and nothing else: the form without it is taken */
    const char *const good[] = { "blobs/sha256/" TWO, "blobs/sha256/" ONE, NULL };
    make_by_hand(HEAD REPO1 ROOT1 "]}" DOCS DOC2 TAIL, good, 2);
    bundle_free(open_good());
    make_by_hand(HEAD DOCS DOC2 "," DOC1 TAIL, good, 2);
    bundle_free(open_good());
    make_by_hand(HEAD DOCS TAIL, good + 2, 0);
    bundle_free(open_good());
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        make_by_hand(forms[i].index, forms[i].members, ARRAY_LEN(forms[i].members));
        expect_refused(forms[i].name);
    }
}

/* Walking through a bundle must not take memory for more blobs than its list could name. */
static void write_empty_blobs(size_t count)
{
    AUTO_BUF tar = BUF_INIT((count + 8) * TAR_BLOCK_BYTES);
    cr_assert_eq(tar_write_file(&tar, "assay-bundle.json", SLICE_LITERAL(HEAD DOCS TAIL), NULL),
                 ASSAY_OK);
    for (size_t i = 0; i < count; i++) {
        char name[sizeof("blobs/sha256/" ONE)];
        (void)snprintf(name, sizeof(name), "blobs/sha256/%064zx", i);
        cr_assert_eq(tar_write_file(&tar, name, SLICE_EMPTY, NULL), ASSAY_OK);
    }
    cr_assert_eq(tar_write_end(&tar, NULL), ASSAY_OK);
    write_whole(buf_slice(&tar));
}

Test(bundle, holds_no_more_blobs_than_its_list_could_name)
{
    for (size_t over = 0; over < 2; over++) {
        struct bundle *bundle = NULL;
        struct assay_error err = ERROR_INIT;
        write_empty_blobs(LIMIT_BUNDLE_BLOBS + over);
        cr_expect_eq(open_it(&bundle, &err), ASSAY_BUNDLE);
        cr_expect_not_null(strstr(err.message, over == 0 ? "does not name" : "holds more than"),
                           "%s", err.message);
    }
}

Test(bundle, refuses_bytes_that_are_not_what_their_name_says)
{
    AUTO_BUF good = BUF_INIT(1 * MIB);
    AUTO_BUF out = BUF_INIT(64);
    bool found = false;
    save_usual(false);
    read_whole(&good);
    for (size_t i = 0; i + 5 < good.len; i++) {
        if (slice_has_prefix(slice_from(buf_slice(&good), i), SLICE_LITERAL("three"))) {
            good.ptr[i] = 'T';
        }
    }
    write_whole(buf_slice(&good));
    struct bundle *bundle = open_good();
    cr_expect_eq(bundle_metadata(bundle, GUN, "root", 64, &out, &found, NULL), ASSAY_BUNDLE);
    cr_expect_eq(out.len, 0);
    /* nor are they carried on */
    struct bundle_writer *writer = writer_on(bundle);
    struct assay_error err = ERROR_INIT;
    cr_expect_eq(bundle_writer_save(writer, path, &err), ASSAY_BUNDLE);
    cr_expect_not_null(strstr(err.remedy, "--to"), "%s", err.remedy);
    bundle_writer_free(writer);
    bundle_free(bundle);
}

Test(bundle, refuses_what_is_no_plain_tar_in_a_file)
{
    AUTO_BUF good = BUF_INIT(1 * MIB);
    save_usual(false);
    read_whole(&good);
    write_whole(SLICE_LITERAL("\x1f\x8b\x08\0\0\0\0\0\0\x03"));
    expect_refused("gzip");
    write_whole(SLICE_LITERAL(""));
    expect_refused("empty");
    cr_assert_eq(buf_append_byte(&good, 0, NULL), ASSAY_OK);
    write_whole(buf_slice(&good));
    expect_refused("a byte more");
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(mkfifo(path, 0600), 0);
    expect_refused("a pipe");
    cr_assert_eq(unlink(path), 0);
    struct bundle *bundle = NULL;
    cr_expect_eq(open_it(&bundle, NULL), ASSAY_FILE_IO);
}

Test(bundle, a_file_that_cannot_be_written_is_an_output_failure)
{
    struct bundle_writer *writer = writer_on(NULL);
    cr_expect_eq(bundle_writer_save(writer, "/nonexistent/b.tar", NULL), ASSAY_OUTPUT);
    cr_expect_eq(bundle_writer_save(writer, "/tmp/", NULL), ASSAY_OUTPUT);
    cr_expect_eq(bundle_writer_metadata(writer, "root", SLICE_LITERAL("x"), NULL), ASSAY_INTERNAL);
    bundle_writer_free(writer);
}
