/* SPDX-License-Identifier: Apache-2.0 */
/* Where role files come from: a server, a directory, the stored state. Claims nothing about what
 * the bytes are worth. */
#ifndef TUF_REMOTE_H
#define TUF_REMOTE_H

#include "base/buf.h"
#include "base/callback.h"
#include "base/limits.h"

enum tuf_file_outcome {
    TUF_FILE_FAILED, /* error says why */
    TUF_FILE_FOUND,
    TUF_FILE_ABSENT,      /* not there */
    TUF_FILE_NEVER_SIGNED /* the server says in Notary's own words that it has no such metadata */
};

#define TUF_FILE_NAME_BYTES (LIMIT_ROLE_NAME_BYTES + 1 + 64 + 21)

struct tuf_file {
    char name[TUF_FILE_NAME_BYTES]; /* "timestamp", "3.root", "snapshot.HEX", "targets/releases" */
    size_t max_bytes;
    enum tuf_file_outcome outcome;
    struct buf bytes;        /* owned */
    int64_t modified_unix_s; /* the server's own time, a claim; 0: unknown */
    struct assay_error error;
};
void tuf_file_clear(struct tuf_file *file);

struct tuf_remote {
    /* Gets all files in one flight. The status is of the flight itself (offline, no memory). */
    enum assay_status (*get)(struct tuf_remote *remote, struct tuf_file *files, size_t count,
                             struct assay_error *err);
    /* Calls each with the name of every role file that is there ("3.root", "targets/releases"), in
     * byte order; NULL where that cannot be told, as of a server. */
    enum assay_status (*list)(struct tuf_remote *remote, name_fn *each, void *ctx,
                              struct assay_error *err);
    /* One page of the list of publications that the server keeps, from behind the record of that id
     * on ("": from the beginning), as JSON: a claim. NULL where there is none; ASSAY_NOT_FOUND when
     * the server does not serve it. */
    enum assay_status (*changefeed)(struct tuf_remote *remote, const char *behind, struct buf *out,
                                    struct assay_error *err);
    void (*free)(struct tuf_remote *remote);
    /* Bytes of a plainly named file that are taken before anything is verified; a larger one comes
     * by the hash and length that its parent signed. 0: as large as its role may be. */
    size_t unverified_max_bytes;
    const char *where; /* for messages: the server's URL, the directory */
};

#endif
