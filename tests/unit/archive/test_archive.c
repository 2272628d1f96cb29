/* SPDX-License-Identifier: Apache-2.0 */
/* Archives, each opened as a plain file and as a stream: both must say the same. */
#include "archive/archive.h"
#include "make_tar.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

TestSuite(archive, .timeout = 60);

static const struct assay_env ENV = { .clock = &assay_clock_system };
static const struct archive_options OPTIONS = { .env = &ENV, .threads = 2 };

enum mode {
    PLAIN,
    STREAM,
    PACKED, /* gzip around it */
    MODES
};

static enum assay_status open_limited(struct slice bytes, enum mode mode,
                                      uint64_t max_unpacked_bytes, struct archive **out,
                                      struct assay_error *err)
{
    const struct archive_options options = { .env = &ENV,
                                             .threads = 2,
                                             .max_unpacked_bytes = max_unpacked_bytes };
    char path[64];
    int fd = memfd_create("archive", MFD_CLOEXEC);
    cr_assert_geq(fd, 0);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (mode == PACKED) {
        gzFile file = gzdopen(dup(fd), "wb1");
        cr_assert_eq(gzwrite(file, bytes.ptr, (unsigned)bytes.len), (int)bytes.len);
        cr_assert_eq(gzclose(file), Z_OK);
    } else {
        cr_assert_eq(write(fd, bytes.ptr, bytes.len), (ssize_t)bytes.len);
    }
    cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
    enum assay_status status = mode == STREAM ? archive_open_stream(fd, "it", &options, out, err)
                                              : archive_open_file(path, &options, out, err);
    cr_assert_eq(close(fd), 0);
    return status;
}

static enum assay_status open_bytes(struct slice bytes, enum mode mode, struct archive **out,
                                    struct assay_error *err)
{
    return open_limited(bytes, mode, 0, out, err);
}

static void expect_text(const struct archive *archive, const char *name, bool follow,
                        const char *text)
{
    const struct archive_file *file = NULL;
    struct assay_error err = ERROR_INIT;
    AUTO_BUF out = BUF_INIT(1 * MIB);
    cr_assert_eq(archive_find(archive, name, follow, &file, &err), ASSAY_OK, "%s: %s", name,
                 err.message);
    cr_assert_not_null(file, "%s", name);
    cr_expect_eq(archive_read(archive, file, 1 * MIB, &out, &err), ASSAY_OK, "%s: %s", name,
                 err.message);
    cr_expect_str_eq(buf_text(&out), text, "%s", name);
    struct archive_layer layer = {
        .file = file, .detect = true, .stored_alg = DIGEST_SHA256, .unpacked_alg = DIGEST_SHA256
    };
    struct digest want;
    cr_assert_eq(digest_compute(DIGEST_SHA256, slice_from_string(text), &want, NULL), ASSAY_OK);
    cr_assert_eq(archive_measure(archive, &layer, 1, &err), ASSAY_OK, "%s", err.message);
    cr_expect_eq(layer.out.status, ASSAY_OK);
    cr_expect(digest_equal(&layer.out.stored, &want), "%s", name);
    cr_expect(digest_equal(&layer.out.unpacked, &want), "%s", name);
}

