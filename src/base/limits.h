/* SPDX-License-Identifier: Apache-2.0 */
/* Every number that bounds data from outside, with its unit and reason. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#define KIB 1024UL
#define MIB (1024UL * KIB)

/* ---- signed metadata (bytes of one file) ---- */
#define LIMIT_ROOT_BYTES      (1 * MIB)   /* a few certificates per version, old ones are kept */
#define LIMIT_TIMESTAMP_BYTES (64 * KIB)  /* about 500 bytes in practice */
#define LIMIT_SNAPSHOT_BYTES  (16 * MIB)  /* 300 bytes per delegation */
#define LIMIT_TARGETS_BYTES   (256 * MIB) /* 2,000,000 tags */
#define LIMIT_UNVERIFIED_BYTES                                                                     \
    (32 * MIB) /* of a role file that nothing signed names yet: 300,000 tags */
#define LIMIT_TARGETS_ENTRIES 2000000UL
#define LIMIT_ROLE_ARENA      (8 * MIB) /* parsed form of one role, without targets */

/* ---- JSON ---- */
#define LIMIT_JSON_DEPTH        32         /* metadata needs 7, an image config about 8 */
#define LIMIT_JSON_NODES        200000UL   /* values in a tree, or in a role other than targets */
#define LIMIT_JSON_STRING_BYTES (64 * KIB) /* a certificate bundle in base64 is about 4 KiB */
#define LIMIT_JSON_KEY_BYTES    (1 * KIB)
#define LIMIT_JSON_NUMBER_BYTES 20UL /* 2^64 has 20 digits; longer cannot be a valid integer */
#define LIMIT_JSON_INTEGER      9007199254740991LL /* 2^53 - 1: exact in every reader */
#define LIMIT_JSON_PATH_BYTES   256UL              /* of the path in an error */

/* ---- roles, keys, signatures ---- */
#define LIMIT_ROLE_NAME_BYTES      255  /* Notary: below 256 */
#define LIMIT_TAG_BYTES            128  /* reference grammar */
#define LIMIT_TARGET_NAME_BYTES    4096 /* name in a targets file; only tags are ever looked up */
#define LIMIT_KEYS                 256  /* in one file; root keeps its retired ones */
#define LIMIT_ROLE_KEYS            32   /* listed by one role */
#define LIMIT_SIGNATURES           64   /* in one file */
#define LIMIT_ROLES                64   /* in one root */
#define LIMIT_DELEGATIONS          512  /* in one targets file */
#define LIMIT_DELEGATION_PATHS     1024 /* of one delegation */
#define LIMIT_SNAPSHOT_ENTRIES     2048
#define LIMIT_ROOT_STEPS           256        /* roots followed or searched in one update */
#define LIMIT_ROOT_BATCH           16         /* roots asked for at once on an unverified claim */
#define LIMIT_KEY_BYTES            (16 * KIB) /* one public key or certificate bundle, decoded */
#define LIMIT_CERTIFICATES         8          /* in one bundle */
#define LIMIT_EXTENSIONS           64         /* in one certificate; about ten in practice */
#define LIMIT_CERTIFICATE_CN_BYTES 512        /* holds a GUN: host, port and 255 of path */
#define LIMIT_CHAIN_DEPTH          4          /* certificates between a leaf and a pinned CA */
#define LIMIT_SIGNATURE_BYTES      (2 * KIB)  /* RSA 8192 has 1 KiB */
#define LIMIT_RSA_BITS_MIN         2048
#define LIMIT_RSA_BITS_MAX         8192
#define LIMIT_RSA_EXPONENT_MIN     65537UL
#define LIMIT_RSA_EXPONENT_MAX     4294967295UL /* larger ones cost CPU and no one uses them */
#define LIMIT_CERTIFICATE_SKEW_S   (24L * 3600) /* a root certificate may start this much later */

/* ---- registry ---- */
#define LIMIT_MANIFEST_BYTES  (4 * MIB)
#define LIMIT_CONFIG_BYTES    (8 * MIB)
#define LIMIT_INDEX_ENTRIES   512
#define LIMIT_LAYERS          512
#define LIMIT_NAME_BYTES      255 /* repository path, reference grammar */
#define LIMIT_REFERENCE_BYTES 1024
#define LIMIT_LAYER_BYTES     (16UL * 1024 * MIB) /* one layer, inflated */
#define LIMIT_IMAGE_BYTES     (64UL * 1024 * MIB) /* all layers, inflated */
#define LIMIT_INDEX_HINTS     16 /* indexes looked into, to name the one that holds a digest */

