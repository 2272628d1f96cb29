/* SPDX-License-Identifier: Apache-2.0 */
/* The names in the files of a pipeline, collected once and sorted, so that looking up is cheap. */
#include "base/list.h"
#include "base/mem.h"
#include "scan/gitlab_parts.h"

enum assay_status gitlab_names_add(struct gitlab_names *names, const struct gitlab_name *name,
                                   struct assay_error *err)
{
    TRY(mem_grow(&names->items, names->count, &names->cap, sizeof(*name), err));
    names->items[names->count++] = *name;
    return ASSAY_OK;
}

static int compare_names(const void *a, const void *b)
{
    const struct gitlab_name *x = a;
    const struct gitlab_name *y = b;
    return slice_compare(x->name, y->name);
}

static void sort_names(struct gitlab_names *names)
{
    list_sort(names->items, names->count, sizeof(*names->items), compare_names);
}

/* Behind all that are equal. */
static int compare_behind(const void *key, const void *item)
{
    int order = compare_names(key, item);
    return order == 0 ? 1 : order;
}

size_t gitlab_names_find(const struct gitlab_names *names, struct slice name, size_t *first)
{
    const struct gitlab_name wanted = { .name = name };
    bool found = false;
    *first = list_place(&wanted, names->items, names->count, sizeof(wanted), compare_names, &found);
    return list_place(&wanted, names->items, names->count, sizeof(wanted), compare_behind, &found) -
           *first;
}

bool gitlab_is_job(const struct yaml_pair *pair)
{
    static const char *const words[] = { "after_script", "before_script", "cache",    "default",
                                         "image",        "include",       "services", "spec",
                                         "stages",       "variables",     "workflow" };
    return !slice_is_any(pair->key->text, words, ARRAY_LEN(words)) &&
           pair->value->kind == YAML_MAPPING;
}

bool gitlab_is_link(const struct yaml_node *node)
{
    return node != NULL && strcmp(node->tag, "!reference") == 0 && node->kind == YAML_SEQUENCE &&
           node->count > 0;
}

/* One link on; node is NULL where it leads nowhere. */
static struct gitlab_spot follow_one(struct gitlab *gitlab, const struct yaml_node *link)
{
    size_t first = 0;
    struct gitlab_spot spot = { 0 };
    const char *name = yaml_text(link->items[0]);
    if (name == NULL) {
        return spot;
    }
    size_t count = gitlab_names_find(&gitlab->tops, slice_from_string(name), &first);
    gitlab->effort += count;
    for (size_t i = first; i < first + count && spot.node == NULL; i++) {
        spot = (struct gitlab_spot){ gitlab->tops.items[i].file, gitlab->tops.items[i].value };
        for (size_t j = 1; j < link->count && spot.node != NULL; j++) {
            const char *key = yaml_text(link->items[j]);
            gitlab->effort += spot.node->count;
            spot.node = key == NULL ? NULL : yaml_find(spot.node, key);
        }
    }
    if (gitlab->effort > LIMIT_PIPELINE_EFFORT) {
        spot.node = NULL;
    }
    return spot;
}

struct gitlab_spot gitlab_follow(struct gitlab *gitlab, struct gitlab_spot spot)
{
    for (size_t i = 0; i < LIMIT_PIPELINE_LINKS && gitlab_is_link(spot.node); i++) {
        spot = follow_one(gitlab, spot.node);
    }
    return spot;
}

static enum assay_status collect_tops(struct gitlab *gitlab, size_t file,
                                      const struct yaml_node *root, struct assay_error *err)
{
    for (size_t i = 0; root->kind == YAML_MAPPING && i < root->count; i++) {
        struct gitlab_name top = { root->pairs[i].key->text, root->pairs[i].value, NULL, file };
        TRY(gitlab_names_add(&gitlab->tops, &top, err));
    }
    return ASSAY_OK;
}

enum assay_status gitlab_names_collect(struct gitlab *gitlab, struct assay_error *err)
{
    for (size_t i = 0; i < gitlab->count; i++) {
        const struct gitlab_file *file = &gitlab->files[i];
        for (size_t j = 0; j < file->yaml.count; j++) {
            TRY(collect_tops(gitlab, file->file, file->yaml.documents[j], err));
        }
    }
    sort_names(&gitlab->tops); /* links are followed from here on */
    for (size_t i = 0; i < gitlab->count; i++) {
        const struct gitlab_file *file = &gitlab->files[i];
        for (size_t j = 0; j < file->yaml.count; j++) {
            TRY(gitlab_variables_collect(gitlab, file->yaml.documents[j], err));
        }
    }
    sort_names(&gitlab->variables);
    sort_names(&gitlab->extended);
    return ASSAY_OK;
}
