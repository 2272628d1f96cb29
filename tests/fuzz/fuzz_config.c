/* SPDX-License-Identifier: Apache-2.0 */
/* A config that is accepted names its platform and well-formed diff_ids. */
#include "harness.h"

#include "oci/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct oci_config config;
    struct assay_error err = ERROR_INIT;

    enum assay_status status = oci_config_parse(slice_of(data, size), &config, &err);
    INVARIANT(status == err.status);
    if (status == ASSAY_OK) {
        char text[256];
        oci_platform_format(&config.platform, text, sizeof(text));
        INVARIANT(config.platform.os[0] != '\0' && config.platform.architecture[0] != '\0');
        INVARIANT(strchr(config.platform.os, '/') == NULL);
        INVARIANT(config.diff_id_count <= LIMIT_LAYERS);
        for (size_t i = 0; i < config.diff_id_count; i++) {
            INVARIANT(config.diff_ids[i].alg != DIGEST_NONE);
        }
        INVARIANT(oci_platform_check(&config.platform, &config.platform, NULL) == ASSAY_OK);
    }
    oci_config_clear(&config);
    return 0;
}
