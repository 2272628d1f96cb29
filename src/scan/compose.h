/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One compose file and the files that it leads to: included and extended ones, .env, Dockerfiles.
 * Internal to scan/.
 *
 * Each file is judged by itself, as if it alone were given by -f: an override file's services are
 * found in it, not merged with those of the file that it overrides. Names have values from .env
 * files alone; the environment of a process decides nothing here.
 *
 * Images are those that run or are built on: of services, of steps before them, of volumes, of
 * additional contexts, and those of Dockerfiles; and models, which an engine pulls as it does
 * images. What cache_from and tags name does not run.
 */
#ifndef SCAN_COMPOSE_H
#define SCAN_COMPOSE_H

#include "scan/node.h"

struct compose_name {
    struct slice name;
    const char *value; /* NULL: given, but made of names that are not set */
};

/* Values of names, those of outer win: a project decides over what it includes. */
struct compose_env {
    const struct compose_env *outer;
    struct compose_name *names; /* in the order of names */
    size_t count;
    size_t cap;
};

/* A compose file that was read. */
struct compose_file {
    struct buf bytes; /* empty where they are borrowed */
    struct scan_input input;
    struct yaml_file yaml;
    struct yaml_pair *services; /* of all documents, in the order of names */
    size_t service_count;
};

/* A file of any kind that was asked for. */
struct compose_opened {
    struct buf bytes;
    struct scan_input input; /* its text lies in bytes */
    bool found;
};
#define AUTO_COMPOSE_OPENED CLEANUP(compose_opened_clear) struct compose_opened

/* Where a text stands, what its names stand for, and where its paths begin. */
struct compose_scope {
    const struct compose_file *file;
    struct compose_env *env;
    const char *directory; /* as scan_open takes it */
    const char *below;     /* what is put in front of paths: a project_directory, or "" */
};

/* A file whose services run, with the one that includes it. */
struct compose_project {
    struct compose_scope scope;
    size_t outer; /* SIZE_MAX: none */
    size_t depth;
};

struct compose {
    struct scan *scan;
    struct arena arena; /* texts of this call, and environments */
    struct compose_file **files;
    size_t file_count;
    size_t file_cap;
    struct compose_project *projects; /* those that include come first */
    size_t project_count;
    size_t project_cap;
    size_t opened;
    size_t opened_bytes;
    size_t visited; /* values */
    size_t steps;   /* that all texts may take yet */
    bool is_full;   /* a limit was reached, and a problem says so */
};

/* A scalar with its variables filled in. */
struct compose_text {
    const struct yaml_node *node; /* NULL: it is not given */
    const char *text;             /* NULL: that could not be told */
    const char *problem;          /* why */
};

/* A service, and what it extends, nearest first. */
struct compose_level {
    struct compose_scope scope;
    const struct yaml_node *service;
};

/* ---- compose.c ---- */

/* Counts values that are visited; is_full is set, and a problem stands at spot, once they are too
 * many. */
MUST_CHECK enum assay_status compose_visit(struct compose *run, const struct scan_spot *spot,
                                           size_t nodes, struct assay_error *err);

/* ---- compose_file.c ---- */

/* found is false where there is none, or a problem says why not. */
MUST_CHECK enum assay_status compose_open(struct compose *run, const struct compose_scope *scope,
                                          const struct scan_spot *spot, const char *path,
                                          struct compose_opened *out, struct assay_error *err);
void compose_opened_clear(struct compose_opened *opened);
/* Counts bytes that are read beside those of opened files, as compose_visit does values. */
MUST_CHECK enum assay_status compose_read(struct compose *run, const struct scan_spot *spot,
                                          size_t bytes, struct assay_error *err);
/* Another compose file; *out is NULL where a problem says why. */
MUST_CHECK enum assay_status compose_load(struct compose *run, const struct compose_scope *scope,
                                          const struct yaml_node *node, const char *path,
                                          const struct compose_file **out, struct assay_error *err);
/* The first; input is borrowed. */
MUST_CHECK enum assay_status compose_load_first(struct compose *run, const struct scan_input *input,
                                                const struct compose_file **out,
                                                struct assay_error *err);
