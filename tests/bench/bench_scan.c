/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_scan: finding references, beside "grep -r image" over the same tree in the same run: 10,000
 * files of which 1,000 name an image. Then trees whose references grow tenfold, which must take
 * tenfold. Best of several runs, everything in the cache of the system.
 */
#include "base/file.h"
#include "scan/scan.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS       7
#define FILES      10000
#define DIRECTORY  50   /* files in one directory */
#define CODE_BYTES 4000 /* of a file that names nothing */

static char root[] = "/tmp/assay-bench-scan-XXXXXX";

static void die(const char *what)
{
    (void)fprintf(stderr, "bench_scan: %s\n", what);
    exit(1);
}

static double now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void write_file(const char *tree, size_t number, const char *before, const char *after,
                       struct buf *text)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", root, tree);
    (void)mkdir(path, 0700);
    (void)snprintf(path, sizeof(path), "%s/%s/%zu", root, tree, number / DIRECTORY);
    (void)mkdir(path, 0700);
    (void)snprintf(path, sizeof(path), "%s/%s/%zu/%s%zu%s", root, tree, number / DIRECTORY, before,
                   number, after);
    AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || fd_write_all(fd, buf_slice(text), NULL) != ASSAY_OK) {
        die("cannot write a file");
    }
    buf_reset(text);
}

static void say(struct buf *text, const char *line)
{
    if (buf_append_string(text, line, NULL) != ASSAY_OK) {
        die("out of memory");
    }
}

static void say_pod(struct buf *text, size_t number, size_t containers)
{
    char line[128];
    say(text, "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n");
    for (size_t i = 0; i < containers; i++) {
        (void)snprintf(line, sizeof(line), "  - name: c%zu\n    image: example.com/app/%zu:1.%zu\n",
                       i, number, i);
        say(text, line);
    }
}

/* One file in ten names one image; of the others two thirds are code, one third settings. */
static void make_mixed(struct buf *text)
{
    for (size_t i = 0; i < FILES; i++) {
        size_t kind = i % 30;
        if (kind == 0) {
            say(text, "FROM example.com/base:1.0\nCOPY . /src\nRUN make -C /src\n");
            write_file("mixed", i, "Dockerfile.", "", text);
        } else if (kind == 1) {
            say(text, "services:\n  web:\n    image: example.com/web:2.0\n    ports: ['80:80']\n");
            write_file("mixed", i, "compose.", ".yaml", text);
        } else if (kind == 2) {
            say_pod(text, i, 1);
            write_file("mixed", i, "pod-", ".yaml", text);
        } else {
            while (text->len < CODE_BYTES) {
                say(text, kind % 3 == 0 ? "setting: value of it\n" : "    int x = call(y, z);\n");
            }
            write_file("mixed", i, "", kind % 3 == 0 ? ".yml" : ".c", text);
        }
    }
}

static double time_scan(const char *tree, size_t *references)
{
    static const struct scan_options options;
    static const struct assay_env env;
    char path[256];
    struct scan scan;
    (void)snprintf(path, sizeof(path), "%s/%s", root, tree);
    double begun = now_ms();
    scan_init(&scan, &env, &options);
    if (scan_path(&scan, path, NULL) != ASSAY_OK || scan_finish(&scan, NULL) != ASSAY_OK ||
        scan.problem_count > 0) {
        die("the scan failed");
    }
    double took = now_ms() - begun;
    *references = scan.reference_count;
    scan_clear(&scan);
    return took;
}

/* Into a file: grep looks no further than the first line when it writes to /dev/null. */
static double time_grep(const char *tree)
{
    char path[256];
    char out[256];
    (void)snprintf(path, sizeof(path), "%s/%s", root, tree);
    (void)snprintf(out, sizeof(out), "%s/grep.out", root);
    char *const arguments[] = { (char[]){ "grep" }, (char[]){ "-r" }, (char[]){ "image" }, path,
                                NULL };
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int status = 0;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out,
                                           O_WRONLY | O_CREAT | O_TRUNC, 0600);
    double begun = now_ms();
    if (posix_spawnp(&child, "grep", &actions, NULL, arguments, environ) != 0 ||
        waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        die("grep failed");
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return now_ms() - begun;
}

static void compare(void)
{
    double scan = 1e9;
    double grep = 1e9;
    size_t references = 0;
    for (size_t i = 0; i < RUNS; i++) {
        double one = time_scan("mixed", &references);
        double other = time_grep("mixed");
        scan = one < scan ? one : scan;
        grep = other < grep ? other : grep;
    }
    (void)printf("%d files, %zu references: scan %.1f ms, grep -r %.1f ms, ratio %.2f\n", FILES,
                 references, scan, grep, scan / grep);
}

static void grow(struct buf *text, size_t wanted)
{
    char tree[32];
    double best = 1e9;
    size_t references = 0;
    (void)snprintf(tree, sizeof(tree), "pods-%zu", wanted);
    for (size_t i = 0; i < wanted / 10; i++) {
        say_pod(text, i, 10);
        write_file(tree, i, "pod-", ".yaml", text);
    }
    for (size_t i = 0; i < RUNS; i++) {
        double one = time_scan(tree, &references);
        best = one < best ? one : best;
    }
    (void)printf("%zu references in %zu files: %.1f ms, %.2f us each\n", references, wanted / 10,
                 best, best * 1e3 / (double)references);
}

static void remove_all(void)
{
    char *const arguments[] = { (char[]){ "rm" }, (char[]){ "-rf" }, root, NULL };
    pid_t child = 0;
    if (posix_spawnp(&child, "rm", NULL, NULL, arguments, environ) == 0) {
        (void)waitpid(child, NULL, 0);
    }
}

int main(void)
{
    AUTO_BUF text = BUF_INIT(1UL << 20);
    if (mkdtemp(root) == NULL || atexit(remove_all) != 0) {
        die("no directory");
    }
    make_mixed(&text);
    compare();
    for (size_t wanted = 1000; wanted <= 100000; wanted *= 10) {
        grow(&text, wanted);
    }
    return 0;
}
