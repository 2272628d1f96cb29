/* SPDX-License-Identifier: Apache-2.0 */
/* image and services of one job, of a template, or for all. */
#include "scan/gitlab_parts.h"

static enum assay_status make_owner(struct gitlab *gitlab, const struct gitlab_place *place,
                                    const char *what, const char **out, struct assay_error *err)
{
    if (place->job == NULL) {
        return arena_format(&gitlab->scan->arena, out, err, "%s of all jobs", what);
    }
    bool is_template = place->name.len > 0 && place->name.ptr[0] == '.';
    return arena_format(&gitlab->scan->arena, out, err, "%s %.*s, %s",
                        is_template ? "template" : "job", SLICE_ARGS(place->name), what);
}

static enum assay_status add_unresolved(struct gitlab *gitlab, struct gitlab_spot spot,
                                        const char *owner, const char *problem,
                                        struct assay_error *err)
{
    struct scan_reference found = { .place = SCAN_GITLAB, .owner = owner, .problem = problem };
    return scan_node_add(gitlab->scan, spot.file, spot.node, 0, &found, err);
}

/* platform: what is asked for beside it; NULL: nothing. */
static enum assay_status add_text(struct gitlab *gitlab, const struct gitlab_place *place,
                                  struct gitlab_spot spot, const char *owner,
                                  const struct yaml_node *platform, struct assay_error *err)
{
    struct scan_reference found = { .place = SCAN_GITLAB, .owner = owner };
    const char *asked = yaml_text(platform);
    const char *text = yaml_text(spot.node);
    if (text == NULL || text[0] == '\0') {
        return add_unresolved(gitlab, spot, owner, "no image is named", err);
    }
    TRY(gitlab_expand(gitlab, place, text, &found.text, &found.problem, err));
    found.text = found.problem == NULL ? found.text : NULL;
    found.platform = asked == NULL || strchr(asked, '$') != NULL ? NULL : asked;
    return scan_node_add(gitlab->scan, spot.file, spot.node, 0, &found, err);
}

/* A text, or a mapping with a name. needs_name: one without is not resolved; otherwise the name
 * comes from what the job extends. */
static enum assay_status take_image(struct gitlab *gitlab, const struct gitlab_place *place,
                                    struct gitlab_spot spot, const char *owner, bool needs_name,
                                    struct assay_error *err)
{
    struct gitlab_spot start = spot;
    spot = gitlab_follow(gitlab, spot);
    if (spot.node == NULL || gitlab_is_link(spot.node)) {
        return add_unresolved(gitlab, start, owner, "its !reference leads to nothing", err);
    }
    const struct yaml_node *platform = yaml_find(yaml_find(spot.node, "docker"), "platform");
    if (spot.node->kind == YAML_MAPPING) {
        struct gitlab_spot holder = spot;
        spot.node = yaml_find(spot.node, "name");
        if (spot.node == NULL) {
            return needs_name ? add_unresolved(gitlab, holder, owner, "no image is named", err)
                              : ASSAY_OK;
        }
        start = spot;
        spot = gitlab_follow(gitlab, spot);
    }
    if (spot.node == NULL || gitlab_is_link(spot.node)) {
        return add_unresolved(gitlab, start, owner, "its !reference leads to nothing", err);
    }
    if (spot.node->kind != YAML_SCALAR) {
        return scan_node_misfit(gitlab->scan, spot.file, spot.node, "the image", YAML_SCALAR, err);
    }
    return add_text(gitlab, place, spot, owner, platform, err);
}

static enum assay_status take_list(struct gitlab *gitlab, const struct gitlab_place *place,
                                   struct gitlab_spot list, const char *owner,
                                   struct assay_error *err)
{
    for (size_t i = 0; i < list.node->count; i++) {
        struct gitlab_spot item = { list.file, list.node->items[i] };
        TRY(take_image(gitlab, place, item, owner, true, err));
    }
    return ASSAY_OK;
}

/* A list; an item that is a "!reference" to a list stands for its items. */
static enum assay_status take_services(struct gitlab *gitlab, const struct gitlab_place *place,
                                       struct gitlab_spot spot, struct assay_error *err)
{
    struct gitlab_spot start = spot;
    const char *owner = NULL;
    TRY(make_owner(gitlab, place, "service", &owner, err));
    spot = gitlab_follow(gitlab, spot);
    if (spot.node == NULL || gitlab_is_link(spot.node)) {
        return add_unresolved(gitlab, start, owner, "its !reference leads to nothing", err);
    }
    if (yaml_is_null(spot.node)) {
        return ASSAY_OK;
    }
    if (spot.node->kind != YAML_SEQUENCE) {
        return scan_node_misfit(gitlab->scan, spot.file, spot.node, "services", YAML_SEQUENCE, err);
    }
    for (size_t i = 0; i < spot.node->count; i++) {
        struct gitlab_spot item = { spot.file, spot.node->items[i] };
        struct gitlab_spot end = gitlab_follow(gitlab, item);
        bool is_list = gitlab_is_link(item.node) && end.node != NULL && !gitlab_is_link(end.node) &&
                       end.node->kind == YAML_SEQUENCE;
        TRY(is_list ? take_list(gitlab, place, end, owner, err)
                    : take_image(gitlab, place, item, owner, true, err));
    }
    return ASSAY_OK;
}

enum assay_status gitlab_take(struct gitlab *gitlab, const struct gitlab_place *place,
                              const struct yaml_node *holder, struct assay_error *err)
{
    struct gitlab_spot image = { place->file, yaml_find(holder, "image") };
    struct gitlab_spot services = { place->file, yaml_find(holder, "services") };
    const char *owner = NULL;
    if (!yaml_is_null(image.node)) {
        TRY(make_owner(gitlab, place, "image", &owner, err));
        TRY(take_image(gitlab, place, image, owner, false, err));
    }
    return services.node == NULL ? ASSAY_OK : take_services(gitlab, place, services, err);
}