/* ---- network ---- */
#define LIMIT_HEADER_BYTES     (64 * KIB) /* of one response */
#define LIMIT_HEADER_LINES     200
#define LIMIT_ERROR_BODY_BYTES (1 * KIB)
#define LIMIT_TOKEN_BYTES      (64 * KIB)
#define LIMIT_URL_BYTES        (4 * KIB)
#define LIMIT_REDIRECTS        5 /* blobs and manifests only */
#define LIMIT_TRIES            3 /* of one request, on 429 and 503 */
#define LIMIT_RETRY_AFTER_MS   10000L
#define LIMIT_CHALLENGES       8
#define LIMIT_CONNECT_MS       30000L
#define LIMIT_REQUEST_MS       30000L    /* default of --timeout for one request of metadata */
#define LIMIT_TOTAL_MS         300000L   /* one verification */
#define LIMIT_TOTAL_LAYERS_MS  21600000L /* one that fetches layers: 64 GiB at 3 MiB/s */
#define LIMIT_SLOW_BYTES_S     1024L /* below this rate for LIMIT_SLOW_S a transfer is given up */
#define LIMIT_SLOW_S           20L
#define LIMIT_BODY_BYTES_S     (1L * MIB) /* slowest rate at which content of a registry is awaited */
#define LIMIT_BACKOFF_MS       500L       /* before the second try, when the server names no time */
#define LIMIT_SESSION_HOSTS    16384 /* of one session: each of 10000 references may redirect */
#define LIMIT_PARALLEL         8     /* connections to one host */
#define LIMIT_FLIGHT           64    /* requests in one flight */
#define LIMIT_CREDENTIAL_BYTES                                                                     \
    (64 * KIB) /* a helper's answer; a credential file is 1 MiB at most */
#define LIMIT_CREDENTIAL_FILE_BYTES (1 * MIB)
#define LIMIT_HELPER_MS             30000L

/* ---- local ---- */
#define LIMIT_CONFIG_FILE_BYTES (1 * MIB)
#define LIMIT_PIN_FILE_BYTES    (2 * MIB) /* holds a root.json */
#define LIMIT_CA_FILE_BYTES     (1 * MIB)
#define LIMIT_HEAD_BYTES        (4 * MIB) /* 516 floors of 32 keys, 4096 roots, 1024 seen tags: 2 MiB */
#define LIMIT_STORED_ROOTS      4096      /* of one repository: a new root a week for 78 years */
#define LIMIT_SEEN_TAGS         1024      /* tag-and-digest pairs remembered for pin-stale */
#define LIMIT_LOCK_MS           60000L
#define LIMIT_CLOCK_BACK_S      300L         /* slack against the time of the last successful run */
#define LIMIT_CLOCK_MIN_UNIX_S  1764028800LL /* 2025-11-25: before any release, clock is wrong */
#define LIMIT_STATE_TOUCH_S     3600L /* how often an unchanged state's last-seen time is renewed */
#define LIMIT_REFERENCES        10000 /* on one command line */
#define LIMIT_JOBS              64

/* ---- images ---- */
#define LIMIT_HOST_BYTES        253       /* DNS; a registry's name without its port */
#define LIMIT_PLATFORM_BYTES    63        /* os, architecture, variant, os.version: each */
#define LIMIT_DOCUMENT_ARENA    (4 * MIB) /* parsed form of a manifest, index or config */
#define LIMIT_LAYOUT_FILE_BYTES (4 * KIB) /* oci-layout holds one short member */
#define LIMIT_LAYOUT_ENTRIES    4096      /* images in one directory's index.json */
#define LIMIT_BLOB_BYTES        (16UL * 1024 * MIB) /* one blob as stored */
#define LIMIT_CACHE_BYTES       (64 * MIB) /* manifests and configs kept of one repository */
#define LIMIT_CONFIG_PORTS      4096       /* that an image exposes, ranges written out */
#define LIMIT_CONFIG_ENV        4096       /* variables of an image; a dozen in practice */
#define LIMIT_CONFIG_LABELS     4096       /* of an image; some tools write a hundred */
#define LIMIT_CONFIG_HISTORY    4096       /* entries; a Dockerfile writes one a line */

