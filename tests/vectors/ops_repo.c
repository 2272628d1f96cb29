/* SPDX-License-Identifier: Apache-2.0 */
/* Operations that add to the repository: roots, keys, delegations, tags. */
#include "runner.h"

#include <stdio.h>

struct key_list {
    const struct meta_key *items[REPO_SIGNERS];
    size_t count;
};

static struct key_list keys_of(struct repo *repo, json_t *list)
{
    struct key_list out = { .count = 0 };
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (out.count == REPO_SIGNERS) {
            die("more than %d keys", REPO_SIGNERS);
        }
        out.items[out.count++] = keyspec_make(repo, json_array_get(list, i));
    }
    return out;
}

static void set_signers(struct repo_file *file, const struct key_list *keys)
{
    file->signer_count = 0;
    for (size_t i = 0; i < keys->count; i++) {
        file->signers[file->signer_count++] = keys->items[i];
    }
}

static void add_signers(struct repo_file *file, const struct key_list *keys)
{
    for (size_t i = 0; i < keys->count && file->signer_count < REPO_SIGNERS; i++) {
        bool there = false;
        for (size_t k = 0; k < file->signer_count; k++) {
            there = there || strcmp(file->signers[k]->id, keys->items[i]->id) == 0;
        }
        if (!there) {
            file->signers[file->signer_count++] = keys->items[i];
        }
    }
}

/* Replaces a delegation's keys. */
static void set_delegation(struct repo *repo, const char *role, const struct key_list *keys,
                           long long threshold)
{
    struct node *delegations = node_member(repo_file(repo, "targets")->doc, "delegations");
    struct node *at = node_member(delegations, "roles")->first;
    while (at != NULL && !slice_is(node_member(at, "name")->text, role)) {
        at = at->next;
    }
    if (at == NULL) {
        die("%s is not delegated", role);
    }
    struct node *ids = node_array(repo->pool);
    for (size_t i = 0; i < keys->count; i++) {
        (void)node_put(repo->pool, node_member(delegations, "keys"), keys->items[i]->id,
                       meta_key_node(repo->pool, keys->items[i]));
        (void)node_push(ids, node_string(repo->pool, keys->items[i]->id));
    }
    (void)node_put(repo->pool, at, "keyids", ids);
    (void)node_put(repo->pool, at, "threshold", node_int(repo->pool, threshold));
}

/* {"op":"key","role":R,"keys":[...],"threshold":N,"sign-with":[...],"in":"N.root"} */
static void change_keys(struct ops *ops, json_t *op)
{
    struct repo *repo = ops->repo;
    const char *role = op_text(op, "role", "");
    struct key_list keys = keys_of(repo, json_object_get(op, "keys"));
    json_t *with = json_object_get(op, "sign-with");
    struct key_list signers = with == NULL ? keys : keys_of(repo, with);
    long long threshold = op_number(op, "threshold", 1);
    struct repo_file *root = repo_file(repo, op_text(op, "in", "root"));
    if (strchr(role, '/') != NULL) {
        set_delegation(repo, role, &keys, threshold);
    } else {
        root_set_role(repo, root->doc, role, keys.items, keys.count, threshold);
    }
    if (strcmp(role, "root") != 0) {
        /* a further role of the root has no file */
        if (repo_find(repo, role) != NULL) {
            set_signers(repo_file(repo, role), &signers);
        }
    } else if (with != NULL) {
        set_signers(root, &signers);
    } else {
        add_signers(root, &signers);
    }
}

/* {"op":"root.add","to":N,"from":M,"count":K}: copies, each of the one before. */
static void add_roots(struct ops *ops, json_t *op)
{
    unsigned last = repo_root_version(ops->repo);
    long long count = op_number(op, "count", 1);
    for (long long i = 0; i < count; i++) {
        (void)repo_copy_root(ops->repo, last, last + 1);
        last++;
    }
}

/* {"op":"delegate","parent":R,"role":R,"keys":[...],"threshold":N,"path":P,"file":true,
 * "tags":{TAG:FILE}} */
