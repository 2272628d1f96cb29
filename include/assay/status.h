/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Status codes, their classes and exit codes.
 *
 * Every function of the library that can fail returns enum assay_status; ASSAY_OK is the only
 * success. The ids and numbers are stable; texts may be improved.
 */
#ifndef ASSAY_STATUS_H
#define ASSAY_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define ASSAY_API        __attribute__((visibility("default")))
#define ASSAY_MUST_CHECK __attribute__((warn_unused_result))
#else
#define ASSAY_API
#define ASSAY_MUST_CHECK
#endif

enum assay_status {
#define X(number, name, id, class, sentence, remedy) ASSAY_##name = (number),
#include <assay/status.def>
#undef X
};

/* What a status says about trust; each class has one exit code. */
enum assay_class {
    ASSAY_CLASS_TRUSTED = 0,       /* exit 0 */
    ASSAY_CLASS_REJECTED = 1,      /* exit 1: evidence against */
    ASSAY_CLASS_USAGE = 2,         /* exit 2 */
    ASSAY_CLASS_UNSIGNED = 3,      /* exit 3 */
    ASSAY_CLASS_UNDECIDED = 4,     /* exit 4: could not tell */
    ASSAY_CLASS_NOTHING = 5,       /* exit 5: nothing was checked */
    ASSAY_CLASS_INTERNAL = 70,     /* exit 70 */
    ASSAY_CLASS_INTERRUPTED = 130, /* exit 130: SIGINT */
    ASSAY_CLASS_TERMINATED = 143   /* exit 143: SIGTERM */
};

/**
 * The stable id of a status, such as "digest-mismatch".
 * Returns: a static string; "internal" for a value that is no status. Never NULL.
 */
ASSAY_API const char *assay_status_id(enum assay_status status);

/** One sentence on what the status means. Returns: a static string, never NULL. */
ASSAY_API const char *assay_status_sentence(enum assay_status status);

/** What the user can do. Returns: a static string, never NULL, empty where nothing applies. */
ASSAY_API const char *assay_status_remedy(enum assay_status status);

/** The class of a status. Its number is the exit code of the command. */
ASSAY_API enum assay_class assay_status_class(enum assay_status status);

/**
 * The exit code for several results: the first of 130, 143, 70, 1, 3, 4, 2, 5 that occurs wins,
 * 0 only when both are 0.
 */
ASSAY_API enum assay_class assay_class_worst(enum assay_class a, enum assay_class b);

#ifdef __cplusplus
}
#endif

#endif
