/* SPDX-License-Identifier: Apache-2.0 */
/* Facts that are accepted are whole texts within their limits, and looking for secrets in them
 * ends. */
#include "harness.h"

#include "gate/secrets.h"
#include "oci/config_facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct oci_config_facts facts;
    struct assay_error err = ERROR_INIT;

    enum assay_status status = oci_config_facts_parse(slice_of(data, size), &facts, &err);
    INVARIANT(status == err.status);
    if (status == ASSAY_OK) {
        INVARIANT(facts.user != NULL);
        INVARIANT(facts.env_count <= LIMIT_CONFIG_ENV && facts.port_count <= LIMIT_CONFIG_PORTS);
        INVARIANT(facts.history_count <= LIMIT_CONFIG_HISTORY);
        for (size_t i = 0; i < facts.env_count; i++) {
            struct slice text = slice_from_string(facts.env[i]);
            struct slice name = slice_first(text, slice_find(text, '='));
            (void)secret_is_variable(name, slice_from(text, name.len + 1));
            (void)secret_form(text);
        }
        for (size_t i = 0; i < facts.history_count; i++) {
            struct slice text = slice_from_string(facts.history[i]);
            struct slice name = secret_in_command(text);
            INVARIANT(name.len <= text.len);
            (void)secret_form(text);
        }
    }
    oci_config_facts_clear(&facts);
    return 0;
}
