/* SPDX-License-Identifier: Apache-2.0 */
/* From a case with roles and variants to plain ones. */
#include "case.h"

#include <stdio.h>

/* NOLINTBEGIN(misc-no-recursion): as deep as our own case files */

/* A copy in which map replaced every text. */
static json_t *map_texts(json_t *value, json_t *(*map)(void *ctx, json_t *text), void *ctx)
{
    if (json_is_string(value)) {
        return map(ctx, value);
    }
    if (json_is_array(value)) {
        json_t *out = json_array();
        for (size_t i = 0; i < json_array_size(value); i++) {
            (void)json_array_append_new(out, map_texts(json_array_get(value, i), map, ctx));
        }
        return out;
    }
    if (json_is_object(value)) {
        json_t *out = json_object();
        const char *key = NULL;
        json_t *child = NULL;
        json_object_foreach(value, key, child) {
            (void)json_object_set_new(out, key, map_texts(child, map, ctx));
        }
        return out;
    }
    return json_incref(value);
}

/* NOLINTEND(misc-no-recursion) */

/* A text that is just "$NAME" becomes the variable's value. */
static json_t *variable_of(void *variables, json_t *text)
{
    const char *name = json_string_value(text);
    json_t *found = name[0] == '$' ? json_object_get(variables, name + 1) : NULL;
    return json_incref(found == NULL ? text : found);
}

static json_t *substitute(json_t *value, json_t *variables)
{
    return map_texts(value, variable_of, variables);
}

static json_t *replace_id(struct repo *repo, const char *text)
{
    AUTO_POOL pool = { NULL };
    struct text out = { .pool = &pool };
    const char *at = text;
    for (const char *open = strstr(at, "{id:"); open != NULL; open = strstr(at, "{id:")) {
        const char *close = strchr(open, '}');
        if (close == NULL) {
            break;
        }
        const char *name = pool_printf(&pool, "%.*s", (int)(close - open - 4), open + 4);
        text_add(&out, slice_of(at, (size_t)(open - at)));
        text_add_string(&out, repo_key(repo, name)->id);
        at = close + 1;
    }
    text_add_string(&out, at);
    return json_stringn((const char *)out.ptr, out.len);
}

static json_t *ids_of(void *repo, json_t *text)
{
    return strstr(json_string_value(text), "{id:") == NULL
               ? json_incref(text)
               : replace_id(repo, json_string_value(text));
}

json_t *expand_ids(struct repo *repo, json_t *value)
{
    return map_texts(value, ids_of, repo);
}

/* variables may bring their own expectation and other fields, which then count. */
static void run_one(json_t *test, const char *role, json_t *variant, size_t number,
                    void (*run)(void *ctx, const char *id, json_t *test), void *ctx)
{
    AUTO_POOL pool = { NULL };
    json_t *variables = variant == NULL ? json_object() : json_copy(variant);
    const char *id = op_text(test, "id", "?");
    if (role != NULL) {
        (void)json_object_set_new(variables, "role", json_string(role));
        id = pool_printf(&pool, "%s.%s", id, role);
    }
    if (variant != NULL) {
        id = pool_printf(&pool, "%s.%zu", id, number);
    }
    json_t *plain = substitute(test, variables);
    static const char *const own[] = { "expect", "ops",    "digest", "reference",
                                       "clock",  "floors", "options" };
    for (size_t i = 0; i < ARRAY_LEN(own); i++) {
        json_t *value = json_object_get(variant, own[i]);
        if (value != NULL) {
            (void)json_object_set_new(plain, own[i], substitute(value, variables));
        }
    }
    if (role != NULL) {
        (void)json_object_set_new(plain, "this-role", json_string(role));
    }
    run(ctx, id, plain);
    json_decref(plain);
    json_decref(variables);
}

void expand_case(json_t *test, void (*run)(void *ctx, const char *id, json_t *test), void *ctx)
{
    json_t *roles = json_object_get(test, "roles");
    json_t *variants = json_object_get(test, "variants");
    size_t role_count = roles == NULL ? 1 : json_array_size(roles);
    size_t variant_count = variants == NULL ? 1 : json_array_size(variants);
    for (size_t r = 0; r < role_count; r++) {
        for (size_t v = 0; v < variant_count; v++) {
            run_one(test, json_string_value(json_array_get(roles, r)), json_array_get(variants, v),
                    v + 1, run, ctx);
        }
    }
}
