/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure RUNS [--before COMMAND] -- COMMAND...: runs a command so many times, its output thrown
 * away, and prints the medians: wall milliseconds, CPU milliseconds (user and system, children
 * included), and the largest peak memory in KiB. --before is run by sh before each, unmeasured.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_RUNS 1000

struct sample {
    double wall_ms;
    double cpu_ms;
    long peak_kib;
};

static double now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double ms(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static int run_once(char **command, struct sample *out)
{
    double start = now_ms();
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        (void)dup2(null, 0);
        (void)dup2(null, 1);
        (void)dup2(null, 2);
        (void)execvp(command[0], command);
        _exit(127);
    }
    int status = 0;
    struct rusage usage;
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
        return -1;
    }
    out->wall_ms = now_ms() - start;
    out->cpu_ms = ms(usage.ru_utime) + ms(usage.ru_stime);
    out->peak_kib = usage.ru_maxrss;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static int compare(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
    static double wall[MAX_RUNS];
    static double cpu[MAX_RUNS];
    const char *before = NULL;
    long peak = 0;
    int at = 2;
    int runs = argc > 1 ? atoi(argv[1]) : 0;
    if (argc > 4 && strcmp(argv[2], "--before") == 0) {
        before = argv[3];
        at = 4;
    }
    if (runs < 1 || runs > MAX_RUNS || at + 1 >= argc || strcmp(argv[at], "--") != 0) {
        (void)fprintf(stderr, "usage: measure RUNS [--before COMMAND] -- COMMAND...\n");
        return 2;
    }
    for (int i = 0; i < runs; i++) {
        struct sample sample;
        if (before != NULL && system(before) != 0) {
            return 1;
        }
        int code = run_once(argv + at + 1, &sample);
        if (code != 0) {
            (void)fprintf(stderr, "measure: %s: exit %d\n", argv[at + 1], code);
            return 1;
        }
        wall[i] = sample.wall_ms;
        cpu[i] = sample.cpu_ms;
        peak = sample.peak_kib > peak ? sample.peak_kib : peak;
    }
    qsort(wall, (size_t)runs, sizeof(double), compare);
    qsort(cpu, (size_t)runs, sizeof(double), compare);
    (void)printf("%.2f %.2f %ld\n", wall[runs / 2], cpu[runs / 2], peak);
    return 0;
}
