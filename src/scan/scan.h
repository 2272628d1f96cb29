/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding image references in files. Finders append to one struct scan: what refers to an image,
 * what could not be read, and the comments that ask to ignore a rule. Nothing that may name an
 * image is skipped: what cannot be resolved is a reference with a problem.
 *
 * All strings live in the scan's arena, are UTF-8 or raw bytes of the file (written), and are
 * escaped only where they are shown. For a text in the arena there is arena_format.
 */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/env.h"

/* A place in a file. */
struct scan_spot {
    size_t file;   /* index into the files of the scan */
    size_t line;   /* from 1; 0: the file as a whole */
    size_t column; /* from 1, in characters */
    size_t offset; /* of the written text in the file, bytes */
    size_t length; /* of the written text, bytes */
};

enum scan_place {
    SCAN_ARGUMENT,   /* docker://REF on the command line */
    SCAN_LIST,       /* a line of a plain list */
    SCAN_FROM,       /* Dockerfile FROM */
    SCAN_COPY,       /* COPY --from, ADD --from */
    SCAN_MOUNT,      /* RUN --mount=from= */
    SCAN_SYNTAX,     /* # syntax= */
    SCAN_COMPOSE,    /* image of a compose service, or of a build section */
    SCAN_KUBERNETES, /* container or image volume of a Kubernetes object */
    SCAN_GITHUB,     /* container, service, or docker:// step of a GitHub workflow or action */
    SCAN_GITLAB      /* image or service of a GitLab pipeline */
};

struct scan_reference {
    struct scan_spot spot;
    enum scan_place place;
    const char *owner;    /* "stage build", "service web", "Deployment web, container app" */
    const char *written;  /* the text in the file, with its variables, without its quotes */
    const char *text;     /* what it comes to; NULL: that could not be told */
    const char *problem;  /* why, where text is NULL: one sentence without full stop */
    const char *platform; /* asked for beside it, "linux/arm64"; NULL: none */
    bool is_built;        /* compose: the service is built here and only named so; not pulled */
    bool is_rewritable;   /* the bytes at spot are text itself: no variable, no escape */
};

/* Why a file, or a part of it, could not be read. ASSAY_FILE_SYNTAX, ASSAY_FILE_LIMIT,
 * ASSAY_FILE_IO, ASSAY_FILE_LINK. */
struct scan_problem {
    struct scan_spot spot;
    enum assay_status status;
    const char *message;
};

/* A comment "assay ignore=RULE[,RULE...] reason="..."". */
struct scan_ignore {
    struct scan_spot spot;
    size_t line; /* the line that it speaks of: its own, or the next that is no comment */
    const char **rules;
    size_t rule_count;
    const char *reason;  /* NULL: none is given, or it is empty */
    const char *problem; /* malformed: why; it ignores nothing then */
    bool used;           /* set by the gate */
};

/* A file that names images, or could not be read. */
struct scan_file {
    const char *name;  /* opens it from the working directory, and begins as the user typed it; "-",
                          "docker://REF" */
    const char *place; /* the same without "..": relative where it lies below the root of the
                          sources, else absolute; "": no file, or that cannot be told */
};

struct scan_tree; /* tree.c: where files are opened, and links are not followed */

struct scan_options {
    const char *const *build_args; /* "NAME=VALUE", as of docker build; the last of a name wins */
    size_t build_arg_count;
    const char *const *build_contexts; /* "NAME=docker-image://REF" or "NAME=anything else" */
    size_t build_context_count;
    const char *const *excludes; /* paths below the scanned directory that are left out */
    bool *exclude_used;          /* for each whether it left something out; NULL: nobody asks */
    size_t exclude_count;
    const char *source_root;   /* a directory; NULL: the working directory */
    const char *const *custom; /* "Kind:path.to[].image" of Kubernetes kinds of others */
    size_t custom_count;
};

struct scan {
    struct arena arena;
    const struct assay_env *env; /* log and interruption; borrowed */
    struct scan_options options; /* borrowed */
    struct scan_tree *tree;      /* NULL: no other file can be opened (standard input) */
    struct scan_file *files;
    size_t file_count;
    size_t file_cap;
    size_t seen; /* files that were looked at, with or without references */
    struct scan_reference *references;
    size_t reference_count;
    size_t reference_cap;
    struct scan_problem *problems;
    size_t problem_count;
    size_t problem_cap;
    struct scan_ignore *ignores;
    size_t ignore_count;
    size_t ignore_cap;
};

