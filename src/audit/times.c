/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/parts.h"

enum assay_status audit_times(const struct audit_options *options UNUSED,
                              struct audit_report *report UNUSED, struct assay_error *err UNUSED)
{
    return ASSAY_OK;
}
