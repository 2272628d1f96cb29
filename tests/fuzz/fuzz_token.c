/* SPDX-License-Identifier: Apache-2.0 */
/* A token server's answer, and the same bytes as a credential file: whatever they hold, nothing but
 * visible characters reaches a header. */
#include "harness.h"

#include "base/limits.h"
#include "net/token.h"

static void check_header(const struct buf *header, const char *scheme)
{
    size_t start = strlen(scheme);
    INVARIANT(header->len > start &&
              slice_has_prefix(buf_slice(header), slice_from_string(scheme)));
    for (size_t i = start; i < header->len; i++) {
        INVARIANT(header->ptr[i] > ' ' && header->ptr[i] <= '~');
    }
}

static void read_answer(struct slice text)
{
    AUTO_BUF header = BUF_INIT(LIMIT_TOKEN_BYTES + 16);
    struct assay_error err = ERROR_INIT;
    enum assay_status status = token_answer_parse(text, &header, &err);
    INVARIANT(err.status == status);
    INVARIANT(status == ASSAY_OK || status == ASSAY_AUTH);
    if (status == ASSAY_OK) {
        check_header(&header, "Bearer ");
    }
}

static void read_credentials(const char *text)
{
    struct net_credentials_paths paths = { .auth_config = text };
    struct net_credentials *credentials = NULL;
    struct net_credential found;
    AUTO_BUF header = BUF_INIT(4 * LIMIT_CREDENTIAL_BYTES);
    INVARIANT(net_credentials_new(&paths, &credentials, NULL) == ASSAY_OK);
    enum assay_status status = net_credentials_find(credentials, "r.example", "ns/a", &found, NULL);
    INVARIANT(status == ASSAY_OK || status == ASSAY_CREDENTIALS);
    INVARIANT(status == ASSAY_OK || !found.found);
    if (found.user.len > 0 && token_basic(&found, &header, NULL) == ASSAY_OK) {
        check_header(&header, "Basic ");
    }
    net_credential_clear(&found);
    net_credentials_free(credentials);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_BUF text = BUF_INIT(LIMIT_TOKEN_BYTES);
    if (buf_append(&text, slice_of(data, size), NULL) == ASSAY_OK) {
        read_answer(buf_slice(&text));
        read_credentials(buf_text(&text));
    }
    return 0;
}
