/* SPDX-License-Identifier: Apache-2.0 */
#include "source/docker_manifest.h"

#include "base/mem.h"
#include "base/text.h"
#include "oci/descriptor.h"
#include "oci/reference.h"
#include "source/names.h"

static const char *const MEMBERS[] = { "Config", "RepoTags", "Layers" };

/* ---- one entry ---- */

static enum assay_status read_layers(const struct json_at *entry, struct arena *arena,
                                     struct docker_image *out, struct assay_error *err)
{
    const char **layers = NULL;
    struct json_at list;
    struct json_at element;

    TRY(json_get_array(entry, "Layers", LIMIT_LAYERS, &list, err));
    out->layer_count = json_count(&list);
    TRY(arena_alloc(arena, out->layer_count, sizeof(*layers), &layers, err));
    for (size_t i = 0; i < out->layer_count; i++) {
        const char *text = NULL;
        json_element(&list, i, &element);
        TRY(json_as_string(&element, &text, err));
        TRY(arena_copy_text(arena, slice_from_string(text), &layers[i], err));
    }
    out->layers = layers;
    return ASSAY_OK;
}

/* null is how docker writes that an image has no name. */
static enum assay_status tags_of(const struct json_at *entry, struct json_at *out,
                                 struct assay_error *err)
{
    *out = (struct json_at){ 0 };
    if (!json_find_set(entry, "RepoTags", out)) {
        return ASSAY_OK;
    }
    return json_get_array(entry, "RepoTags", LIMIT_ARCHIVE_TAGS, out, err);
}

static size_t tag_count(const struct json_at *tags)
{
    return tags->value == NULL ? 0 : json_count(tags);
}

