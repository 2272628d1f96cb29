/* SPDX-License-Identifier: Apache-2.0 */
/* Files: what is read, what is refused (links, FIFOs, folders, too much), and what is absent. */
#include "base/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/assay-test-file-XXXXXX";
static int folder_fd = -1;

static void write_file(const char *name, size_t len)
{
    AUTO_FD fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    cr_assert_geq(fd, 0, "%s", name);
    AUTO_BUF bytes = BUF_INIT(1UL << 20);
    for (size_t i = 0; i < len; i++) {
        cr_assert_eq(buf_append_byte(&bytes, (uint8_t)(i * 31), NULL), ASSAY_OK);
    }
    cr_assert_eq(fd_write_all(fd, buf_slice(&bytes), NULL), ASSAY_OK);
}

static void make_folder(void)
{
    cr_assert_not_null(mkdtemp(folder));
    folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cr_assert_geq(folder_fd, 0);
    cr_assert_eq(mkdirat(folder_fd, "sub", 0700), 0);
    write_file("plain", 1000);
    write_file("empty", 0);
    write_file("sub/inner", 10);
    cr_assert_eq(symlinkat("plain", folder_fd, "link"), 0);
    cr_assert_eq(symlinkat("sub", folder_fd, "sublink"), 0);
    cr_assert_eq(symlinkat("nowhere", folder_fd, "dangling"), 0);
    cr_assert_eq(symlinkat("loop", folder_fd, "loop"), 0);
    cr_assert_eq(mkfifoat(folder_fd, "fifo", 0600), 0);
}

static void remove_folder(void)
{
    static const char *const names[] = { "plain",   "empty",    "sub/inner", "link",
                                         "sublink", "dangling", "loop",      "fifo" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        (void)unlinkat(folder_fd, names[i], 0);
    }
    (void)unlinkat(folder_fd, "sub", AT_REMOVEDIR);
    (void)close(folder_fd);
    (void)rmdir(folder);
}

TestSuite(file, .timeout = 60, .init = make_folder, .fini = remove_folder);

static void path_of(const char *name, char out[256])
{
    (void)snprintf(out, 256, "%s/%s", folder, name);
}

static void expect_pattern(const struct buf *buf, size_t len)
{
    cr_assert_eq(buf->len, len);
    for (size_t i = 0; i < len; i++) {
        cr_assert_eq(buf->ptr[i], (uint8_t)(i * 31));
    }
    cr_assert_eq(buf->ptr[len], '\0');
}

Test(file, read)
{
    static const struct {
        const char *name;
        size_t max_bytes;
        enum assay_status status;
    } cases[] = {
        { "plain", 1000, ASSAY_OK },       { "plain", 5000, ASSAY_OK },
        { "plain", 999, ASSAY_TOO_LARGE }, { "plain", 0, ASSAY_TOO_LARGE },
        { "link", 1000, ASSAY_OK },        { "sublink/inner", 10, ASSAY_OK },
        { "sub", 1000, ASSAY_FILE_IO },    { "fifo", 1000, ASSAY_FILE_IO },
        { "dangling", 10, ASSAY_FILE_IO }, { "loop", 10, ASSAY_FILE_IO },
        { "absent", 1000, ASSAY_FILE_IO }, { "", 1000, ASSAY_FILE_IO },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char path[256];
        AUTO_BUF buf = BUF_INIT(5000);
        struct assay_error err = ERROR_INIT;
        cr_assert_eq(buf_append_string(&buf, "old", NULL), ASSAY_OK);
        path_of(cases[i].name, path);
        cr_expect_eq(file_read(path, cases[i].max_bytes, &buf, &err), cases[i].status, "%s in %zu",
                     cases[i].name, cases[i].max_bytes);
        if (cases[i].status == ASSAY_OK) {
            expect_pattern(&buf, strcmp(cases[i].name, "sublink/inner") == 0 ? 10 : 1000);
        }
    }
    AUTO_BUF buf = BUF_INIT(10);
    cr_expect_eq(file_read("/dev/zero", 10, &buf, NULL), ASSAY_FILE_IO);
}

