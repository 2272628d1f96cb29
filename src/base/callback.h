/* SPDX-License-Identifier: Apache-2.0 */
/* What one layer hands another to be called with one thing after another. ctx is the caller's own;
 * a status other than ASSAY_OK ends it, and is what the whole returns. */
#ifndef BASE_CALLBACK_H
#define BASE_CALLBACK_H

#include "base/error.h"
#include "base/slice.h"

/* The bytes of a stream, as they come. */
typedef enum assay_status sink_fn(void *ctx, struct slice bytes, struct assay_error *err);
/* A name in a list. */
typedef enum assay_status name_fn(void *ctx, const char *name, struct assay_error *err);
/* A file, borrowed for the call. */
typedef enum assay_status file_fn(void *ctx, const char *name, struct slice bytes,
                                  struct assay_error *err);

#endif
