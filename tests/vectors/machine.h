/* SPDX-License-Identifier: Apache-2.0 */
/* The decision core alone, fed with a repository's files: for the many small changes of families.
 */
#ifndef VECTORS_MACHINE_H
#define VECTORS_MACHINE_H

#include "runner.h"

/* All roles of the repository in order, from the pinned first root to the tag 1.0; ASSAY_OK only if
 * that tag is found and has the index's digest. pinned: the first root as it was. */
enum assay_status machine_run(struct repo *repo, struct slice pinned, int64_t now_unix_s);

#endif