Test(file, read_an_empty_one)
{
    char path[256];
    AUTO_BUF buf = BUF_INIT(10);
    path_of("empty", path);
    cr_assert_eq(file_read(path, 10, &buf, NULL), ASSAY_OK);
    cr_expect_eq(buf.len, 0);
    cr_expect_str_eq(buf_text(&buf), "");
    cr_assert_eq(file_read(path, 0, &buf, NULL), ASSAY_OK);
}

Test(file, the_buffer_has_its_own_maximum)
{
    char path[256];
    AUTO_BUF buf = BUF_INIT(999);
    path_of("plain", path);
    cr_expect_eq(file_read(path, 5000, &buf, NULL), ASSAY_TOO_LARGE);
}

Test(file, read_at)
{
    static const struct {
        const char *name;
        bool follow;
        enum assay_status status;
        bool found;
    } cases[] = {
        { "plain", false, ASSAY_OK, true },
        { "plain", true, ASSAY_OK, true },
        { "sub/inner", false, ASSAY_OK, true },
        { "sub/inner", true, ASSAY_OK, true },
        { "link", false, ASSAY_FILE_IO, false },
        { "link", true, ASSAY_OK, true },
        { "sublink/inner", false, ASSAY_FILE_IO, false },
        { "sublink/inner", true, ASSAY_OK, true },
        { "dangling", false, ASSAY_FILE_IO, false },
        { "dangling", true, ASSAY_OK, false },
        { "loop", true, ASSAY_FILE_IO, false },
        { "absent", false, ASSAY_OK, false },
        { "absent/inner", false, ASSAY_OK, false },
        { "absent", true, ASSAY_OK, false },
        { "plain/inner", false, ASSAY_FILE_IO, false },
        { "sub", false, ASSAY_FILE_IO, false },
        { "fifo", false, ASSAY_FILE_IO, false },
        { "", false, ASSAY_FILE_IO, false },
        { "/plain", false, ASSAY_FILE_IO, false },
        { "/etc/passwd", true, ASSAY_FILE_IO, false },
        { "./plain", true, ASSAY_FILE_IO, false },
        { "sub/../plain", true, ASSAY_FILE_IO, false },
        { "..", true, ASSAY_FILE_IO, false },
        { "sub/", true, ASSAY_FILE_IO, false },
        { "sub//inner", true, ASSAY_FILE_IO, false },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF buf = BUF_INIT(5000);
        bool found = true;
        cr_expect_eq(
            file_read_at(folder_fd, cases[i].name, cases[i].follow, 5000, &buf, &found, NULL),
            cases[i].status, "%s, follow %d", cases[i].name, cases[i].follow);
        cr_expect_eq(found, cases[i].found, "%s, follow %d", cases[i].name, cases[i].follow);
        cr_expect_eq(buf.len > 0, cases[i].found, "%s", cases[i].name);
    }
    bool found = true;
    AUTO_BUF buf = BUF_INIT(5000);
    cr_expect_eq(file_read_at(folder_fd, "plain", false, 999, &buf, &found, NULL), ASSAY_TOO_LARGE);
    cr_expect_not(found);
}

