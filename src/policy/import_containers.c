/* SPDX-License-Identifier: Apache-2.0 */
/*
 * containers-policy.json(5). A scope there is a registry, a namespace, a repository or a reference,
 * and one without tag holds for all that is below as well. Its keys and identities belong to other
 * kinds of signatures, which cannot be carried over.
 */
#include "policy/import.h"

enum demand {
    DEMAND_NOTHING,
    DEMAND_SIGNATURE, /* of a kind that is not ours */
    DEMAND_REJECT
};

static enum assay_status read_demand(const struct policy_import *import,
                                     const struct yaml_node *node, enum demand *out,
                                     struct assay_error *err)
{
    const struct yaml_node *type = yaml_find(node, "type");
    struct slice word = type != NULL && type->kind == YAML_SCALAR ? type->text : SLICE_EMPTY;
    if (slice_is(word, "insecureAcceptAnything")) {
        *out = DEMAND_NOTHING;
    } else if (slice_is(word, "signedBy") || slice_is(word, "sigstoreSigned")) {
        *out = DEMAND_SIGNATURE;
    } else if (slice_is(word, "reject")) {
        *out = DEMAND_REJECT;
    } else {
        return policy_refuse(&import->reader, &node->start, err,
                             "expected a type: insecureAcceptAnything, reject, signedBy or "
                             "sigstoreSigned");
    }
    return ASSAY_OK;
}

/* All of them must hold: the strictest says it. */
static enum assay_status read_demands(const struct policy_import *import,
                                      const struct yaml_node *node, enum demand *out,
                                      struct assay_error *err)
{
    *out = DEMAND_NOTHING;
    if (node->kind != YAML_SEQUENCE || node->count == 0) {
        return policy_refuse(&import->reader, &node->start, err, "expected a list of requirements");
    }
    for (size_t i = 0; i < node->count; i++) {
        enum demand demand = DEMAND_NOTHING;
        TRY(read_demand(import, node->items[i], &demand, err));
        *out = demand > *out ? demand : *out;
    }
    return ASSAY_OK;
}

static enum assay_status write_scope(struct policy_import *import, const char *scope,
                                     enum demand demand, struct assay_error *err)
{
    if (demand == DEMAND_REJECT) {
        return policy_import_reject(import, scope, "rejected by the imported policy", err);
    }
    if (demand == DEMAND_SIGNATURE) {
        TRY(policy_import_note(import, err,
                               "signed by keys of another kind, which cannot be carried over: put "
                               "trust: {root: ...} in the place of reject"));
        return policy_import_reject(
            import, scope, "the imported policy asks for a signature of another kind", err);
    }
    TRY(policy_import_note(import, err,
                           "anything was accepted; here the image must be signed all the same"));
    TRY(policy_import_scope(import, scope, err));
    return buf_append_string(import->out, "    reject: false\n", err);
}

/* The repository of that name, and all that is below it. */
static enum assay_status write_place(struct policy_import *import, const char *scope,
                                     enum demand demand, struct assay_error *err)
{
    const char *below = NULL;
    bool is_exact = false;
    bool is_prefix = false;
    TRY(arena_format(import->reader.arena, &below, err, "%s/*", scope));
    TRY(policy_import_is_scope(import, scope, &is_exact, err));
    TRY(policy_import_is_scope(import, below, &is_prefix, err));
    if (is_exact) {
        TRY(write_scope(import, scope, demand, err));
    }
    if (is_prefix) {
        TRY(write_scope(import, below, demand, err));
    }
    return is_exact || is_prefix
               ? ASSAY_OK
               : policy_import_note(import, err, "%s: left out, no image has such a name", scope);
}

static bool is_wildcard(struct slice scope)
{
    return slice_has_prefix(scope, SLICE_LITERAL("*."));
}

/* A wildcard that cannot be written here must not make its images pass by another scope. */
static enum assay_status leave_out(struct policy_import *import, const struct yaml_pair *pair,
                                   enum demand *rest, struct assay_error *err)
{
    enum demand wanted = DEMAND_NOTHING;
    TRY(read_demands(import, pair->value, &wanted, err));
    bool is_harmless = wanted == DEMAND_NOTHING;
    *rest = is_harmless ? *rest : DEMAND_REJECT;
    return policy_import_note(import, err, "%.*s: left out, a star cannot stand for a host%s",
                              SLICE_ARGS(pair->key->text),
                              is_harmless ? "" : "; so all the rest is rejected");
}

/* What holds where no scope does. */
static enum assay_status write_default(struct policy_import *import, const struct yaml_node *top,
                                       const struct yaml_node *docker, struct assay_error *err)
{
    const struct yaml_node *own = yaml_find(docker, "");
    enum demand demand = DEMAND_NOTHING;
    TRY(read_demands(import, own != NULL ? own : yaml_find(top, "default"), &demand, err));
    for (size_t i = 0; docker != NULL && i < docker->count; i++) {
        if (is_wildcard(docker->pairs[i].key->text)) {
            TRY(leave_out(import, &docker->pairs[i], &demand, err));
        }
    }
    return write_scope(import, "*", demand, err);
}

static enum assay_status read_transports(struct policy_import *import,
                                         const struct yaml_node *transports,
                                         const struct yaml_node **docker, struct assay_error *err)
{
    *docker = NULL;
    if (transports == NULL) {
        return ASSAY_OK;
    }
    TRY(policy_expect_mapping(&import->reader, transports, "transports", err));
    for (size_t i = 0; i < transports->count; i++) {
        const struct yaml_pair *pair = &transports->pairs[i];
        TRY(policy_expect_mapping(&import->reader, pair->value, "a transport", err));
        if (slice_is(pair->key->text, "docker")) {
            *docker = pair->value;
        } else {
            TRY(policy_import_note(import, err,
                                   "transport %.*s: left out, policies are about images of "
                                   "registries",
                                   SLICE_ARGS(pair->key->text)));
        }
    }
    return ASSAY_OK;
}

enum assay_status policy_import_containers(struct policy_import *import,
                                           const struct yaml_node *top, struct assay_error *err)
{
    const struct yaml_node *docker = NULL;
    for (size_t i = 0; i < top->count; i++) {
        const struct yaml_node *key = top->pairs[i].key;
        if (!slice_is(key->text, "default") && !slice_is(key->text, "transports")) {
            return policy_refuse(&import->reader, &key->start, err,
                                 "unknown key %.*s: expected default, transports",
                                 SLICE_ARGS(key->text));
        }
    }
    TRY(read_transports(import, yaml_find(top, "transports"), &docker, err));
    TRY(write_default(import, top, docker, err));
    for (size_t i = 0; docker != NULL && i < docker->count; i++) {
        const struct yaml_pair *pair = &docker->pairs[i];
        enum demand demand = DEMAND_NOTHING;
        TRY(read_demands(import, pair->value, &demand, err));
        if (pair->key->text.len > 0 && !is_wildcard(pair->key->text)) {
            TRY(write_place(import, (const char *)pair->key->text.ptr, demand, err));
        }
    }
    return ASSAY_OK;
}