const struct yaml_node *compose_file_service(const struct compose_file *file, const char *name);
void compose_files_clear(struct compose *run);
/* Of one document; in old files the services are the document. NULL: it has none. */
const struct yaml_node *compose_services(const struct yaml_node *document);

/* ---- compose_text.c ---- */

MUST_CHECK enum assay_status compose_expand(struct compose *run, const struct compose_scope *scope,
                                            const struct yaml_node *node, struct compose_text *out,
                                            struct assay_error *err);
/* The value of a key that must be text, if it is there. what: "the image". Of another kind: a
 * problem, and out as if it were not there. */
MUST_CHECK enum assay_status compose_get(struct compose *run, const struct compose_scope *scope,
                                         const struct yaml_node *mapping, const char *key,
                                         const char *what, struct compose_text *out,
                                         struct assay_error *err);
/* No node, null, or what "!reset" takes away. */
bool compose_is_absent(const struct yaml_node *node);
/* Fetched from elsewhere: a URL, or what git takes for one. */
bool compose_is_remote(const char *path);
/* The reference text, at its node, whose first skip bytes belong to no reference. */
MUST_CHECK enum assay_status compose_add(struct compose *run, const struct compose_scope *scope,
                                         const struct compose_text *text, size_t skip,
                                         const struct scan_reference *reference,
                                         struct assay_error *err);
/* One that cannot be told, whatever text says; problem is a sentence without full stop. */
MUST_CHECK enum assay_status compose_add_unknown(struct compose *run,
                                                 const struct compose_scope *scope,
                                                 const struct yaml_node *node, const char *owner,
                                                 const char *problem, struct assay_error *err);

/* A "NAME=VALUE" of a list, or a pair of a mapping. */
struct compose_pair {
    const struct yaml_node *node; /* the item, or the pair's value */
    struct slice name;
    struct compose_text value; /* node: NULL where no value is given */
    size_t skip;               /* bytes of the node's text in front of the value */
};
MUST_CHECK enum assay_status
compose_pairs(struct compose *run, const struct compose_scope *scope, const struct yaml_node *node,
              const char *what,
              enum assay_status (*take)(void *ctx, const struct compose_scope *scope,
                                        const struct compose_pair *pair, struct assay_error *err),
              void *ctx, struct assay_error *err);

/* ---- compose_env.c ---- */

const char *compose_env_find(const struct compose_env *env, struct slice name);
/* Reads a .env file; its names win over those that env has from earlier ones. */
MUST_CHECK enum assay_status compose_env_read(struct compose *run, const struct scan_input *input,
                                              struct compose_env *env, struct assay_error *err);

/* ---- compose_include.c ---- */

/* The .env file beside a project; none is fine. */
MUST_CHECK enum assay_status compose_env_default(struct compose *run,
                                                 const struct compose_scope *scope,
                                                 struct assay_error *err);
/* The list of a document's "include": each becomes a project. */
MUST_CHECK enum assay_status compose_include(struct compose *run, size_t project,
                                             const struct yaml_node *list, struct assay_error *err);

/* ---- compose_model.c ---- */

/* The "models" of a document. */
MUST_CHECK enum assay_status compose_models(struct compose *run, const struct compose_scope *scope,
                                            const struct yaml_node *models,
                                            struct assay_error *err);
/* The models of a service's "provider". */
MUST_CHECK enum assay_status compose_provider(struct compose *run,
                                              const struct compose_scope *scope,
                                              const struct yaml_node *provider, const char *owner,
                                              struct assay_error *err);

/* ---- compose_service.c ---- */

MUST_CHECK enum assay_status compose_service(struct compose *run, const struct compose_scope *scope,
                                             const struct yaml_pair *pair, struct assay_error *err);

/* ---- compose_build.c ---- */

/* The build sections of levels, nearest first. */
MUST_CHECK enum assay_status compose_build(struct compose *run, const struct compose_level *levels,
                                           size_t count, const char *owner,
                                           struct assay_error *err);

#endif
