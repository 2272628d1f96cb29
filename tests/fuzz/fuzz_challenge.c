/* SPDX-License-Identifier: Apache-2.0 */
/* Lines are the values of WWW-Authenticate headers. */
#include "harness.h"

#include "base/buf.h"
#include "net/challenge.h"

static void check_text(const char *text, size_t max_bytes)
{
    INVARIANT(strlen(text) < max_bytes);
    for (; *text != '\0'; text++) {
        INVARIANT((uint8_t)*text >= ' ' && (uint8_t)*text != 0x7f);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *values[LIMIT_CHALLENGES];
    struct net_challenge challenge;
    struct assay_error err = ERROR_INIT;
    size_t count = 0;
    AUTO_BUF text = BUF_INIT(64 * KIB);
    if (buf_append(&text, slice_of(data, size), NULL) != ASSAY_OK) {
        return 0;
    }
    char *rest = (char *)text.ptr;
    while (rest != NULL && count < LIMIT_CHALLENGES) {
        char *end = strchr(rest, '\n');
        values[count++] = rest;
        if (end != NULL) {
            *end++ = '\0';
        }
        rest = end;
    }
    enum assay_status status = net_challenge_parse(values, count, &challenge, &err);
    INVARIANT(status == ASSAY_OK || status == ASSAY_AUTH);
    INVARIANT(err.status == status);
    INVARIANT(status == ASSAY_OK || challenge.scheme == NET_SCHEME_NONE);
    INVARIANT(challenge.scheme != NET_SCHEME_BEARER || challenge.realm[0] != '\0');
    check_text(challenge.realm, sizeof(challenge.realm));
    check_text(challenge.service, sizeof(challenge.service));
    return 0;
}
