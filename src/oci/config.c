/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/descriptor.h"

static const char *const CONFIG_MEMBERS[] = { "os", "architecture", "variant", "os.version",
                                              "rootfs" };
static const char *const ROOTFS_MEMBERS[] = { "type", "diff_ids" };

static enum assay_status parse_diff_ids(const struct json_at *rootfs, struct oci_config *out,
                                        struct assay_error *err)
{
    struct json_at list;
    struct json_at element;

    TRY(json_get_array(rootfs, "diff_ids", LIMIT_LAYERS, &list, err));
    out->diff_id_count = json_count(&list);
    TRY(arena_alloc(&out->arena, out->diff_id_count, sizeof(*out->diff_ids), &out->diff_ids, err));
    for (size_t i = 0; i < out->diff_id_count; i++) {
        const char *text = NULL;
        json_element(&list, i, &element);
        TRY(json_as_string(&element, &text, err));
        enum assay_status status = digest_parse(slice_from_string(text), &out->diff_ids[i], NULL);
        if (status != ASSAY_OK) {
            return json_at_fail(&element, err, status,
                                "expected sha256:HEX or sha512:HEX in lower case, found '%s'",
                                text);
        }
    }
    return ASSAY_OK;
}

static enum assay_status parse(const struct json_at *root, struct oci_config *out,
                               struct assay_error *err)
{
    struct json_at rootfs;
    const char *type = NULL;

    TRY(json_as_object(root, err));
    TRY(oci_check_case(root, CONFIG_MEMBERS, ARRAY_LEN(CONFIG_MEMBERS), err));
    TRY(oci_platform_parse(root, &out->arena, &out->platform, err));
    if (out->platform.os[0] == '\0' || out->platform.architecture[0] == '\0') {
        return json_at_fail(root, err, ASSAY_SCHEMA, "expected both os and architecture");
    }
    TRY(json_get_object(root, "rootfs", &rootfs, err));
    TRY(oci_check_case(&rootfs, ROOTFS_MEMBERS, ARRAY_LEN(ROOTFS_MEMBERS), err));
    TRY(json_get_string(&rootfs, "type", &type, err));
    if (strcmp(type, "layers") != 0) {
        return json_at_fail(&rootfs, err, ASSAY_SCHEMA, "type: expected 'layers', found '%s'",
                            type);
    }
    return parse_diff_ids(&rootfs, out, err);
}

enum assay_status oci_config_load(struct slice bytes, struct json_tree **tree, struct json_at *root,
                                  struct assay_error *err)
{
    if (bytes.len > LIMIT_CONFIG_BYTES) {
        return FAIL(err, ASSAY_TOO_LARGE, "the image config has %zu bytes, the limit is %lu",
                    bytes.len, LIMIT_CONFIG_BYTES);
    }
    return json_tree_load(bytes, "config", tree, root, err);
}

enum assay_status oci_config_parse(struct slice bytes, struct oci_config *out,
                                   struct assay_error *err)
{
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;

    *out = (struct oci_config){ .arena = ARENA_INIT(LIMIT_DOCUMENT_ARENA) };
    TRY(oci_config_load(bytes, &tree, &root, err));
    enum assay_status status = parse(&root, out, err);
    if (status != ASSAY_OK) {
        oci_config_clear(out);
    }
    return status;
}

void oci_config_clear(struct oci_config *config)
{
    arena_clear(&config->arena);
    *config = (struct oci_config){ 0 };
}