Test(archive, good_ones)
{
    AUTO_BUF tar = BUF_INIT(8 * MIB);
    char longest[] = "blobs/sha256/0123456789012345678901234567890123456789012345678901234567890123"
                     "/and/something/longer/than/a/hundred";
    tar_put(&tar, &(struct tar_member){ .name = "./", .type = '5' });
    tar_put(&tar, &(struct tar_member){ .name = "a/", .type = '5' });
    tar_put(&tar, &(struct tar_member){ .name = "a/", .type = '5' });
    tar_put(&tar, &(struct tar_member){ .name = "b/l", .type = '2', .link = "../c/later" });
    tar_put(&tar, &(struct tar_member){ .name = "./manifest.json", .content = "[1]" });
    tar_put(&tar, &(struct tar_member){ .name = "c/later", .content = "{\"x\":2}" });
    tar_put(&tar, &(struct tar_member){ .name = "L",
                                        .type = 'L',
                                        .content = longest,
                                        .content_bytes = sizeof(longest),
                                        .is_gnu = true });
    tar_put(&tar, &(struct tar_member){ .name = "cut", .content = "[\"long\"]", .is_gnu = true });
    tar_put(&tar, &(struct tar_member){ .name = "g", .type = 'g', .content = "13 comment=x\n" });
    tar_put(&tar, &(struct tar_member){
                      .name = "x", .type = 'x', .content = "18 path=pax/named\n10 size=2\n" });
    tar_put(&tar, &(struct tar_member){ .name = "other", .content = "{}" });
    tar_put(&tar, &(struct tar_member){
                      .name = "tail", .prefix = "pre/fix", .content = "[]", .signed_sum = true });
    tar_put(&tar, &(struct tar_member){ .name = "hard", .type = '1', .link = "c/later" });
    tar_put(&tar, &(struct tar_member){ .name = "dangling", .type = '2', .link = "nowhere" });
    /* they begin like the link, and stand beside it */
    tar_put(&tar, &(struct tar_member){ .name = "dangling-too/x", .content = "x" });
    tar_put(&tar, &(struct tar_member){ .name = "dangling0", .content = "x" });
    tar_put(&tar, &(struct tar_member){ .name = "\xC3\xA4", .content = " \n[3]" });
    tar_end(&tar);
    for (int mode = 0; mode < MODES; mode++) {
        struct archive *archive = NULL;
        struct assay_error err = ERROR_INIT;
        cr_assert_eq(open_bytes(buf_slice(&tar), (enum mode)mode, &archive, &err), ASSAY_OK,
                     "mode %d: %s", mode, err.message);
        expect_text(archive, "manifest.json", false, "[1]");
        expect_text(archive, "b/l", true, "{\"x\":2}");
        expect_text(archive, longest, false, "[\"long\"]");
        expect_text(archive, "pax/named", false, "{}");
        expect_text(archive, "pre/fix/tail", false, "[]");
        expect_text(archive, "\xC3\xA4", false, " \n[3]");
        const struct archive_file *file = NULL;
        cr_expect_eq(archive_find(archive, "none", true, &file, NULL), ASSAY_OK);
        cr_expect_null(file);
        static const char *const NO_FILES[] = { "b/l", "hard", "dangling", "a" };
        for (size_t i = 0; i < ARRAY_LEN(NO_FILES); i++) {
            cr_expect_eq(archive_find(archive, NO_FILES[i], i > 0, &file, NULL), ASSAY_ARCHIVE_LINK,
                         "%s", NO_FILES[i]);
            cr_expect_null(file);
        }
        archive_free(archive);
    }
}

#define MEMBERS 4

struct refusal {
    const char *what;
    enum assay_status expected;
    struct tar_member members[MEMBERS];
};

#define ONE .name = "a", .content = "x"