Test(file, a_component_that_is_too_long)
{
    char name[400];
    memset(name, 'a', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    bool found = true;
    AUTO_BUF buf = BUF_INIT(10);
    cr_expect_eq(file_read_at(folder_fd, name, false, 10, &buf, &found, NULL), ASSAY_FILE_IO);
    cr_expect_not(found);
}

Test(file, pipe_is_read_to_its_end_and_no_further)
{
    static const struct {
        size_t len;
        size_t max_bytes;
        enum assay_status status;
    } cases[] = { { 0, 10, ASSAY_OK },    { 10, 10, ASSAY_OK },      { 11, 10, ASSAY_TOO_LARGE },
                  { 10, 4000, ASSAY_OK }, { 1, 0, ASSAY_TOO_LARGE }, { 0, 0, ASSAY_OK } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int ends[2];
        cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
        AUTO_FD from = ends[0];
        AUTO_FD to = ends[1];
        for (size_t j = 0; j < cases[i].len; j++) {
            uint8_t byte = (uint8_t)(j * 31);
            cr_assert_eq(fd_write_all(to, slice_of(&byte, 1), NULL), ASSAY_OK);
        }
        fd_close_quietly(&to);
        AUTO_BUF buf = BUF_INIT(5000);
        cr_expect_eq(fd_read_all(from, cases[i].max_bytes, &buf, NULL), cases[i].status, "case %zu",
                     i);
        if (cases[i].status == ASSAY_OK && cases[i].len > 0) {
            expect_pattern(&buf, cases[i].len);
        }
    }
}

Test(file, failures_are_reported)
{
    AUTO_BUF buf = BUF_INIT(10);
    cr_expect_eq(fd_read_all(-1, 10, &buf, NULL), ASSAY_FILE_IO);
    cr_expect_eq(fd_write_all(-1, SLICE_LITERAL("x"), NULL), ASSAY_FILE_IO);
    cr_expect_eq(fd_write_all(-1, SLICE_EMPTY, NULL), ASSAY_OK, "nothing to write");
    AUTO_FD full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (full >= 0) {
        cr_expect_eq(fd_write_all(full, SLICE_LITERAL("x"), NULL), ASSAY_FILE_IO);
    }
    int closed = -1;
    fd_close_quietly(&closed);
    cr_expect_eq(closed, -1);
}

Test(file, nothing_above_a_folder_is_opened_beneath_it)
{
    static const struct {
        const char *name;
        int error; /* 0: opened */
    } rows[] = {
        { "plain", 0 },         { "sub/inner", 0 },    { "link", 0 },
        { "sublink/inner", 0 }, { "sub/../plain", 0 }, { "absent", ENOENT },
        { "dangling", ENOENT }, { "loop", ELOOP },     { "..", EXDEV },
        { "../etc", EXDEV },    { "/", EXDEV },        { "/etc/hostname", EXDEV },
        { "sub/../..", EXDEV },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_FD fd = fd_open_beneath(folder_fd, rows[i].name, O_RDONLY);
        int error = fd < 0 ? errno : 0;
        cr_expect_eq(error, rows[i].error, "%s: %d", rows[i].name, error);
    }
}

/* A pipe whose other end says nothing. */
Test(file, waiting_ends_by_an_interruption)
{
    int ends[2];
    atomic_int interrupted = ASSAY_OK;
    const struct assay_env env = { .clock = &assay_clock_system, .interrupted = &interrupted };
    AUTO_BUF buf = BUF_INIT(100);
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(write(ends[1], "12345", 5), 5);
    cr_expect_eq(fd_wait(ends[0], &env, NULL), ASSAY_OK);
    atomic_store(&interrupted, ASSAY_TERMINATED);
    cr_expect_eq(fd_wait(ends[0], &env, NULL), ASSAY_TERMINATED);
    cr_expect_eq(fd_read_stream(ends[0], &env, 10, &buf, NULL), ASSAY_TERMINATED);
    atomic_store(&interrupted, ASSAY_OK);
    cr_assert_eq(close(ends[1]), 0);
    cr_expect_eq(fd_read_stream(ends[0], &env, 5, &buf, NULL), ASSAY_OK);
    cr_expect_str_eq(buf_text(&buf), "12345");
    cr_expect_eq(fd_wait(ends[0], &env, NULL), ASSAY_OK); /* at the end */
    cr_expect_eq(fd_read_stream(-1, &env, 10, &buf, NULL), ASSAY_FILE_IO);
    cr_assert_eq(close(ends[0]), 0);
}
