/* SPDX-License-Identifier: Apache-2.0 */
/* formats DIRECTORY: writes each sample of the gate's results in each format, NAME.FORMAT. */
#include "base/limits.h"
#include "gate_sample.h"
#include "report/gate.h"

#include <stdio.h>

static const char *const names[GATE_FORMAT_COUNT] = {
    [GATE_FORMAT_TEXT] = "text",     [GATE_FORMAT_JSON] = "json",
    [GATE_FORMAT_JSONL] = "jsonl",   [GATE_FORMAT_SARIF] = "sarif",
    [GATE_FORMAT_JUNIT] = "junit",   [GATE_FORMAT_GITHUB] = "github",
    [GATE_FORMAT_GITLAB] = "gitlab", [GATE_FORMAT_MARKDOWN] = "markdown",
};

static int write_one(const char *folder, enum gate_sample which, enum gate_format format)
{
    char path[4096];
    struct assay_error error = ERROR_INIT;
    AUTO_BUF out = BUF_INIT(LIMIT_GATE_REPORT);
    if (report_gate(format, gate_sample(which), false, &out, &error) != ASSAY_OK) {
        (void)fprintf(stderr, "%s.%s: %s\n", gate_sample_name(which), names[format],
                      assay_error_message(&error));
        return 1;
    }
    (void)snprintf(path, sizeof(path), "%s/%s.%s", folder, gate_sample_name(which), names[format]);
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    size_t written = fwrite(buf_text(&out), 1, out.len, file);
    return fclose(file) != 0 || written != out.len;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: formats DIRECTORY\n");
        return 2;
    }
    for (int which = 0; which < GATE_SAMPLE_COUNT; which++) {
        for (int format = 0; format < GATE_FORMAT_COUNT; format++) {
            if (write_one(argv[1], (enum gate_sample)which, (enum gate_format)format) != 0) {
                return 1;
            }
        }
    }
    return 0;
}
