/* SPDX-License-Identifier: Apache-2.0 */
/* Operations on documents, bytes and answers. */
#include "runner.h"

#include <stdio.h>

const char *op_text(json_t *op, const char *name, const char *other)
{
    const json_t *value = json_object_get(op, name);
    return json_is_string(value) ? json_string_value(value) : other;
}

long long op_number(json_t *op, const char *name, long long other)
{
    const json_t *value = json_object_get(op, name);
    return json_is_integer(value) ? json_integer_value(value) : other;
}

struct slice op_bytes(struct pool *pool, json_t *op)
{
    json_t *value = json_object_get(op, "text");
    if (value == NULL) {
        const char *word = json_object_get(op, "hex") != NULL ? "hex" : "times";
        json_t *wrapped =
            json_pack("{s:O}", word[0] == 'h' ? "$hex" : "$times", json_object_get(op, word));
        struct slice out = node_from_json(pool, wrapped)->text;
        json_decref(wrapped);
        return out;
    }
    return node_from_json(pool, value)->text;
}

struct slice op_alter(struct pool *pool, json_t *op, const char *verb, struct slice bytes)
{
    struct text out = { .pool = pool };
    long long at = op_number(op, "at", strcmp(verb, "append") == 0 ? (long long)bytes.len : 0);
    size_t place = at < 0 ? bytes.len - (size_t)-at : (size_t)at;
    if (strcmp(verb, "flip") == 0) {
        uint8_t *copy = pool_bytes(pool, bytes);
        copy[place] ^= (uint8_t)(1U << op_number(op, "bit", 0));
        return slice_of(copy, bytes.len);
    }
    if (strcmp(verb, "cut") == 0) {
        return slice_first(bytes, place);
    }
    if (strcmp(verb, "replace") == 0) {
        return op_bytes(pool, op);
    }
    text_add(&out, slice_first(bytes, place));
    text_add(&out, op_bytes(pool, op));
    text_add(&out, slice_from(bytes, place));
    return text_slice(&out);
}