void scan_init(struct scan *scan, const struct assay_env *env, const struct scan_options *options);
void scan_clear(struct scan *scan);
/* When all is found: sorts by the names of files and by place, and takes out what two ways led to:
 * the same text at the same spot. */
MUST_CHECK enum assay_status scan_finish(struct scan *scan, struct assay_error *err);

/* The rank of each file by its name, in an array that the caller frees: entries of one file have
 * one rank. */
MUST_CHECK enum assay_status scan_rank_files(const struct scan *scan, size_t **out,
                                             struct assay_error *err);

/* ---- what a user names ---- */

/* A file or a directory with all below it, in the order of names. What cannot be read becomes a
 * problem; a status is only for what ends the run. */
MUST_CHECK enum assay_status scan_path(struct scan *scan, const char *path,
                                       struct assay_error *err);
/* Standard input: YAML that is one of the known kinds, or else a list, one reference a line, "#"
 * begins a comment. */
MUST_CHECK enum assay_status scan_stdin(struct scan *scan, struct slice text,
                                        struct assay_error *err);
/* "docker://REF". */
MUST_CHECK enum assay_status scan_argument(struct scan *scan, const char *text,
                                           struct assay_error *err);

/* ---- finders; input is borrowed for the call ---- */

struct scan_input {
    struct slice text;
    size_t file;           /* index into scan->files */
    const char *directory; /* of the file, relative to the tree: "" or "a/b" */
};

MUST_CHECK enum assay_status scan_list(struct scan *scan, const struct scan_input *input,
                                       struct assay_error *err);
/* What a compose build section gives, which wins over the options. */
struct scan_build {
    const char *const *args; /* "NAME=VALUE"; "NAME": given, but its value is not known */
    size_t arg_count;
    const char *const *contexts; /* "NAME=VALUE" */
    size_t context_count;
};
MUST_CHECK enum assay_status scan_dockerfile(struct scan *scan, const struct scan_input *input,
                                             const struct scan_build *build,
                                             struct assay_error *err);
/* Of a .env file only which compose files it names. */
MUST_CHECK enum assay_status scan_dotenv(struct scan *scan, const struct scan_input *input,
                                         struct assay_error *err);
MUST_CHECK enum assay_status scan_compose(struct scan *scan, const struct scan_input *input,
                                          struct assay_error *err);
MUST_CHECK enum assay_status scan_kubernetes(struct scan *scan, const struct scan_input *input,
                                             struct assay_error *err);
MUST_CHECK enum assay_status scan_github(struct scan *scan, const struct scan_input *input,
                                         struct assay_error *err);
MUST_CHECK enum assay_status scan_gitlab(struct scan *scan, const struct scan_input *input,
                                         struct assay_error *err);
/* ASSAY_USAGE: not "Kind:path.to[].image", as of scan_options.custom. */
MUST_CHECK enum assay_status scan_check_custom(const char *text, struct assay_error *err);
/* The ignore comments of any file in which "#" begins a comment. */
MUST_CHECK enum assay_status scan_ignores(struct scan *scan, const struct scan_input *input,
                                          struct assay_error *err);

/* ---- for finders ---- */

/* Each copies what it is given into the arena. */
MUST_CHECK enum assay_status scan_add_file(struct scan *scan, const char *name, const char *place,
                                           size_t *index, struct assay_error *err);
MUST_CHECK enum assay_status scan_add(struct scan *scan, const struct scan_reference *reference,
                                      struct assay_error *err);
/* status: ASSAY_FILE_SYNTAX and its like. */
MUST_CHECK enum assay_status scan_add_problem(struct scan *scan, const struct scan_spot *spot,
                                              enum assay_status status, struct assay_error *err,
                                              const char *format, ...) PRINTF(5, 6);
/* rules, reason and problem must be in the arena. */
MUST_CHECK enum assay_status scan_add_ignore(struct scan *scan, const struct scan_ignore *ignore,
                                             struct assay_error *err);

/* A path in a file, relative to directory; "." and ".." are resolved. */
struct scan_named {
    const struct scan_spot *spot; /* where it stands */
    const char *directory;
    const char *path;
};

/* Another file of the same tree, for extends, include, .env and build sections; it must not leave
 * the tree, by links neither. *found false: there is none. The input's text is owned by the caller
 * (buf). Adds a problem, and *found is false, where it is there but cannot be read. */
MUST_CHECK enum assay_status scan_open(struct scan *scan, const struct scan_named *named,
                                       struct buf *bytes, struct scan_input *out, bool *found,
                                       struct assay_error *err);
/* Whether that path is a directory of the tree. */
bool scan_is_directory(const struct scan *scan, const char *directory, const char *path);

#endif
