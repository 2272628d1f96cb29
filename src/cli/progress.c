/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include "base/env.h"
#include "base/text.h"
#include "cli/output.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FIRST_MS      1000 /* what is over sooner needs no line */
#define AGAIN_MS      100
#define LINE_BYTES    768
#define NUMBER_BYTES  32
#define USUAL_COLUMNS 80
#define LEAST_COLUMNS 8

static int64_t now_ms(void)
{
    return assay_clock_system.monotonic_ms(assay_clock_system.ctx);
}

void progress_init(struct progress *progress)
{
    *progress = (struct progress){ .is_terminal = isatty(STDERR_FILENO) == 1 };
    (void)pthread_mutex_init(&progress->one_at_a_time, NULL);
}

void progress_clear(struct progress *progress)
{
    (void)pthread_mutex_destroy(&progress->one_at_a_time);
}

/* "512 B", "1.5 KiB", "12.0 GiB"; at most out_bytes with the NUL. */
static void format_bytes(uint64_t bytes, char *out, unsigned out_bytes)
{
    static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
    size_t unit = 0;
    uint64_t tenths = bytes / 1024 * 10 + bytes % 1024 * 10 / 1024;
    if (bytes < 1024) {
        (void)snprintf(out, out_bytes, "%u B", (unsigned)bytes);
        return;
    }
    while (tenths >= 10240 && unit + 1 < ARRAY_LEN(units)) {
        tenths /= 1024;
        unit++;
    }
    (void)snprintf(out, out_bytes, "%llu.%llu %s", (unsigned long long)(tenths / 10),
                   (unsigned long long)(tenths % 10), units[unit]);
}

/* ---- the line ---- */

static unsigned columns(void)
{
    struct winsize size = { 0 };
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                           : USUAL_COLUMNS;
}

static void erase(struct progress *progress)
{
    if (progress->drawn_columns > 0) {
        output_message("\r%*s\r", (int)progress->drawn_columns, "");
        progress->drawn_columns = 0;
        progress->drawn_ms = 0; /* what comes next is shown at once */
    }
}

static uint64_t rate_of(uint64_t bytes, int64_t took_ms)
{
    uint64_t took = took_ms > 0 ? (uint64_t)took_ms : 1;
    return bytes / took * 1000 + bytes % took * 1000 / took;
}

static void format_figures(uint64_t done, uint64_t total, int64_t took_ms, char *out,
                           unsigned out_bytes)
{
    char so_far[NUMBER_BYTES];
    char all[NUMBER_BYTES];
    char speed[NUMBER_BYTES];
    uint64_t rate = rate_of(done, took_ms);
    if (done == 0) {
        (void)snprintf(out, out_bytes, "...");
        return;
    }
    format_bytes(done, so_far, sizeof(so_far));
    format_bytes(total, all, sizeof(all));
    format_bytes(rate, speed, sizeof(speed));
    if (total > done && rate > 0) {
        unsigned long long left_s = (total - done) / rate + 1;
        (void)snprintf(out, out_bytes, "%s of %s  %s/s  %llu s left", so_far, all, speed, left_s);
    } else {
        (void)snprintf(out, out_bytes, "%s  %s/s", so_far, speed);
    }
}

static void draw(struct progress *progress, uint64_t done, uint64_t total, int64_t now)
{
    char figures[LINE_BYTES / 4];
    unsigned width = columns();
    char name[sizeof(progress->what)];
    char line[LINE_BYTES];
    format_figures(done, total, now - progress->began_ms, figures, sizeof(figures));
    unsigned beside = (unsigned)strlen(figures) + 2;
    unsigned room = width > beside + LEAST_COLUMNS ? width - beside : LEAST_COLUMNS;
    room = room < sizeof(name) ? room : (unsigned)sizeof(name);
    text_sanitise(slice_from_string(progress->what), name, room);
    int len = snprintf(line, sizeof(line), "%s  %s", name, figures);
    if (len <= 0 || (unsigned)len >= width) {
        return; /* a line that wraps could not be drawn over */
    }
    output_message("\r%s%*s", line,
                   progress->drawn_columns > (unsigned)len
                       ? (int)(progress->drawn_columns - (unsigned)len)
                       : 0,
                   "");
    progress->drawn_columns =
        (unsigned)len > progress->drawn_columns ? (unsigned)len : progress->drawn_columns;
    progress->drawn_ms = now;
}

/* ---- what is reported ---- */

static void finish(struct progress *progress, uint64_t done, int64_t now)
{
    int64_t took_ms = now - progress->image_began_ms;
    char size[NUMBER_BYTES];
    char speed[NUMBER_BYTES];
    erase(progress);
    if (!progress->is_terminal && progress->image_began_ms != 0 && took_ms >= FIRST_MS &&
        done > 0) {
        format_bytes(done, size, sizeof(size));
        format_bytes(rate_of(done, took_ms), speed, sizeof(speed));
        output_message("assay: %s: %s in %lld.%lld s, %s/s\n", progress->what, size,
                       (long long)(took_ms / 1000), (long long)(took_ms % 1000 / 100), speed);
    }
    progress->image_began_ms = 0;
    progress->began_ms = 0;
}

static void take(struct progress *progress, const char *what, uint64_t done, uint64_t total)
{
    int64_t now = now_ms();
    if (what == NULL) {
        finish(progress, done, now);
        return;
    }
    if (progress->run_began_ms == 0) {
        progress->run_began_ms = now;
    }
    if (progress->image_began_ms == 0) {
        progress->image_began_ms = now;
    }
    if (progress->began_ms == 0 && done > 0) {
        progress->began_ms = now;
    }
    text_sanitise(slice_from_string(what), progress->what, sizeof(progress->what));
    if (progress->is_terminal && now - progress->run_began_ms >= FIRST_MS &&
        now - progress->drawn_ms >= AGAIN_MS) {
        draw(progress, done, total, now);
    }
}

void progress_report(void *ctx, const char *what, uint64_t done_bytes, uint64_t total_bytes)
{
    struct progress *progress = ctx;
    bool is_end = what == NULL;
    int code = is_end ? pthread_mutex_lock(&progress->one_at_a_time)
                      : pthread_mutex_trylock(&progress->one_at_a_time);
    if (code == 0) {
        take(progress, what, done_bytes, total_bytes);
        (void)pthread_mutex_unlock(&progress->one_at_a_time);
    }
}

void progress_pause(struct progress *progress)
{
    (void)pthread_mutex_lock(&progress->one_at_a_time);
    erase(progress);
}

void progress_resume(struct progress *progress)
{
    (void)pthread_mutex_unlock(&progress->one_at_a_time);
}