static bool is_alter(const char *verb)
{
    static const char *const verbs[] = { "flip", "cut", "append", "insert", "replace" };
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        if (strcmp(verb, verbs[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_for(struct ops *ops, json_t *op, const struct repo_file *file)
{
    const char *in = op_text(op, "in", "");
    const struct repo_file *meant = repo_find(ops->repo, in);
    return meant == file;
}

static bool is_late(json_t *op)
{
    return json_is_true(json_object_get(op, "late"));
}

/* Edits a document. Pointers of roles start with /signed or name the envelope's other members. */
static void edit(struct ops *ops, json_t *op, const char *verb, struct node *doc,
                 const char *pointer)
{
    struct pool *pool = ops->pool;
    json_t *to = json_object_get(op, "to");
    if (strcmp(verb, "set") == 0) {
        node_set(pool, doc, pointer, node_from_json(pool, to));
    } else if (strcmp(verb, "del") == 0) {
        node_delete(doc, pointer);
    } else if (strcmp(verb, "dup") == 0) {
        node_duplicate(pool, doc, pointer, to == NULL ? NULL : node_from_json(pool, to));
    } else if (strcmp(verb, "rename") == 0) {
        node_rename(pool, doc, pointer, node_from_json(pool, to)->text);
    } else if (strcmp(verb, "copy") == 0) {
        struct node *from = node_at(doc, op_text(op, "from", ""));
        if (from == NULL) {
            die("nothing to copy at %s", op_text(op, "from", ""));
        }
        node_set(pool, doc, pointer, node_copy(pool, from));
    }
}

static bool is_edit(const char *verb)
{
    return strcmp(verb, "set") == 0 || strcmp(verb, "del") == 0 || strcmp(verb, "dup") == 0 ||
           strcmp(verb, "rename") == 0 || strcmp(verb, "copy") == 0;
}

/* Inside what is signed, unless the change shall come after signing. */
static bool is_before(json_t *op, const struct repo_file *file, const char **pointer)
{
    *pointer = op_text(op, "at", "");
    if (file->kind < FILE_ROOT) {
        return true;
    }
    bool unsigned_change = json_is_true(json_object_get(op, "unsigned"));
    if (strncmp(*pointer, "/signed/", 8) != 0 || unsigned_change) {
        return false;
    }
    *pointer += 7;
    return true;
}

void ops_before(void *ctx, struct repo_file *file)
{
    struct ops *ops = ctx;
    for (size_t i = 0; i < json_array_size(ops->list); i++) {
        json_t *op = json_array_get(ops->list, i);
        const char *verb = op_text(op, "op", "");
        const char *pointer = NULL;
        if (!is_for(ops, op, file)) {
            continue;
        }
        if (strcmp(verb, "signers") == 0) {
            json_t *keys = json_object_get(op, "keys");
            file->signer_count = 0;
            for (size_t k = 0; k < json_array_size(keys); k++) {
                file->signers[file->signer_count++] =
                    keyspec_make(ops->repo, json_array_get(keys, k));
            }
        } else if (strcmp(verb, "form") == 0) {
            file->form = NODE_PRETTY;
        } else if (is_edit(verb) && is_before(op, file, &pointer)) {
            edit(ops, op, verb, file->doc, pointer);
        }
    }
}

void ops_after(void *ctx, struct repo_file *file, struct node *envelope)
{
    struct ops *ops = ctx;
    for (size_t i = 0; i < json_array_size(ops->list); i++) {
        json_t *op = json_array_get(ops->list, i);
        const char *verb = op_text(op, "op", "");
        const char *pointer = NULL;
        if (!is_for(ops, op, file) || op_signature(ops, op, verb, file, envelope)) {
            continue;
        }
        if (is_edit(verb) && !is_before(op, file, &pointer)) {
            edit(ops, op, verb, envelope, pointer);
        }
    }
}

void ops_bytes(void *ctx, struct repo_file *file)
{
    struct ops *ops = ctx;
    for (size_t i = 0; i < json_array_size(ops->list); i++) {
        json_t *op = json_array_get(ops->list, i);
        const char *verb = op_text(op, "op", "");
        if (is_alter(verb) && !is_late(op) && is_for(ops, op, file)) {
            file->bytes = op_alter(ops->pool, op, verb, file->bytes);
        }
    }
}

/* ---- answers ---- */

static void change_answer(struct ops *ops, json_t *op, struct served *item)
{
    item->http_status = (int)op_number(op, "status", item->http_status);
    item->content_type = op_text(op, "content-type", item->content_type);
    item->location = op_text(op, "location", item->location);
    item->digest_header = op_text(op, "digest-header", item->digest_header);
    item->challenge = op_text(op, "challenge", item->challenge);
    item->retry_after_ms = op_number(op, "retry-after-ms", item->retry_after_ms);
    item->wants_token = json_is_true(json_object_get(op, "wants-token"));
    if (json_object_get(op, "text") != NULL || json_object_get(op, "times") != NULL) {
        item->body = op_bytes(ops->pool, op);
    }
    const char *other = op_text(op, "bytes-of", NULL);
    if (other != NULL) {
        item->body = repo_file(ops->repo, other)->bytes;
    }
    if (json_is_true(json_object_get(op, "pretty"))) {
        item->body = node_write(ops->pool, node_parse(ops->pool, item->body), NODE_PRETTY);
    }
    other = op_text(op, "old-bytes-of", NULL);
    if (other != NULL) {
        item->body = repo_file(ops->old, other)->bytes;
    }
    const char *fail = op_text(op, "fail", NULL);
    for (int status = 1; fail != NULL && status < 200; status++) {
        if (strcmp(assay_status_id((enum assay_status)status), fail) == 0) {
            item->fail = (enum assay_status)status;
            break;
        }
    }
}

static void serve_one(struct ops *ops, json_t *op)
{
    const char *any = op_text(op, "any", NULL);
    const char *url = any == NULL ? op_text(op, "url", NULL) : any;
    const char *in = op_text(op, "in", NULL);
    if (url != NULL) {
        struct served *item = server_find(ops->server, url);
        if (item == NULL) {
            item = server_add(ops->server, url, SLICE_EMPTY);
        }
        item->any_query = any != NULL;
        change_answer(ops, op, item);
        return;
    }
    const char *name = repo_file(ops->repo, in)->name;
    bool plain_only = json_is_true(json_object_get(op, "plain-name-only"));
    for (struct served *item = ops->server->first; item != NULL; item = item->next) {
        if (item->file == NULL || strcmp(item->file, name) != 0) {
            continue;
        }
        if (!plain_only || strstr(item->url, pool_printf(ops->pool, "/%s.json", in)) != NULL) {
            change_answer(ops, op, item);
        }
    }
}

static void alter_served(struct ops *ops, json_t *op, const char *verb)
{
    const char *name = repo_file(ops->repo, op_text(op, "in", ""))->name;
    for (struct served *item = ops->server->first; item != NULL; item = item->next) {
        if (item->file != NULL && strcmp(item->file, name) == 0) {
            item->body = op_alter(ops->pool, op, verb, item->body);
        }
    }
}

void ops_serve(struct ops *ops)
{
    for (size_t i = 0; i < json_array_size(ops->list); i++) {
        json_t *op = json_array_get(ops->list, i);
        const char *verb = op_text(op, "op", "");
        if (strcmp(verb, "serve") == 0) {
            serve_one(ops, op);
        } else if (is_alter(verb) && is_late(op)) {
            alter_served(ops, op, verb);
        }
    }
}

void ops_prepare(struct ops *ops)
{
    static const char *const later[] = { "serve", "signers", "form" };
    for (size_t i = 0; i < json_array_size(ops->list); i++) {
        json_t *op = json_array_get(ops->list, i);
        const char *verb = op_text(op, "op", "");
        bool known = is_edit(verb) || is_alter(verb) || strncmp(verb, "sig.", 4) == 0;
        for (size_t k = 0; k < ARRAY_LEN(later); k++) {
            known = known || strcmp(verb, later[k]) == 0;
        }
        if (!known) {
            op_prepare(ops, op, verb);
        }
        const char *in = op_text(op, "in", NULL);
        if (in != NULL && repo_find(ops->repo, in) == NULL) {
            die("an operation names %s, which the repository does not have", in);
        }
    }
}