static bool has_name(const struct docker_image *image, const char *name)
{
    for (size_t i = 0; i < image->name_count; i++) {
        if (strcmp(image->names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* names has room for one more. */
static enum assay_status add_name(const struct json_at *tag, struct arena *arena,
                                  const char **names, struct docker_image *out, struct names *shown,
                                  struct assay_error *err)
{
    AUTO_MEM char *name = NULL;
    const char *text = NULL;

    TRY(json_as_string(tag, &text, err));
    TRY(names_add(shown, text, err));
    TRY(names_claim(text, true, &name, err));
    return name == NULL || has_name(out, name)
               ? ASSAY_OK
               : arena_copy_text(arena, slice_from_string(name), &names[out->name_count++], err);
}

/* The names of an entry; all of them, for an error, into shown. */
static enum assay_status read_names(const struct json_at *entry, struct arena *arena,
                                    struct docker_image *out, struct names *shown,
                                    struct assay_error *err)
{
    const char **names = NULL;
    struct json_at tags;
    struct json_at element;

    TRY(tags_of(entry, &tags, err));
    size_t count = tag_count(&tags);
    TRY(arena_alloc(arena, count, sizeof(*names), &names, err));
    out->names = names;
    for (size_t i = 0; i < count; i++) {
        json_element(&tags, i, &element);
        TRY(add_name(&element, arena, names, out, shown, err));
    }
    return count > 0 ? ASSAY_OK : names_add(shown, "", err);
}

/* ---- choosing ---- */

struct choice {
    const char *name; /* wanted in full form; NULL: by index, or the only one */
    uint64_t index;   /* by index */
    bool by_index;
    size_t found_count; /* entries that are wanted */
    size_t found;       /* the first of them */
    struct names shown;
    struct docker_image *all; /* in the arena */
};

static void choice_clear(struct choice *choice)
{
    names_clear(&choice->shown);
}

static enum assay_status read_wanted(const char *wanted, struct arena *arena, struct choice *choice,
                                     struct assay_error *err)
{
    struct oci_reference reference;

    if (wanted == NULL) {
        return ASSAY_OK;
    }
    if (wanted[0] == '@') {
        choice->by_index = true;
        return text_to_u64(slice_from_string(wanted + 1), LIMIT_ARCHIVE_IMAGES, &choice->index)
                   ? ASSAY_OK
                   : FAIL(err, ASSAY_USAGE, "'%s': expected @ and the image's place, from 0",
                          wanted);
    }
    TRY(oci_reference_parse(wanted, &reference, err));
    enum assay_status status =
        reference.digest.alg != DIGEST_NONE
            ? FAIL(err, ASSAY_USAGE, "'%s': images in an archive are named by tags", wanted)
            : arena_copy_text(arena, slice_from_string(reference.text), &choice->name, err);
    oci_reference_clear(&reference);
    return status;
}

static enum assay_status consider(const struct json_at *entry, size_t index, struct arena *arena,
                                  struct choice *choice, struct assay_error *err)
{
    struct docker_image *image = &choice->all[index];

    TRY(json_as_object(entry, err));
    TRY(oci_check_case(entry, MEMBERS, ARRAY_LEN(MEMBERS), err));
    TRY(read_names(entry, arena, image, &choice->shown, err));
    bool is_wanted = choice->by_index       ? index == choice->index
                     : choice->name != NULL ? has_name(image, choice->name)
                                            : true;
    if (is_wanted) {
        choice->found = choice->found_count++ == 0 ? index : choice->found;
    }
    return ASSAY_OK;
}

static enum assay_status consider_all(const struct json_at *root, struct arena *arena,
                                      struct choice *choice, struct assay_error *err)
{
    struct json_at entry;

    TRY(arena_alloc(arena, json_count(root), sizeof(*choice->all), &choice->all, err));
    for (size_t i = 0; i < json_count(root); i++) {
        json_element(root, i, &entry);
        TRY(consider(&entry, i, arena, choice, err));
    }
    return ASSAY_OK;
}

static enum assay_status decide(const struct place *place, const char *wanted,
                                struct choice *choice, struct assay_error *err)
{
    const char *names = NULL;

    TRY(names_finish(&choice->shown, &names, err));
    if (choice->found_count == 1) {
        return ASSAY_OK;
    }
    if (choice->found_count == 0) {
        return FAIL(err, ASSAY_IMAGE_ABSENT, "%s holds no image '%s'; it holds: %s", place->shown,
                    wanted == NULL ? "" : wanted, names);
    }
    if (choice->name != NULL) {
        return FAIL(err, ASSAY_AMBIGUOUS, "%s: manifest.json gives the name %s to %zu images",
                    place->shown, choice->name, choice->found_count);
    }
    return FAIL(err, ASSAY_USAGE,
                "%s holds several images, write docker-archive:%s:NAME with one of: %s",
                place->shown, place->shown, names);
}

/* out has its names already. */
static enum assay_status keep(const struct json_at *entry, struct arena *arena,
                              struct docker_image *out, struct assay_error *err)
{
    const char *config = NULL;

    TRY(json_get_string(entry, "Config", &config, err));
    TRY(arena_copy_text(arena, slice_from_string(config), &out->config, err));
    return read_layers(entry, arena, out, err);
}

enum assay_status docker_manifest_choose(struct place *place, const char *wanted,
                                         struct arena *arena, struct docker_image *out,
                                         const char **chosen_name, struct assay_error *err)
{
    AUTO_BUF bytes = BUF_INIT(LIMIT_MANIFEST_BYTES);
    AUTO_JSON_TREE tree = NULL;
    CLEANUP(choice_clear)
    struct choice choice = { .shown = NAMES_INIT };
    struct json_at root;
    struct json_at entry;

    TRY(read_wanted(wanted, arena, &choice, err));
    TRY(place_need(place, "manifest.json", LIMIT_MANIFEST_BYTES, &bytes, err));
    TRY(json_tree_load(buf_slice(&bytes), "manifest.json", &tree, &root, err));
    TRY(json_as_array(&root, LIMIT_ARCHIVE_IMAGES, err));
    if (json_count(&root) == 0) {
        return FAIL(err, ASSAY_ARCHIVE_MISSING, "%s: manifest.json names no image", place->shown);
    }
    TRY(consider_all(&root, arena, &choice, err));
    TRY(decide(place, wanted, &choice, err));
    json_element(&root, choice.found, &entry);
    *out = choice.all[choice.found];
    out->all = choice.all;
    out->all_count = json_count(&root);
    TRY(keep(&entry, arena, out, err));
    *chosen_name = choice.name != NULL ? choice.name : out->name_count == 1 ? out->names[0] : NULL;
    return ASSAY_OK;
}
