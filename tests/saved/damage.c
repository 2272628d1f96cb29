/* SPDX-License-Identifier: Apache-2.0 */
/*
 * damage SOURCE FILE REFERENCE BUNDLE ROOT (flip FIRST STEP MASK | cut FIRST STEP): judges FILE as
 * SOURCE:FILE with every STEP-th byte, from FIRST on, changed by MASK and changed back, or FILE cut
 * at those sizes. Prints "trusted OFFSET" for each that is TRUSTED, and last how many were judged
 * and how many of them were not. FILE is written to and, by cut, ends at its smallest size.
 */
#include <assay/verify.h>

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct damage {
    const char *file;
    const char *source; /* with the transport */
    struct assay_options options;
    int fd;
    int64_t judged;
    int64_t refused;
};

static void die(const char *what)
{
    (void)fprintf(stderr, "damage: %s\n", what);
    exit(2);
}

static int64_t number(const char *text)
{
    char *end = NULL;
    long long value = strtoll(text, &end, 0);
    if (end == text || *end != '\0' || value < 0) {
        die("expected a number");
    }
    return value;
}

static void judge(struct damage *damage, int64_t offset)
{
    struct assay_session *session = NULL;
    if (assay_session_new(&damage->options, &session, NULL) != ASSAY_OK) {
        die("no session");
    }
    if (assay_verify(session, damage->source, NULL, NULL) == ASSAY_OK) {
        (void)printf("trusted %" PRId64 "\n", offset);
    } else {
        damage->refused++;
    }
    damage->judged++;
    assay_session_free(session);
}

static void flip(struct damage *damage, int64_t size, int64_t first, int64_t step, uint8_t mask)
{
    for (int64_t at = first; at < size; at += step) {
        uint8_t kept = 0;
        if (pread(damage->fd, &kept, 1, at) != 1) {
            die("cannot read");
        }
        uint8_t changed = kept ^ mask;
        if (pwrite(damage->fd, &changed, 1, at) != 1) {
            die("cannot write");
        }
        judge(damage, at);
        if (pwrite(damage->fd, &kept, 1, at) != 1) {
            die("cannot write");
        }
    }
}

static void cut(struct damage *damage, int64_t size, int64_t first, int64_t step)
{
    int64_t at = first;
    while (at + step < size) {
        at += step;
    }
    for (; at >= first && at < size; at -= step) {
        if (ftruncate(damage->fd, at) != 0) {
            die("cannot cut");
        }
        judge(damage, at);
    }
}

int main(int argc, char **argv)
{
    bool flips = argc == 10 && strcmp(argv[6], "flip") == 0;
    if (!flips && !(argc == 9 && strcmp(argv[6], "cut") == 0)) {
        die("see the head of damage.c for its arguments");
    }
    char source[4096];
    int len = snprintf(source, sizeof(source), "%s:%s", argv[1], argv[2]);
    struct stat facts;
    struct damage damage = { .file = argv[2],
                             .source = source,
                             .options = ASSAY_OPTIONS_INIT,
                             .fd = open(argv[2], O_RDWR | O_CLOEXEC) };
    if (len < 0 || (size_t)len >= sizeof(source) || damage.fd < 0 ||
        fstat(damage.fd, &facts) != 0) {
        die("cannot open the file");
    }
    damage.options.as = argv[3];
    damage.options.bundle = argv[4];
    damage.options.root = argv[5];
    damage.options.stateless = 1;
    damage.options.offline = 1;
    damage.options.jobs = 1;
    int64_t step = number(argv[8]);
    if (step == 0) {
        die("expected a step");
    }
    if (flips) {
        flip(&damage, facts.st_size, number(argv[7]), step, (uint8_t)number(argv[9]));
    } else {
        cut(&damage, facts.st_size, number(argv[7]), step);
    }
    (void)close(damage.fd);
    (void)printf("judged %" PRId64 " refused %" PRId64 "\n", damage.judged, damage.refused);
    return 0;
}