static const struct refusal REFUSALS[] = {
    { "PAX size greater",
      ASSAY_ARCHIVE,
      { { .name = "x", .type = 'x', .content = "10 size=2\n" }, { ONE } } },
    { "PAX size less",
      ASSAY_ARCHIVE,
      { { .name = "x", .type = 'x', .content = "10 size=0\n" }, { ONE } } },
    { "PAX size with a zero in front",
      ASSAY_ARCHIVE,
      { { .name = "x", .type = 'x', .content = "11 size=01\n" }, { ONE } } },
    { "a key twice",
      ASSAY_ARCHIVE,
      { { .name = "x", .type = 'x', .content = "10 path=b\n10 path=c\n" }, { ONE } } },
    { "PAX path and long name",
      ASSAY_ARCHIVE,
      { { .name = "x", .type = 'x', .content = "10 path=b\n" },
        { .name = "L", .type = 'L', .content = "b\0", .content_bytes = 2 },
        { ONE } } },
    { "length too small",
      ASSAY_ARCHIVE,
      { { .name = "x", .type = 'x', .content = "8 path=b\n" }, { ONE } } },
    { "length too large",
      ASSAY_ARCHIVE,
      { { .name = "x", .type = 'x', .content = "11 path=b\n" }, { ONE } } },
    { "length with a zero",
      ASSAY_ARCHIVE,
      { { .name = "x", .type = 'x', .content = "011 path=b\n" }, { ONE } } },
    { "no newline",
      ASSAY_ARCHIVE,
      { { .name = "x", .type = 'x', .content = "10 path=bc" }, { ONE } } },
    { "no equals sign",
      ASSAY_ARCHIVE,
      { { .name = "x", .type = 'x', .content = "10 pathbc\n" }, { ONE } } },
    { "no digits",
      ASSAY_ARCHIVE,
      { { .name = "x", .type = 'x', .content = "x path=b\n" }, { ONE } } },
    { "PAX without entry",
      ASSAY_ARCHIVE,
      { { .name = "x", .type = 'x', .content = "10 path=b\n" } } },
    { "two PAX headers",
      ASSAY_ARCHIVE,
      { { .name = "x", .type = 'x', .content = "10 path=b\n" },
        { .name = "x", .type = 'x', .content = "10 path=b\n" },
        { ONE } } },
    { "a global path",
      ASSAY_ARCHIVE,
      { { .name = "g", .type = 'g', .content = "10 path=b\n" }, { ONE } } },
    { "a global size",
      ASSAY_ARCHIVE,
      { { .name = "g", .type = 'g', .content = "10 size=1\n" }, { ONE } } },
    { "a global header between PAX and its entry",
      ASSAY_ARCHIVE,
      { { .name = "x", .type = 'x', .content = "10 path=b\n" },
        { .name = "g", .type = 'g', .content = "13 comment=x\n" },
        { ONE } } },
    { "a global header between long name and its entry",
      ASSAY_ARCHIVE,
      { { .name = "L", .type = 'L', .content = "b\0", .content_bytes = 2 },
        { .name = "g", .type = 'g', .content = "13 comment=x\n" },
        { ONE } } },
    { "a prefix in GNU's header", ASSAY_ARCHIVE, { { ONE, .prefix = "p", .is_gnu = true } } },
    { "a prefix in star's header", ASSAY_ARCHIVE, { { ONE, .prefix = "p", .is_star = true } } },
    { "long name without NUL",
      ASSAY_ARCHIVE,
      { { .name = "L", .type = 'L', .content = "bc" }, { ONE } } },
    { "long name with a NUL within",
      ASSAY_ARCHIVE,
      { { .name = "L", .type = 'L', .content = "b\0c\0", .content_bytes = 4 }, { ONE } } },
    { "sparse type", ASSAY_ARCHIVE, { { .name = "a", .type = 'S', .content = "x" } } },
    { "sparse PAX",
      ASSAY_ARCHIVE,
      { { .name = "x", .type = 'x', .content = "22 GNU.sparse.major=1\n" }, { ONE } } },
    { "negative binary size",
      ASSAY_ARCHIVE,
      { { ONE, .size_field = "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE" } } },
    { "binary size of 2^63",
      ASSAY_ARCHIVE,
      { { ONE, .size_field = "\x80\0\0\0\x80\0\0\0\0\0\0\0" } } },
    { "octal with an 8", ASSAY_ARCHIVE, { { ONE, .size_field = "00000000008\0" } } },
    { "octal with a sign", ASSAY_ARCHIVE, { { ONE, .size_field = "+0000000001\0" } } },
    { "spaces for a size", ASSAY_ARCHIVE, { { ONE, .size_field = "            " } } },
    { "wrong checksum", ASSAY_ARCHIVE, { { ONE, .sum_error = 1 } } },
    { "parent at the front", ASSAY_ARCHIVE_NAME, { { .name = "../x", .content = "x" } } },
    { "parent within", ASSAY_ARCHIVE_NAME, { { .name = "a/../../x", .content = "x" } } },
    { "absolute", ASSAY_ARCHIVE_NAME, { { .name = "/etc/x", .content = "x" } } },
    { "two slashes", ASSAY_ARCHIVE_NAME, { { .name = "//x", .content = "x" } } },
    { "parent that ends where it began",
      ASSAY_ARCHIVE_NAME,
      { { .name = "x/../manifest.json", .content = "x" } } },
    { "an empty part", ASSAY_ARCHIVE_NAME, { { .name = "a//b", .content = "x" } } },
    { "a dot within", ASSAY_ARCHIVE_NAME, { { .name = "a/./b", .content = "x" } } },
    { "two dots in front", ASSAY_ARCHIVE_NAME, { { .name = "././a", .content = "x" } } },
    { "backslash", ASSAY_ARCHIVE_NAME, { { .name = "a\\b", .content = "x" } } },
    { "control", ASSAY_ARCHIVE_NAME, { { .name = "a\nb", .content = "x" } } },
    { "not UTF-8", ASSAY_ARCHIVE_NAME, { { .name = "a\xFF", .content = "x" } } },
    { "empty", ASSAY_ARCHIVE_NAME, { { .name = "", .content = "x" } } },
    { "file like a directory", ASSAY_ARCHIVE, { { .name = "a/", .content = "x" } } },
    { "one name twice", ASSAY_ARCHIVE_DUPLICATE, { { ONE }, { ONE } } },
    { "one name twice, once with ./",
      ASSAY_ARCHIVE_DUPLICATE,
      { { ONE }, { .name = "./a", .content = "x" } } },
    { "link and file of one name",
      ASSAY_ARCHIVE_DUPLICATE,
      { { .name = "a", .type = '2', .link = "b" }, { ONE } } },
    { "directory and file of one name",
      ASSAY_ARCHIVE_DUPLICATE,
      { { .name = "a/", .type = '5' }, { ONE } } },
    { "a file below a link",
      ASSAY_ARCHIVE_LINK,
      { { .name = "l", .type = '2', .link = "." }, { .name = "l/a", .content = "x" } } },
    { "a file below a link, in front of it",
      ASSAY_ARCHIVE_LINK,
      { { .name = "l/a", .content = "x" }, { .name = "l", .type = '2', .link = "." } } },
    { "a directory below a link below a directory",
      ASSAY_ARCHIVE_LINK,
      { { .name = "d/l", .type = '2', .link = "." }, { .name = "d/l/x/", .type = '5' } } },
    { "a file below a file", ASSAY_ARCHIVE_LINK, { { ONE }, { .name = "a/b/c", .content = "x" } } },
    { "a file below a hard link",
      ASSAY_ARCHIVE_LINK,
      { { .name = "h", .type = '1', .link = "a" }, { .name = "h/a", .content = "x" } } },
    { "type 7", ASSAY_ARCHIVE, { { .name = "a", .type = '7', .content = "x" } } },
    { "unknown type", ASSAY_ARCHIVE, { { .name = "a", .type = 'Z', .content = "x" } } },
    { "a link with content",
      ASSAY_ARCHIVE,
      { { .name = "a", .type = '2', .link = "b", .content = "x" } } },
    { "a hard link with content",
      ASSAY_ARCHIVE,
      { { .name = "a", .type = '1', .link = "b", .content = "x" } } },
};

