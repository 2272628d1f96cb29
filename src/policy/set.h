/* SPDX-License-Identifier: Apache-2.0 */
/* What a set of policies holds once they are read. All of it lives in the set's arena. */
#ifndef POLICY_SET_H
#define POLICY_SET_H

#include "base/limits.h"
#include "policy/policy.h"
#include "json/yaml.h"

struct policy_setting {
    enum policy_field field;
    struct policy_value value;
};

struct policy_scope {
    const char *written;
    /* "NAME:TAG", "NAME@DIGEST", "NAME:TAG@DIGEST", "NAME", "PREFIX/" without its star, or "" for
     * all: no two kinds can look alike. */
    struct slice key;
    struct yaml_mark mark;
    struct policy_setting *settings;
    size_t setting_count;
    bool has_reject;
    const char *reject; /* NULL with has_reject: what a wider scope rejects may pass here */
    struct policy_allowed *allowed;
    size_t allowed_count;
};

/* The scopes of one text, of a file or of a profile. */
struct policy_layer {
    const char *name;
    struct policy_scope *scopes; /* in the order of the text */
    size_t count;
    const struct policy_scope **sorted; /* by key */
};

struct policy_file {
    const char *name;
    bool is_guest;                 /* of a project under judgement: it can only tighten */
    struct policy_layer layers[2]; /* its own scopes, then its profile's */
};

struct policy_set {
    struct arena arena;
    struct policy_file files[LIMIT_POLICY_FILES];
    size_t count;
};

/* A text on its way into a set. */
struct policy_reader {
    struct arena *arena;
    const char *name;      /* of the text, for errors and origins */
    const char *directory; /* absolute, of root files; NULL: there are none */
    int directory_fd;      /* -1: none */
    bool is_profile;       /* names no other profile */
};

/* ASSAY_POLICY_INVALID, with "NAME:LINE:COLUMN: " in front. */
enum assay_status policy_refuse(const struct policy_reader *reader, const struct yaml_mark *mark,
                                struct assay_error *err, const char *format, ...) PRINTF(4, 5);

/* A whole document; *profile is the text of the profile that it names, NULL for none. */
MUST_CHECK enum assay_status policy_read(const struct policy_reader *reader, struct slice text,
                                         struct policy_layer *out, const char **profile,
                                         struct assay_error *err);
/* A scope's name to its key. */
MUST_CHECK enum assay_status policy_read_key(const struct policy_reader *reader,
                                             const struct yaml_node *name, struct slice *out,
                                             struct assay_error *err);
/* "REGISTRY" or "REGISTRY/PATH" as references have it. ASSAY_REFERENCE. */
MUST_CHECK enum assay_status policy_normalise_place(const char *text, struct arena *arena,
                                                    const char **out, struct assay_error *err);
/* What one scope holds; scope->written and its mark are set. */
MUST_CHECK enum assay_status policy_read_scope(const struct policy_reader *reader,
                                               const struct yaml_node *node,
                                               struct policy_scope *scope, struct assay_error *err);
/* The value of a field, but for its origin. */
MUST_CHECK enum assay_status policy_read_value(const struct policy_reader *reader,
                                               enum policy_field field,
                                               const struct yaml_node *node,
                                               struct policy_value *out, struct assay_error *err);
/* One text of a list or of a SAME field, judged and normalised. */
MUST_CHECK enum assay_status policy_read_item(const struct policy_reader *reader,
                                              enum policy_field field, const struct yaml_node *node,
                                              const char **out, struct assay_error *err);
/* A text that says something: a scalar that is neither null nor blank. */
MUST_CHECK enum assay_status policy_read_text(const struct policy_reader *reader,
                                              const struct yaml_node *node, const char *what,
                                              const char **out, struct assay_error *err);
/* A mapping. */
MUST_CHECK enum assay_status policy_expect_mapping(const struct policy_reader *reader,
                                                   const struct yaml_node *node, const char *what,
                                                   struct assay_error *err);

/* into becomes the stricter of both. */
MUST_CHECK enum assay_status policy_combine(enum policy_field field,
                                            const struct policy_value *other, struct arena *arena,
                                            struct policy_value *into, struct assay_error *err);

#endif
