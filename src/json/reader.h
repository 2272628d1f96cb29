/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of signed metadata: one pass over the bytes, no tree, memory of the nesting depth.
 *
 * It accepts canonical JSON as Notary signs it and nothing else: no white space (but around the
 * whole text), members strictly ascending by the bytes of their decoded names (so no duplicates),
 * plain integers within 2^53, valid UTF-8, only \" and \\ escaped. What is read is therefore
 * exactly what is hashed and signed. A text in another form first goes through json_canonicalise.
 *
 * Control characters: the canonical form holds them raw, where JSON must escape them. So a text as
 * it came (json_reader_init) may hold none, else two files would mean the same to the signature
 * of which one is not JSON; what json_canonicalise wrote (json_reader_init_form with
 * JSON_FORM_CANONICAL) may hold 0x01 to 0x1F in strings.
 *
 * A parser asks for what it expects, member by member; each error names the path
 * ("$.signed.roles.root.threshold"). Slices point into the text.
 */
#ifndef JSON_READER_H
#define JSON_READER_H

#include "base/arena.h"
#include "base/limits.h"

enum json_kind {
    JSON_KIND_NULL,
    JSON_KIND_BOOL,
    JSON_KIND_INTEGER,
    JSON_KIND_STRING,
    JSON_KIND_ARRAY,
    JSON_KIND_OBJECT,
    JSON_KIND_END /* no value here */
};

/* "an object"; "a value" for JSON_KIND_END. Static. */
const char *json_kind_name(enum json_kind kind);

enum json_form {
    JSON_FORM_WIRE,      /* canonical, as it came from outside: no raw control characters */
    JSON_FORM_CANONICAL, /* json_canonicalise wrote it: control characters stand raw */
    JSON_FORM_ANY        /* all of JSON, any order, fractions, duplicates unseen: within json/ */
};

/* A string as it stands in the text; escaped says that it holds a backslash. */
struct json_string {
    struct slice raw;
    bool escaped;
};

struct json_level {
    bool is_object;
    bool started;           /* an element or member was read */
    bool any_order;         /* members may come in any order (the envelope) */
    size_t index;           /* of the current array element */
    struct json_string key; /* the current member */
};

struct json_reader {
    struct slice text;
    size_t pos;
    size_t depth;
    enum json_form form;
    bool pending;       /* a value stands at pos and was neither read nor skipped */
    uint64_t nodes;     /* values read or skipped so far */
    uint64_t max_nodes; /* UINT64_MAX: no limit (targets) */
    struct json_level levels[LIMIT_JSON_DEPTH];
    const char *name; /* of the document, put in front of the path in errors; NULL: none */
};

/* For a text as it came from outside (JSON_FORM_WIRE). */
void json_reader_init(struct json_reader *reader, struct slice text, uint64_t max_nodes);
void json_reader_init_form(struct json_reader *reader, struct slice text, enum json_form form,
                           uint64_t max_nodes);

/* The kind of the value that comes next, by its first byte. JSON_KIND_END also when the value was
 * already read. */
enum json_kind json_peek(const struct json_reader *reader);

MUST_CHECK enum assay_status json_enter_object(struct json_reader *reader, struct assay_error *err);
/* The envelope alone: members in either order; the parser refuses duplicates itself. */
MUST_CHECK enum assay_status json_enter_object_any_order(struct json_reader *reader,
                                                         struct assay_error *err);
/* Moves to the next member's value and sets *key; *more is false at the closing brace, which is
 * then consumed. A value that the caller did not read must have been skipped. */
MUST_CHECK enum assay_status json_next_member(struct json_reader *reader, struct json_string *key,
                                              bool *more, struct assay_error *err);
MUST_CHECK enum assay_status json_enter_array(struct json_reader *reader, struct assay_error *err);
MUST_CHECK enum assay_status json_next_element(struct json_reader *reader, bool *more,
                                               struct assay_error *err);
MUST_CHECK enum assay_status json_read_string(struct json_reader *reader, struct json_string *out,
                                              struct assay_error *err);
/* ASSAY_JSON_NUMBER outside min..max. */
MUST_CHECK enum assay_status json_read_integer(struct json_reader *reader, int64_t min, int64_t max,
                                               int64_t *out, struct assay_error *err);
MUST_CHECK enum assay_status json_read_bool(struct json_reader *reader, bool *out,
                                            struct assay_error *err);
/* If the next value is null, reads it and sets *was_null. */
MUST_CHECK enum assay_status json_read_null(struct json_reader *reader, bool *was_null,
                                            struct assay_error *err);
/* Passes over a value, fully checked; *span (may be NULL) is its bytes. */
MUST_CHECK enum assay_status json_skip(struct json_reader *reader, struct slice *span,
                                       struct assay_error *err);
/* Only white space may be left. */
MUST_CHECK enum assay_status json_finish(struct json_reader *reader, struct assay_error *err);

/* The current path, "$.signed.keys.ab12", into out; cut with "..." when longer. */
void json_path(const struct json_reader *reader, char *out, size_t out_bytes);
/* FAIL with the path in front: json_fail(reader, err, ASSAY_SCHEMA, "expected %s", ...). */
enum assay_status json_fail(const struct json_reader *reader, struct assay_error *err,
                            enum assay_status status, const char *format, ...) PRINTF(4, 5);

/* The decoded string; copied into the arena only when it was escaped. */
MUST_CHECK enum assay_status json_string_decode(struct json_string string, struct arena *arena,
                                                struct slice *out, struct assay_error *err);
bool json_string_is(struct json_string string, const char *text);
/* Equal after folding case: ASCII, and U+017F and U+212A, which fold to s and k. */
bool json_string_is_folded(struct json_string string, const char *text);

/* For objects of fixed shape: ASSAY_SCHEMA when key equals one of known only after folding case
 * (ASCII, and U+017F and U+212A, which fold to s and k). */
MUST_CHECK enum assay_status json_check_case(const struct json_reader *reader,
                                             struct json_string key, const char *const *known,
                                             size_t known_count, struct assay_error *err);

#endif
