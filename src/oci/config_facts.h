/* SPDX-License-Identifier: Apache-2.0 */
/* What an image's config says about running it and about how it was made: what policies judge. */
#ifndef OCI_CONFIG_FACTS_H
#define OCI_CONFIG_FACTS_H

#include "base/arena.h"
#include "base/limits.h"

struct oci_port {
    const char *text; /* "80/tcp", "8000-8010/udp" */
    uint16_t lowest;
};

struct oci_label {
    const char *name;
    const char *value;
};

struct oci_config_facts {
    const char *user;       /* "" where none is set */
    struct oci_port *ports; /* exposed */
    size_t port_count;
    const char **env; /* "NAME=VALUE"; some tools write "NAME" alone */
    size_t env_count;
    struct oci_label *labels;
    size_t label_count;
    bool has_created;
    int64_t created_unix_s;
    const char **history; /* the command of each entry, "" where none is said */
    size_t history_count;
    struct arena arena; /* owns all of the above */
};

/* What is absent or null is not set; a member of another kind, a port that is no number, a time
 * that is none, and a list beyond its limit are ASSAY_SCHEMA. ASSAY_AMBIGUOUS for a member that
 * another spelling would stand for. */
MUST_CHECK enum assay_status
oci_config_facts_parse(struct slice bytes, struct oci_config_facts *out, struct assay_error *err);
void oci_config_facts_clear(struct oci_config_facts *facts);

#endif
