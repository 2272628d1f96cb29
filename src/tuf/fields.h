/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the role parsers read: objects of fixed shape by a table of members, in one pass over bytes
 * that are canonical. A member that is not in the table is passed over, unless it differs from one
 * of the table in letter case alone.
 */
#ifndef TUF_FIELDS_H
#define TUF_FIELDS_H

#include "tuf/dialect.h"

struct tuf_parse {
    struct json_reader reader;
    struct arena *arena; /* what is parsed lives here */
    const struct tuf_dialect *dialect;
    const char *type; /* the _type that the role must have */
    const char *role; /* of a targets file, whose children it may delegate to */
};

/* One member: reads its value into the object's struct. */
struct tuf_field {
    const char *name;
    size_t name_bytes;
    enum assay_status (*read)(struct tuf_parse *parse, void *into, struct assay_error *err);
    enum assay_status missing; /* the status when it is absent; ASSAY_OK: it may be */
};

#define TUF_FIELD(name, read, missing)                                                             \
    {                                                                                              \
        (name), sizeof(name) - 1, (read), (missing)                                                \
    }
#define TUF_FIELDS_MAX 8

/* A reader over signed bytes, whose syntax the envelope has checked already. */
void tuf_parse_init(struct tuf_parse *parse, struct slice signed_bytes, struct arena *arena,
                    const struct tuf_dialect *dialect, uint64_t max_nodes);

/* A table in byte order of the names is the fastest, since that is the order in which they come. */
MUST_CHECK enum assay_status tuf_read_object(struct tuf_parse *parse,
                                             const struct tuf_field *fields, size_t count,
                                             void *into, struct assay_error *err);

/* A decoded string without control characters: names and ids. */
MUST_CHECK enum assay_status tuf_read_name(struct tuf_parse *parse, struct slice *out,
                                           struct assay_error *err);
MUST_CHECK enum assay_status tuf_decode_name(struct tuf_parse *parse, struct json_string string,
                                             struct slice *out, struct assay_error *err);

/* Passes over null and says so: Notary's writer leaves null where a list or map is empty. */
MUST_CHECK enum assay_status tuf_read_empty(struct tuf_parse *parse, bool *was_null,
                                            struct assay_error *err);

/* Reads each element of an array; null is an empty one. */
MUST_CHECK enum assay_status tuf_read_elements(struct tuf_parse *parse,
                                               enum assay_status (*read)(struct tuf_parse *parse,
                                                                         void *into,
                                                                         struct assay_error *err),
                                               void *into, struct assay_error *err);

/* Room for one more item in a list that grows in the arena by doubling. */
MUST_CHECK enum assay_status tuf_list_grow(struct arena *arena, void **items, size_t count,
                                           size_t item_bytes, struct assay_error *err);

/* What every role has in common; the first member of each role's struct, so that the three readers
 * below fit into every table. */
struct tuf_header {
    uint64_t version;
    int64_t expires_unix_s;
};

MUST_CHECK enum assay_status tuf_read_type(struct tuf_parse *parse, void *into,
                                           struct assay_error *err);
MUST_CHECK enum assay_status tuf_read_expires(struct tuf_parse *parse, void *into,
                                              struct assay_error *err);
MUST_CHECK enum assay_status tuf_read_version(struct tuf_parse *parse, void *into,
                                              struct assay_error *err);

#define TUF_HEADER_FIELDS                                                                          \
    TUF_FIELD("_type", tuf_read_type, ASSAY_TYPE),                                                 \
        TUF_FIELD("expires", tuf_read_expires, ASSAY_SCHEMA),                                      \
        TUF_FIELD("version", tuf_read_version, ASSAY_SCHEMA)

#endif
