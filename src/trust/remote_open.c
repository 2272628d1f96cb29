/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/remote.h"

enum assay_status remote_open(const char *gun, const struct trust_options *options,
                              struct tuf_store *store, struct tuf_remote **out,
                              struct assay_error *err)
{
    if (options->bundle != NULL) {
        return remote_bundle_new(options->bundle, gun, out, err);
    }
    if (options->directory != NULL) {
        return remote_directory_new(options->directory, gun, out, err);
    }
    if (options->from_state) {
        if (store == NULL || tuf_store_state(store)->generation == 0) {
            return FAIL(err, ASSAY_OFFLINE, "no trust data of %s is stored", gun);
        }
        return remote_state_new(store, out, err);
    }
    if (options->net == NULL || options->server == NULL) {
        return FAIL(err, ASSAY_OFFLINE, "the trust data of %s must be fetched", gun);
    }
    struct remote_companions companions = { .gets = options->companions,
                                            .responses = options->companion_responses,
                                            .count = options->companion_count };
    return remote_server_new(options->server, gun, options->net, &companions, out, err);
}
