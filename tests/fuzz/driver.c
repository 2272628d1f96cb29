/* SPDX-License-Identifier: Apache-2.0 */
/* Replays a folder of fuzz inputs through a harness, in builds without libFuzzer. */
#include "harness.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_INPUT_BYTES (1024UL * 1024) /* seeds are small */

/* A block of the exact size, so that a sanitizer sees the first byte beyond it. */
static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return -1;
    }
    uint8_t *whole = malloc(MAX_INPUT_BYTES);
    size_t len = whole == NULL ? 0 : fread(whole, 1, MAX_INPUT_BYTES, file);
    uint8_t *exact = malloc(len == 0 ? 1 : len);
    int result = -1;
    if (whole != NULL && exact != NULL && ferror(file) == 0 && feof(file) != 0) {
        memcpy(exact, whole, len);
        result = LLVMFuzzerTestOneInput(exact, len);
    }
    free(exact);
    free(whole);
    (void)fclose(file);
    return result;
}

int main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (folder == NULL) {
        (void)fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
        return 2;
    }
    size_t count = 0;
    int failed = 0;
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        char path[4096];
        int len = snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
        if (entry->d_name[0] == '.') {
            continue;
        }
        if (len < 0 || (size_t)len >= sizeof(path) || replay(path) != 0) {
            (void)fprintf(stderr, "not replayed: %s\n", entry->d_name);
            failed = 1;
        }
        count++;
    }
    (void)closedir(folder);
    (void)printf("%zu inputs replayed\n", count);
    return failed != 0 || count == 0 ? 1 : 0;
}
