/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rewriting as a program, for faults to happen to.
 *
 *   rewrite_driver FILE   makes "new" of the "old" that FILE begins with; says "written" only after
 *                         the call said so, otherwise the status, and exit 4
 */
#include "scan/rewrite.h"
#include "shim.h"

#include <stdio.h>

#define DRIVER_EXIT 4

int main(int count, char **arguments)
{
    const struct scan_edit edit = { 0, "old", "new" };
    struct assay_error err = ERROR_INIT;
    if (count != 2) {
        return 2;
    }
    shim_begin();
    enum assay_status status = scan_rewrite_file(arguments[1], &edit, 1, &err);
    shim_end();
    if (status != ASSAY_OK) {
        (void)printf("%s: %s\n", assay_status_id(status), err.message);
        return DRIVER_EXIT;
    }
    (void)printf("written\n");
    return 0;
}
