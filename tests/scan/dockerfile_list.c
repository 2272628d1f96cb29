/* SPDX-License-Identifier: Apache-2.0 */
/* dockerfile_list FILE...: what the finder finds, for another reader to compare. A line of each
 * file is "FILE", then for each reference "PLACE LINE COLUMN LENGTH OWNER\tTEXT", "?" for no text.
 */
#include "base/file.h"
#include "base/limits.h"
#include "scan/scan.h"

#include <stdio.h>
#include <stdlib.h>

/* Of the places that a Dockerfile has. */
static const char *const places[] = {
    [SCAN_FROM] = "from", [SCAN_COPY] = "copy", [SCAN_MOUNT] = "mount", [SCAN_SYNTAX] = "syntax"
};

static void list(const char *path)
{
    static const struct scan_options options;
    struct scan scan;
    AUTO_BUF bytes = BUF_INIT(LIMIT_SCAN_BYTES);
    struct scan_input input = { .directory = "" };
    if (file_read(path, LIMIT_SCAN_BYTES, &bytes, NULL) != ASSAY_OK) {
        exit(1);
    }
    input.text = buf_slice(&bytes);
    scan_init(&scan, NULL, &options);
    if (scan_add_file(&scan, path, path, &input.file, NULL) != ASSAY_OK ||
        scan_dockerfile(&scan, &input, NULL, NULL) != ASSAY_OK ||
        scan_finish(&scan, NULL) != ASSAY_OK) {
        exit(1);
    }
    printf("%s\n", path);
    for (size_t i = 0; i < scan.reference_count; i++) {
        const struct scan_reference *reference = &scan.references[i];
        const struct scan_spot *spot = &reference->spot;
        printf("%s %zu %zu %zu %s\t%s\n", places[reference->place], spot->line, spot->column,
               spot->length, reference->owner, reference->text == NULL ? "?" : reference->text);
    }
    for (size_t i = 0; i < scan.problem_count; i++) {
        printf("problem %zu\t%s\n", scan.problems[i].spot.line, scan.problems[i].message);
    }
    scan_clear(&scan);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        list(argv[i]);
    }
    return 0;
}