/* A digest is there by the algorithm that the name says; of what a layer unpacks to by both, where
 * the name says sha512. A plain file is hashed as it is asked for. */
Test(archive, digests_by_name)
{
    static const enum digest_alg ALGS[] = { DIGEST_NONE, DIGEST_SHA256, DIGEST_SHA512 };
    static const char *const NAMES[] = { "blobs/sha256/x", "blobs/sha512/x" };
    AUTO_BUF tar = BUF_INIT(1 * MIB);
    tar_put(&tar, &(struct tar_member){ .name = NAMES[0], .content = "content" });
    tar_put(&tar, &(struct tar_member){ .name = NAMES[1], .content = "content" });
    tar_end(&tar);
    for (size_t i = 0; i < MODES * 2 * 3 * 3; i++) {
        enum mode mode = (enum mode)(i % MODES);
        size_t named = i / MODES % 2;
        enum digest_alg stored = ALGS[i / MODES / 2 % 3];
        enum digest_alg unpacked = ALGS[i / MODES / 2 / 3];
        struct archive *archive = NULL;
        struct archive_layer layer = { .stored_alg = stored, .unpacked_alg = unpacked };
        bool by_stored = stored == DIGEST_NONE || (stored == DIGEST_SHA512) == (named == 1);
        bool by_unpacked = unpacked != DIGEST_SHA512 || named == 1;
        bool is_had = mode == PLAIN || (by_stored && by_unpacked);
        cr_assert_eq(open_bytes(buf_slice(&tar), mode, &archive, NULL), ASSAY_OK);
        cr_assert_eq(archive_find(archive, NAMES[named], false, &layer.file, NULL), ASSAY_OK);
        cr_assert_eq(archive_measure(archive, &layer, 1, NULL), ASSAY_OK);
        cr_expect_eq(layer.out.status, is_had ? ASSAY_OK : ASSAY_DIGEST_ALGORITHM, "%zu", i);
        const struct digest *have[] = { &layer.out.stored, &layer.out.unpacked };
        const enum digest_alg want[] = { stored, unpacked };
        for (size_t k = 0; is_had && k < 2; k++) {
            struct digest right = { .alg = DIGEST_NONE };
            cr_expect_eq(have[k]->alg, want[k], "%zu", i);
            cr_expect(want[k] == DIGEST_NONE || (digest_compute(want[k], SLICE_LITERAL("content"),
                                                                &right, NULL) == ASSAY_OK &&
                                                 digest_equal(have[k], &right)),
                      "%zu", i);
        }
        archive_free(archive);
    }
}