static void delegate(struct ops *ops, json_t *op)
{
    struct repo *repo = ops->repo;
    const char *role = op_text(op, "role", "");
    struct key_list keys = keys_of(repo, json_object_get(op, "keys"));
    struct repo_file *parent = repo_file(repo, op_text(op, "parent", "targets"));
    targets_delegate(repo, parent->doc, role, keys.items, keys.count, op_number(op, "threshold", 1),
                     op_text(op, "path", ""));
    json_t *tags = json_object_get(op, "tags");
    if (tags == NULL) {
        return;
    }
    struct repo_file *file = repo_add(
        repo, role, FILE_TARGETS,
        targets_new(repo, op_number(op, "version", 1), repo->made_unix_s + (int64_t)1095 * 86400));
    set_signers(file, &keys);
    const char *tag = NULL;
    json_t *target = NULL;
    json_object_foreach(tags, tag, target) {
        targets_add(repo, role, tag, json_string_value(target));
    }
    struct repo_file *snapshot = repo_file(repo, "snapshot");
    (void)node_add(repo->pool, node_member(snapshot->doc, "meta"), role, node_object(repo->pool));
    struct text pointer = { .pool = repo->pool };
    text_add_string(&pointer, "/meta/");
    for (const char *c = role; *c != '\0'; c++) {
        text_add_string(&pointer, *c == '/' ? "~1" : pool_printf(repo->pool, "%c", *c));
    }
    text_add_byte(&pointer, '\0');
    repo_link(snapshot, LINK_META, (const char *)pointer.ptr, file->name);
}

void ops_publish(struct ops *ops)
{
    static const struct {
        const char *role;
        long long version;
    } roles[] = {
        { "timestamp", 7 }, { "snapshot", 5 }, { "targets", 4 }, { "targets/releases", 2 }
    };
    for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
        const struct repo_file *file = repo_find(ops->repo, roles[i].role);
        if (file != NULL) {
            (void)node_put(ops->pool, file->doc, "version",
                           node_int(ops->pool, roles[i].version + 1));
        }
    }
}

/* {"op":"unlink","in":F,"pointer":P}: what stands there is not filled in. */
static void unlink_file(struct ops *ops, json_t *op)
{
    struct repo_file *file = repo_file(ops->repo, op_text(op, "in", ""));
    size_t kept = 0;
    for (size_t i = 0; i < file->link_count; i++) {
        if (strcmp(file->links[i].pointer, op_text(op, "pointer", "")) != 0) {
            file->links[kept++] = file->links[i];
        }
    }
    file->link_count = kept;
}

/* {"op":"link","in":F,"pointer":P,"to":F}: what stands there is filled in with that file.
 * {"op":"withdraw","in":F}: the file is neither linked nor served. */
static void withdraw(struct ops *ops, json_t *op)
{
    struct repo *repo = ops->repo;
    const struct repo_file *gone = repo_file(repo, op_text(op, "in", ""));
    for (size_t i = 0; i < repo->file_count; i++) {
        if (repo->files[i] == gone) {
            repo->file_count--;
            for (size_t k = i; k < repo->file_count; k++) {
                repo->files[k] = repo->files[k + 1];
            }
            break;
        }
    }
    for (size_t i = 0; i < repo->file_count; i++) {
        struct repo_file *file = repo->files[i];
        size_t kept = 0;
        for (size_t k = 0; k < file->link_count; k++) {
            if (strcmp(file->links[k].file, gone->name) == 0) {
                node_delete(file->doc, file->links[k].pointer);
            } else {
                file->links[kept++] = file->links[k];
            }
        }
        file->link_count = kept;
    }
    (void)json_object_del(op, "in"); /* there is no such file any more */
}

void op_prepare(struct ops *ops, json_t *op, const char *verb)
{
    if (strcmp(verb, "key") == 0) {
        change_keys(ops, op);
    } else if (strcmp(verb, "root.add") == 0) {
        add_roots(ops, op);
    } else if (strcmp(verb, "delegate") == 0) {
        delegate(ops, op);
    } else if (strcmp(verb, "publish") == 0) {
        ops_publish(ops);
    } else if (strcmp(verb, "unlink") == 0) {
        unlink_file(ops, op);
    } else if (strcmp(verb, "link") == 0) {
        struct repo_file *file = repo_file(ops->repo, op_text(op, "in", ""));
        repo_link(file, file->kind >= FILE_ROOT ? LINK_META : LINK_DESCRIPTOR,
                  op_text(op, "pointer", ""), op_text(op, "to", ""));
    } else if (strcmp(verb, "withdraw") == 0) {
        withdraw(ops, op);
    } else if (strcmp(verb, "tag") == 0) {
        targets_add(ops->repo, op_text(op, "role", "targets/releases"), op_text(op, "tag", ""),
                    op_text(op, "file", "index"));
    } else {
        die("%s: unknown operation", verb);
    }
}
