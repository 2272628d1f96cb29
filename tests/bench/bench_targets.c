/* SPDX-License-Identifier: Apache-2.0 */
/* From the bytes of a targets file to a verified answer: hashes of the file, its signature, the
 * form of every entry, the index, one look-up. Rate and memory must not depend on the size. */
#include "repo.h"
#include "tuf/trusted.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define HASH_256 "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

/* The entries as text: a tree of a million tags would only measure itself. */
static void set_targets(struct repo *repo, size_t entries)
{
    struct text text = { .pool = repo->pool };
    struct repo_file *targets = repo_file(repo, "targets");
    text_add_byte(&text, '{');
    for (size_t i = 0; i < entries; i++) {
        char entry[160];
        (void)snprintf(entry, sizeof(entry),
                       "%s\"v%07zu\":{\"hashes\":{\"sha256\":\"" HASH_256 "\"},\"length\":%zu}",
                       i == 0 ? "" : ",", i, 500 + i % 1000);
        text_add_string(&text, entry);
    }
    text_add_string(&text, "}");
    text_add_byte(&text, '\0');
    targets->link_count = 0;
    (void)node_put(repo->pool, targets->doc, "targets",
                   node_raw(repo->pool, (const char *)text.ptr));
}

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* KiB of a line of /proc/self/status; 0 when it cannot be read. */
static unsigned long status_kib(const char *name)
{
    char line[256];
    unsigned long kib = 0;
    FILE *status = fopen("/proc/self/status", "re");
    while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            (void)sscanf(line + strlen(name), ": %lu", &kib);
        }
    }
    if (status != NULL) {
        (void)fclose(status);
    }
    return kib;
}

/* Lets VmHWM start again from what is used now. */
static void reset_peak(void)
{
    int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!write(fd, "5", 1);
        (void)close(fd);
    }
}

static struct slice bytes_of(struct repo *repo, const char *name)
{
    return repo_file(repo, name)->bytes;
}

/* All before targets, then targets, timed, with a look-up. */
static enum assay_status load(struct repo *repo, const char *wanted, double *took_s)
{
    struct tuf_trusted_options options = { .dialect = &tuf_dialect_notary,
                                           .gun = repo->gun,
                                           .now_unix_s = repo->made_unix_s + 60 };
    struct tuf_trusted *trusted = NULL;
    struct assay_error err = ERROR_INIT;
    struct tuf_target target;
    bool found = false;
    enum assay_status status = tuf_trusted_new(&options, &trusted, &err);
    if (status == ASSAY_OK) {
        status = tuf_trusted_set_anchor(trusted, bytes_of(repo, "root"), NULL, &err);
    }
    if (status == ASSAY_OK) {
        status = tuf_trusted_close_roots(trusted, &err);
    }
    if (status == ASSAY_OK) {
        status = tuf_trusted_add_timestamp(trusted, bytes_of(repo, "timestamp"), &err);
    }
    if (status == ASSAY_OK) {
        status = tuf_trusted_add_snapshot(trusted, bytes_of(repo, "snapshot"), &err);
    }
    double start_s = now_s();
    if (status == ASSAY_OK) {
        status = tuf_trusted_add_targets(trusted, "targets", bytes_of(repo, "targets"), &err);
    }
    if (status == ASSAY_OK) {
        status =
            tuf_trusted_find(trusted, "targets", slice_from_string(wanted), &target, &found, &err);
    }
    *took_s = now_s() - start_s;
    tuf_trusted_free(trusted);
    if (status != ASSAY_OK || !found) {
        (void)fprintf(stderr, "%s: %s\n", assay_status_id(status), err.message);
        return status == ASSAY_OK ? ASSAY_TAG_NOT_SIGNED : status;
    }
    return ASSAY_OK;
}

int main(int argc, char **argv)
{
    static const size_t sizes[] = { 1000, 10000, 100000, 1000000, 2000000 };
    if (argc != 2) {
        (void)fprintf(stderr, "usage: bench_targets KEYS-DIRECTORY\n");
        return 2;
    }
    (void)printf("%9s %8s %8s %8s %22s\n", "targets", "MB", "ms", "MB/s", "peak beside the file");
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        AUTO_POOL pool = { .blocks = NULL };
        struct keyring ring;
        struct repo repo = { .file_count = 0 };
        struct repo_spec spec = repo_spec_acme;
        char wanted[32];
        double best_s = 1e9;
        keyring_init(&ring, argv[1]);
        spec.delegation = false;
        repo_base(&repo, &pool, &ring, &spec);
        set_targets(&repo, sizes[i]);
        repo_seal(&repo, NULL);
        (void)snprintf(wanted, sizeof(wanted), "v%07zu", sizes[i] / 2);
        unsigned long before_kib = status_kib("VmRSS");
        reset_peak();
        for (size_t round = 0; round < (sizes[i] < 100000 ? 50 : 5); round++) {
            double took_s = 0;
            if (load(&repo, wanted, &took_s) != ASSAY_OK) {
                return 1;
            }
            best_s = took_s < best_s ? took_s : best_s;
        }
        double file_mb = (double)bytes_of(&repo, "targets").len / 1e6;
        double peak_mb = (double)(status_kib("VmHWM") - before_kib) * 1024 / 1e6;
        (void)printf("%9zu %8.1f %8.2f %8.0f %12.1f MB (%.2f)\n", sizes[i], file_mb, best_s * 1e3,
                     file_mb / best_s, peak_mb, peak_mb / file_mb);
        keyring_clear(&ring);
    }
    return 0;
}