Test(archive, refusals)
{
    for (size_t i = 0; i < ARRAY_LEN(REFUSALS) * MODES; i++) {
        const struct refusal *test = &REFUSALS[i / MODES];
        AUTO_BUF tar = BUF_INIT(1 * MIB);
        for (size_t m = 0; m < MEMBERS && test->members[m].name != NULL; m++) {
            tar_put(&tar, &test->members[m]);
        }
        tar_end(&tar);
        struct archive *archive = NULL;
        struct assay_error err = ERROR_INIT;
        enum assay_status status =
            open_bytes(buf_slice(&tar), (enum mode)(i % MODES), &archive, &err);
        cr_expect_eq(status, test->expected, "%s, mode %zu: %s %s", test->what, i % MODES,
                     assay_status_id(status), err.message);
        cr_expect_null(archive);
        archive_free(archive);
    }
}

/* ---- the end ---- */

static void expect_bytes(struct slice bytes, enum assay_status expected, const char *what)
{
    for (int mode = 0; mode < MODES; mode++) {
        struct archive *archive = NULL;
        enum assay_status status = open_bytes(bytes, (enum mode)mode, &archive, NULL);
        cr_expect_eq(status, expected, "%s, mode %d: %s", what, mode, assay_status_id(status));
        archive_free(archive);
    }
}