/* ---- archives ---- */
#define LIMIT_TAR_NAME_BYTES      512  /* docker's longest is 64 hex digits and "/layer.tar" */
#define LIMIT_TAR_LINK_BYTES      4096 /* the longest path of Linux */
#define LIMIT_TAR_END_BYTES       (16 * MIB) /* zeros behind the end; tar fills up blocks of 10 KiB */
#define LIMIT_ARCHIVE_TABLE       (64 * MIB) /* names, links and what was measured of all entries */
#define LIMIT_TAR_ENTRIES         100000UL   /* 512 layers of four entries each are 2048 */
#define LIMIT_TAR_HEADER_BYTES    (1 * MIB)  /* of one PAX header or long name */
#define LIMIT_ARCHIVE_BYTES       (128UL * 1024 * MIB) /* unpacked from around a whole archive */
#define LIMIT_ARCHIVE_DOCUMENT    (8 * MIB)            /* kept of one file of a stream: a config */
#define LIMIT_ARCHIVE_DOCUMENTS   (32 * MIB)           /* kept of all */
#define LIMIT_ARCHIVE_TAGS        512                  /* names of one image */
#define LIMIT_ARCHIVE_IMAGES      4096                 /* entries of manifest.json */
#define LIMIT_ZSTD_WINDOW         (8 * MIB) /* what every decoder must support (RFC 8878, 3.1.1.1.2) */
#define LIMIT_MEASURE_SLOT        (256 * KIB) /* of a layer in memory at a time */
#define LIMIT_MEASURE_SLOTS       24          /* of all layers: 6 MiB */
#define LIMIT_BUNDLE_INDEX_BYTES  (8 * MIB)   /* the list of what a bundle holds */
#define LIMIT_BUNDLE_REPOSITORIES 4096
#define LIMIT_BUNDLE_DOCUMENTS    65536UL
#define LIMIT_BUNDLE_ROLES        8192         /* of one repository: 4096 roots, 2048 delegations */
#define LIMIT_BUNDLE_BLOBS        131072UL     /* the list needs 64 bytes and more for each */
#define LIMIT_BUNDLE_ARENA        (32 * MIB)   /* parsed form of the list */
#define LIMIT_BUNDLE_BYTES        (1024 * MIB) /* one that is written */

/* ---- audits ---- */
#define LIMIT_AUDIT_VERSIONS    16384UL /* of one role: a root a day for 44 years */
#define LIMIT_AUDIT_FLIGHT      64      /* versions asked for together */
#define LIMIT_AUDIT_BARREN      64 /* roots in a row that are not there: it goes on elsewhere */
#define LIMIT_AUDIT_ROLE_BYTES  (1024UL * MIB) /* of all versions of one role other than root */
#define LIMIT_AUDIT_ARENA       (512 * MIB)    /* what is reported: 10,000 versions take 10 MiB */
#define LIMIT_AUDIT_TAG_CHANGES 100000UL
#define LIMIT_AUDIT_EVENTS      200000UL
#define LIMIT_AUDIT_FINDINGS    10000UL
#define LIMIT_AUDIT_FEED        100000UL  /* lines of a changefeed */
#define LIMIT_AUDIT_FEED_BYTES  (4 * MIB) /* of one page of it */
#define LIMIT_AUDIT_KEY_SETS    8         /* tried for one file, newest first */
#define LIMIT_AUDIT_LISTED      262144UL  /* role files in a directory: 16,384 of 16 roles */
#define LIMIT_AUDIT_ROLES       1024      /* of one repository, over its whole history */
#define LIMIT_AUDIT_NAMED       1000000UL /* hashes that snapshots name, all different: 64 MB */
#define LIMIT_AUDIT_TOGETHER                                                                       \
    (1 * MIB) /* of a file that is asked for with others; a larger one comes alone */
#define LIMIT_AUDIT_FEED_PAGE 1000 /* lines asked for at once; of 500 bytes each */
#define LIMIT_AUDIT_FEED_ID   128  /* of a line's id, bytes */
#define LIMIT_AUDIT_FILE_BYTES                                                                     \
    (64 * MIB) /* an earlier report, for --diff: 10,000 versions take 14 MiB */
#define LIMIT_AUDIT_PAGE_BYTES (64 * MIB) /* an HTML page: 10,000 versions take 2 MiB */
#define LIMIT_AUDIT_FILE_NODES 4000000UL

