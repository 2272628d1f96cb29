/* SPDX-License-Identifier: Apache-2.0 */
/* A pin names the root at which a repository's chain starts: by a fingerprint of a root key, by the
 * whole file, or by the CA that issued the root certificates. */
#ifndef TUF_PIN_H
#define TUF_PIN_H

#include "base/buf.h"
#include "base/limits.h"
#include "crypto/digest.h"

enum tuf_pin_kind {
    TUF_PIN_NONE,
    TUF_PIN_FINGERPRINT, /* TUF id, Notary's canonical id or SPKI hash of a root key */
    TUF_PIN_ROOT,        /* exactly these bytes */
    TUF_PIN_CA           /* every root from the anchor on has certificates of this CA */
};

struct tuf_pin {
    enum tuf_pin_kind kind;
    char pattern[LIMIT_REFERENCE_BYTES]; /* a GUN, or "prefix/" and '*'; "" when given by --root */
    struct digest fingerprint;
    struct buf bytes; /* the root file or the CA's PEM; owned */
};

void tuf_pin_clear(struct tuf_pin *pin);

/* An out pin is overwritten, not cleared first. */

/* "sha256:HEX" or a path to a root.json, as --root and root pin take it. ASSAY_PIN_INVALID. */
MUST_CHECK enum assay_status tuf_pin_from_argument(const char *text, struct tuf_pin *out,
                                                   struct assay_error *err);
MUST_CHECK enum assay_status tuf_pin_from_ca_file(const char *path, struct tuf_pin *out,
                                                  struct assay_error *err);
/* A GUN, or a prefix that ends in "/" and '*'. ASSAY_REFERENCE. */
MUST_CHECK enum assay_status tuf_pin_check_pattern(const char *pattern, struct assay_error *err);

/*
 * The pins of a directory, one JSON file a pattern: roots/HEX-SHA256-OF-PATTERN.json,
 * {"schema":1,"pattern":GUN,"sha256":HEX | "root":TEXT | "ca":PEM}. Several directories are looked
 * through in order (the user's before the system's).
 */
/* The exact pattern, else the longest prefix; out->kind is TUF_PIN_NONE when there is none.
 * ASSAY_CONFIG for a malformed file or one that others may write to. */
MUST_CHECK enum assay_status tuf_pins_find(const char *const *dirs, size_t dir_count,
                                           const char *gun, struct tuf_pin *out,
                                           struct assay_error *err);
/* Writes a new pin durably into dir, which is made (0700) when missing. ASSAY_PIN_MISMATCH when
 * another pin stands there for the pattern; the same pin again is fine. */
MUST_CHECK enum assay_status tuf_pins_add(const char *dir, const struct tuf_pin *pin,
                                          struct assay_error *err);
MUST_CHECK enum assay_status tuf_pins_remove(const char *dir, const char *pattern, bool *removed,
                                             struct assay_error *err);
/* Calls each for every pin of the directories, sorted by pattern; stops at a status. */
MUST_CHECK enum assay_status tuf_pins_list(const char *const *dirs, size_t dir_count,
                                           enum assay_status (*each)(void *ctx, const char *dir,
                                                                     const struct tuf_pin *pin,
                                                                     struct assay_error *err),
                                           void *ctx, struct assay_error *err);

#endif