Test(archive, the_end)
{
    static const uint8_t zeros[512];
    AUTO_BUF tar = BUF_INIT(1 * MIB);
    tar_put(&tar, &(struct tar_member){ ONE });
    for (size_t cut = 0; cut <= 1024; cut += 37) {
        expect_bytes(slice_first(buf_slice(&tar), cut), ASSAY_ARCHIVE, "cut");
    }
    cr_assert_eq(buf_append(&tar, slice_of(zeros, 512), NULL), ASSAY_OK);
    expect_bytes(buf_slice(&tar), ASSAY_ARCHIVE, "one zero block");
    cr_assert_eq(buf_append(&tar, slice_of(zeros, 512), NULL), ASSAY_OK);
    expect_bytes(buf_slice(&tar), ASSAY_OK, "two zero blocks");
    cr_assert_eq(buf_append(&tar, slice_of(zeros, 100), NULL), ASSAY_OK);
    expect_bytes(buf_slice(&tar), ASSAY_OK, "more zeros");
    cr_assert_eq(buf_append_byte(&tar, 'x', NULL), ASSAY_OK);
    expect_bytes(buf_slice(&tar), ASSAY_ARCHIVE, "data behind the end");
    tar.len = 0;
    tar_put(&tar, &(struct tar_member){ ONE });
    tar_end(&tar);
    tar_put(&tar, &(struct tar_member){ .name = "b", .content = "y" });
    tar_end(&tar);
    expect_bytes(buf_slice(&tar), ASSAY_ARCHIVE, "a second archive");
}

Test(archive, no_byte_of_a_header_can_change)
{
    AUTO_BUF tar = BUF_INIT(1 * MIB);
    tar_put(&tar, &(struct tar_member){ .name = "x", .type = 'x', .content = "10 path=b\n" });
    tar_put(&tar, &(struct tar_member){ ONE });
    tar_end(&tar);
    for (size_t at = 0; at < 512; at++) {
        tar.ptr[at] ^= 1;
        expect_bytes(buf_slice(&tar), ASSAY_ARCHIVE, "the PAX header's");
        tar.ptr[at] ^= 1;
        tar.ptr[1024 + at] ^= 1;
        expect_bytes(buf_slice(&tar), ASSAY_ARCHIVE, "the entry's");
        tar.ptr[1024 + at] ^= 1;
    }
    expect_bytes(buf_slice(&tar), ASSAY_OK, "unchanged");
}

/* ---- limits ---- */

Test(archive, zeros_behind_the_end_are_limited)
{
    AUTO_BUF tar = BUF_INIT(64 * MIB);
    tar_put(&tar, &(struct tar_member){ ONE });
    tar_end(&tar);
    size_t end = tar.len;
    cr_assert_eq(buf_reserve(&tar, LIMIT_TAR_END_BYTES + 1, NULL), ASSAY_OK);
    (void)memset(tar.ptr + end, 0, LIMIT_TAR_END_BYTES + 1);
    expect_bytes(slice_of(tar.ptr, end + LIMIT_TAR_END_BYTES), ASSAY_OK,
                 "as many zeros as are allowed");
    expect_bytes(slice_of(tar.ptr, end + LIMIT_TAR_END_BYTES + 1), ASSAY_ARCHIVE, "one more");
}

Test(archive, entries_are_limited, .timeout = 240)
{
    AUTO_BUF tar = BUF_INIT(128 * MIB);
    for (unsigned i = 0; i <= LIMIT_TAR_ENTRIES; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "n%u", i);
        tar_put(&tar, &(struct tar_member){ .name = name, .type = '6' }); /* nothing to measure */
        if (i == LIMIT_TAR_ENTRIES - 1) {
            size_t len = tar.len;
            tar_end(&tar);
            expect_bytes(buf_slice(&tar), ASSAY_OK, "as many entries as are allowed");
            tar.len = len;
        }
    }
    tar_end(&tar);
    expect_bytes(buf_slice(&tar), ASSAY_ARCHIVE, "one more");
}