/* ---- files that name images ---- */
#define LIMIT_YAML_BYTES      (16 * MIB)   /* of one file */
#define LIMIT_YAML_DEPTH      64           /* of nesting */
#define LIMIT_YAML_NODES      1000000UL    /* that a walk visits, aliases followed */
#define LIMIT_YAML_ALIASES    1000         /* of one file */
#define LIMIT_YAML_SCALAR     (1 * MIB)    /* of one text */
#define LIMIT_YAML_DOCUMENTS  10000        /* of one file */
#define LIMIT_YAML_ARENA      (512 * MIB)  /* parsed form of one file */
#define LIMIT_SCAN_BYTES      (16 * MIB)   /* of one file that names images */
#define LIMIT_SCAN_FILES      1000000UL    /* looked at in one run */
#define LIMIT_SCAN_ENTRIES    10000000UL   /* of the directories that one run walks */
#define LIMIT_SCAN_NAMES      (1024 * MIB) /* of the entries that are still to be visited */
#define LIMIT_SCAN_DEPTH      64           /* of directories */
#define LIMIT_SCAN_PATH_BYTES 4096
#define LIMIT_SCAN_REFERENCES 200000UL
#define LIMIT_SCAN_PROBLEMS   100000UL
#define LIMIT_SCAN_IGNORES    100000UL
#define LIMIT_IGNORE_RULES    64          /* of one comment; there are 30 in all */
#define LIMIT_SCAN_ARENA      (512 * MIB) /* what was found */
#define LIMIT_SCAN_OPENED     1000        /* files that one compose file leads to */
#define LIMIT_CUSTOM_BYTES    512         /* of a "Kind:path.to[].image" */
#define LIMIT_CUSTOM_STEPS    32          /* in it */
#define LIMIT_EXPAND_BYTES    (64 * KIB)  /* of one text with its variables filled in */
#define LIMIT_EXPAND_DEPTH    16          /* of variables within defaults of variables */
#define LIMIT_EXPAND_STEPS    (64 * MIB)  /* bytes written and compared for one file's variables */
#define LIMIT_STAGES          1000        /* of one Dockerfile */
#define LIMIT_BUILD_ARGS      1000        /* before the first FROM of one Dockerfile */
#define LIMIT_BUILD_TEXTS     200         /* arguments, or contexts, that compose gives a build */
#define LIMIT_HEREDOCS        64          /* of one instruction */
#define LIMIT_POLICY_BYTES    (1 * MIB)   /* of one policy file */
#define LIMIT_POLICY_FILES    64          /* that hold together */
#define LIMIT_POLICY_SCOPES   10000       /* of one file */
#define LIMIT_POLICY_ITEMS    1000        /* of one list */
#define LIMIT_POLICY_ARENA    (64 * MIB)  /* parsed form of all */
#define LIMIT_GATE_FINDINGS   500000UL
#define LIMIT_GATE_ARENA      (512 * MIB) /* findings and their texts */
#define LIMIT_GATE_REPORT     (512 * MIB) /* one output */

/* ---- pipelines ---- */
#define LIMIT_MATRIX_VALUES     256         /* of one name; GitHub runs no more jobs of a matrix */
#define LIMIT_MATRIX_NAMES      4           /* in "matrix.a.b" */
#define LIMIT_MATRIX_NAME_BYTES 63          /* of one of them */
#define LIMIT_PIPELINE_EFFORT   100000000UL /* entries looked at for the names of one pipeline */
#define LIMIT_PIPELINE_NAMES    64          /* variables in an image, those in their values too */
#define LIMIT_PIPELINE_LINKS    10          /* from one "!reference" to the next */

/* ---- compose files, with all that one leads to ---- */
#define LIMIT_COMPOSE_BYTES (32 * MIB) /* of the files that it leads to */
#define LIMIT_COMPOSE_NODES 4000000UL  /* values that are visited, each time counted */
#define LIMIT_COMPOSE_DEPTH 32         /* of files that include, and of services that extend */
#define LIMIT_COMPOSE_NAMES 4096       /* in the .env files of one project */
#define LIMIT_COMPOSE_ARENA (64 * MIB) /* texts with their variables filled in */

/* ---- kustomizations ---- */
#define LIMIT_KUSTOMIZE_BYTES (32 * MIB) /* of the files that one leads to */

/* ---- engines ---- */
#define LIMIT_PROCESS_END_MS  10000L /* for another program to end by itself, once asked to */
#define LIMIT_ENGINE_SILENT_S 3600L  /* an engine copies a whole image before its first byte */

#endif
