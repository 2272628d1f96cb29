/* SPDX-License-Identifier: Apache-2.0 */
/* pages DIRECTORY: writes the page and the timeline of each sample, NAME.html and NAME.svg. */
#include "audit_sample.h"
#include "base/buf.h"
#include "base/limits.h"
#include "report/audit.h"

#include <stdio.h>

static int save(const char *folder, const char *name, const char *suffix, const struct buf *text)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s.%s", folder, name, suffix);
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    size_t written = fwrite(buf_text(text), 1, text->len, file);
    if (fclose(file) != 0 || written != text->len) {
        perror(path);
        return 1;
    }
    return 0;
}

static int write_sample(const char *folder, enum audit_sample which)
{
    AUTO_BUF html = BUF_INIT(LIMIT_AUDIT_PAGE_BYTES);
    AUTO_BUF svg = BUF_INIT(LIMIT_AUDIT_PAGE_BYTES);
    struct assay_error error = ERROR_INIT;
    struct audit_report *report = audit_sample_make(which);
    const struct report_audit what = {
        .audit = report,
        .command =
            which == AUDIT_SAMPLE_HOSTILE
                ? "assay audit 'registry.example.com/<script>alert(3)</script>'"
                : "assay audit --root sha256:e848fd6c77a8f01ff49c3a59e643bf04cb1471f71ea17eb8"
                  "752aaeb786149329 registry.example.com/team/app --output html=audit.html",
    };
    enum assay_status status = report_audit_html(&what, &html, &error);
    if (status == ASSAY_OK) {
        status = report_audit_svg(&what, &svg, &error);
    }
    audit_report_free(report);
    if (status != ASSAY_OK) {
        (void)fprintf(stderr, "%s: %s\n", audit_sample_name(which), error.message);
        return 1;
    }
    return save(folder, audit_sample_name(which), "html", &html) ||
           save(folder, audit_sample_name(which), "svg", &svg);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: pages DIRECTORY\n");
        return 2;
    }
    for (int i = 0; i < AUDIT_SAMPLE_COUNT; i++) {
        if (write_sample(argv[1], (enum audit_sample)i) != 0) {
            return 1;
        }
    }
    return 0;
}
