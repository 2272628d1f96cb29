/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded reading of local files, and the primitives of durable writing. Never follows a link in
 * the last component unless the user named it; EINTR and short counts are handled here. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"
#include "base/env.h"

/* -1 is closed. */
#define AUTO_FD CLEANUP(fd_close_quietly) int
void fd_close_quietly(int *fd);

/* Reads a whole regular file named by the user (links are followed) of at most max_bytes.
 * ASSAY_FILE_IO: absent, unreadable or no regular file; ASSAY_TOO_LARGE. */
MUST_CHECK enum assay_status file_read(const char *path, size_t max_bytes, struct buf *out,
                                       struct assay_error *err);
/* As file_read below a directory, for relative names of one or more clean components (no "." or
 * ".."); when it does not exist, *found is false and ASSAY_OK comes back. With follow false no
 * component may be a link (ASSAY_FILE_IO). */
MUST_CHECK enum assay_status file_read_at(int dir_fd, const char *name, bool follow,
                                          size_t max_bytes, struct buf *out, bool *found,
                                          struct assay_error *err);
/* Opens a relative name below a directory; no component of it, link or "..", may lead out of there:
 * EXDEV. Where the kernel cannot see to that, no component may be a link: ELOOP, ENOTDIR. -1 and
 * errno as open(2). */
int fd_open_beneath(int dir_fd, const char *name, int flags);
/* Reads a regular file that is open, as file_read. */
MUST_CHECK enum assay_status fd_read_file(int fd, size_t max_bytes, struct buf *out,
                                          struct assay_error *err);
/* All bytes; ASSAY_FILE_IO. */
MUST_CHECK enum assay_status fd_write_all(int fd, struct slice bytes, struct assay_error *err);
/* Reads to the end, or to the first failure, and forgets it. */
void fd_drain(int fd);
/* Until a read would not wait: something is there, or the end; or until an interruption. */
MUST_CHECK enum assay_status fd_wait(int fd, const struct assay_env *env, struct assay_error *err);
/* As fd_read_all, of what somebody else may keep waiting: a pipe. */
MUST_CHECK enum assay_status fd_read_stream(int fd, const struct assay_env *env, size_t max_bytes,
                                            struct buf *out, struct assay_error *err);
/* Up to the end, at most max_bytes. */
MUST_CHECK enum assay_status fd_read_all(int fd, size_t max_bytes, struct buf *out,
                                         struct assay_error *err);

#endif
