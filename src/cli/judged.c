/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/judged.h"

#include "base/mem.h"
#include "cli/answer.h"
#include "report/json.h"

void judged_clear(struct judged *judged)
{
    for (size_t i = 0; i < judged->count; i++) {
        assay_verdict_free(judged->verdicts[i]);
    }
    mem_free((void *)judged->verdicts);
    *judged = (struct judged){ 0 };
}

enum assay_status judged_status(const struct assay_verdict *verdict)
{
    return verdict == NULL ? ASSAY_NO_MEMORY : verdict->error.status;
}

enum assay_status judged_worst(const struct judged *judged, enum assay_status summary)
{
    enum assay_status worst = judged->count == 0 ? ASSAY_NOTHING : summary;
    for (size_t i = 0; i < judged->count; i++) {
        enum assay_status status = judged_status(judged->verdicts[i]);
        enum assay_class class = assay_status_class(worst);
        if (assay_class_worst(class, assay_status_class(status)) != class) {
            worst = status;
        }
    }
    return worst;
}

enum assay_status judged_run(struct assay_session *session, const char *const *references,
                             size_t count, struct judged *out, enum assay_status *says,
                             struct assay_error *err)
{
    out->verdicts = mem_alloc(count, sizeof(void *));
    if (out->verdicts == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    out->count = count;
    *says = judged_worst(out, assay_verify_many(session, references, count, out->verdicts));
    return ASSAY_OK;
}

void judged_tell(const struct cli *cli, const struct judged *judged)
{
    for (size_t i = 0; i < judged->count; i++) {
        if (judged->verdicts[i] != NULL) {
            answer_tell_verdict(cli, judged->verdicts[i]);
        }
    }
}

enum assay_status judged_text(const struct judged *judged, const struct report_style *style,
                              struct buf *out, struct assay_error *err)
{
    for (size_t i = 0; i < judged->count; i++) {
        if (judged->verdicts[i] == NULL) {
            return FAIL_NO_MEMORY(err);
        }
        TRY(report_verdict(judged->verdicts[i], style, out, err));
    }
    return ASSAY_OK;
}

void judged_json(const struct cli *cli UNUSED, const void *data, struct json_new *results)
{
    const struct judged *judged = data;
    for (size_t i = 0; i < judged->count; i++) {
        report_json_verdict(judged->verdicts[i], results);
    }
}