Test(archive, the_table_is_limited, .timeout = 240)
{
    static char target[LIMIT_TAR_LINK_BYTES + 2];
    AUTO_BUF tar = BUF_INIT(128 * MIB);
    (void)memset(target, 't', LIMIT_TAR_LINK_BYTES);
    for (unsigned i = 0; i < LIMIT_ARCHIVE_TABLE / LIMIT_TAR_LINK_BYTES; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "n%u", i);
        tar_put(&tar, &(struct tar_member){ .name = "L",
                                            .type = 'K',
                                            .content = target,
                                            .content_bytes = LIMIT_TAR_LINK_BYTES + 1,
                                            .is_gnu = true });
        tar_put(&tar, &(struct tar_member){ .name = name, .type = '2', .is_gnu = true });
        if (i == 1000) {
            size_t len = tar.len;
            tar_end(&tar);
            expect_bytes(buf_slice(&tar), ASSAY_OK, "long targets");
            tar.len = len;
        }
    }
    tar_end(&tar);
    expect_bytes(buf_slice(&tar), ASSAY_TOO_LARGE, "too many of them");
    tar.len = 0;
    target[LIMIT_TAR_LINK_BYTES] = 't';
    tar_put(&tar, &(struct tar_member){ .name = "L",
                                        .type = 'K',
                                        .content = target,
                                        .content_bytes = LIMIT_TAR_LINK_BYTES + 2 });
    tar_put(&tar, &(struct tar_member){ .name = "l", .type = '2' });
    tar_end(&tar);
    expect_bytes(buf_slice(&tar), ASSAY_ARCHIVE_NAME, "too long a target");
}

/* ---- links ---- */

Test(archive, links)
{
    static const struct {
        const char *link;
        enum assay_status expected;
    } CASES[] = {
        { "file", ASSAY_OK },
        { "../d/file", ASSAY_OK },
        { "../../d/file", ASSAY_ARCHIVE_LINK }, /* outside */
        { "/d/file", ASSAY_ARCHIVE_LINK },
        { "other", ASSAY_ARCHIVE_LINK }, /* a chain */
        { "l", ASSAY_ARCHIVE_LINK },     /* itself */
        { "./file", ASSAY_ARCHIVE_LINK },
        { "none", ASSAY_ARCHIVE_LINK },
        { "..", ASSAY_ARCHIVE_LINK },
        { "", ASSAY_ARCHIVE_LINK },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES) * MODES; i++) {
        AUTO_BUF tar = BUF_INIT(1 * MIB);
        struct archive *archive = NULL;
        const struct archive_file *file = NULL;
        tar_put(&tar,
                &(struct tar_member){ .name = "d/l", .type = '2', .link = CASES[i / MODES].link });
        tar_put(&tar, &(struct tar_member){ .name = "d/other", .type = '2', .link = "file" });
        tar_put(&tar, &(struct tar_member){ .name = "d/file", .content = "x" });
        tar_end(&tar);
        cr_assert_eq(open_bytes(buf_slice(&tar), (enum mode)(i % MODES), &archive, NULL), ASSAY_OK);
        cr_expect_eq(archive_find(archive, "d/l", true, &file, NULL), CASES[i / MODES].expected,
                     "%s", CASES[i / MODES].link);
        cr_expect_eq(file != NULL, CASES[i / MODES].expected == ASSAY_OK);
        cr_expect_eq(archive_find(archive, "d/l", false, &file, NULL), ASSAY_ARCHIVE_LINK);
        archive_free(archive);
    }
}

/* ---- what packed files of a stream unpack to, together ---- */

#define UNPACKED_BYTES 10000

