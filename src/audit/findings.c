/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/finding.h"

#include "base/mem.h"

void audit_findings_clear(struct audit_findings *findings)
{
    mem_free(findings->items);
    *findings = (struct audit_findings){ 0 };
}

enum assay_status audit_findings_make(struct audit_history *history UNUSED,
                                      const struct audit_judgement *judgement UNUSED,
                                      struct audit_findings *out UNUSED,
                                      struct assay_error *err UNUSED)
{
    return ASSAY_OK;
}