Test(archive, packed_files_of_a_stream_have_one_limit)
{
    static const char *const NAMES[] = { "one", "two", "three", "raw" };
    AUTO_BUF tar = BUF_INIT(1 * MIB);
    uint8_t zeros[UNPACKED_BYTES] = { 0 };
    uint8_t packed[UNPACKED_BYTES];
    z_stream z = {
        .next_in = zeros, .avail_in = sizeof(zeros), .next_out = packed, .avail_out = sizeof(packed)
    };
    cr_assert_eq(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    for (size_t i = 0; i < 3; i++) {
        tar_put(&tar, &(struct tar_member){ .name = NAMES[i],
                                            .content = (const char *)packed,
                                            .content_bytes = z.total_out });
    }
    cr_assert_eq(deflateEnd(&z), Z_OK);
    tar_put(&tar, &(struct tar_member){ .name = NAMES[3], .content = "raw" });
    tar_end(&tar);
    for (enum mode mode = PLAIN; mode < MODES; mode++) {
        struct archive *archive = NULL;
        cr_assert_eq(open_limited(buf_slice(&tar), mode, UNPACKED_BYTES * 5 / 2, &archive, NULL),
                     ASSAY_OK);
        for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
            struct archive_layer layer = { .detect = true, .unpacked_alg = DIGEST_SHA256 };
            cr_assert_eq(archive_find(archive, NAMES[i], false, &layer.file, NULL), ASSAY_OK);
            cr_assert_eq(archive_measure(archive, &layer, 1, NULL), ASSAY_OK);
            cr_expect_eq(layer.out.unpack_status, i == 2 && mode != PLAIN ? ASSAY_BOMB : ASSAY_OK,
                         "%s, %d: %s", NAMES[i], (int)mode, layer.out.unpack_error.message);
        }
        archive_free(archive);
    }
}

/* ---- what is no archive ---- */

Test(archive, other_files)
{
    struct archive *archive = NULL;
    static const char *const PATHS[] = { "/tmp", "/dev/zero", "/dev/null", "/nonexistent" };
    for (size_t i = 0; i < ARRAY_LEN(PATHS); i++) {
        cr_expect_eq(archive_open_file(PATHS[i], &OPTIONS, &archive, NULL), ASSAY_FILE_IO, "%s",
                     PATHS[i]);
    }
    char path[] = "/tmp/assay-fifo-XXXXXX";
    cr_assert_not_null(mkdtemp(path));
    char fifo[64];
    (void)snprintf(fifo, sizeof(fifo), "%s/fifo", path);
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    cr_expect_eq(archive_open_file(fifo, &OPTIONS, &archive, NULL), ASSAY_ARCHIVE);
    cr_assert_eq(unlink(fifo), 0);
    cr_assert_eq(rmdir(path), 0);
    expect_bytes(SLICE_LITERAL("\xFD"
                               "7zXZ\0 and more"),
                 ASSAY_COMPRESSION, "xz");
}

Test(archive, a_file_that_changes)
{
    char path[] = "/tmp/assay-archive-XXXXXX";
    int fd = mkstemp(path);
    AUTO_BUF tar = BUF_INIT(1 * MIB);
    struct archive *archive = NULL;
    struct archive_layer layer = { .detect = true, .stored_alg = DIGEST_SHA256 };
    tar_put(&tar, &(struct tar_member){ ONE });
    tar_end(&tar);
    cr_assert_eq(write(fd, tar.ptr, tar.len), (ssize_t)tar.len);
    cr_assert_eq(archive_open_file(path, &OPTIONS, &archive, NULL), ASSAY_OK);
    cr_assert_eq(archive_find(archive, "a", false, &layer.file, NULL), ASSAY_OK);
    cr_expect_eq(archive_measure(archive, &layer, 1, NULL), ASSAY_OK);
    cr_assert_eq(pwrite(fd, "y", 1, 512), 1);
    cr_assert_eq(ftruncate(fd, (off_t)tar.len + 512), 0);
    cr_expect_eq(archive_measure(archive, &layer, 1, NULL), ASSAY_FILE_IO);
    cr_assert_eq(ftruncate(fd, 512), 0);
    cr_expect_eq(archive_measure(archive, &layer, 1, NULL), ASSAY_FILE_IO);
    archive_free(archive);
    cr_assert_eq(close(fd), 0);
    cr_assert_eq(unlink(path), 0);
}
