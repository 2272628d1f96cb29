/* SPDX-License-Identifier: Apache-2.0 */
/* A HEAD has one form only: what is read from it is written as the same bytes. The input is tried
 * as it stands and with the SHA-256 that it would have to end in. */
#include "harness.h"

#include "tuf/store_private.h"

static const char GUN[] = "registry.example.com/app";

static void check_state(const struct tuf_state *state)
{
    INVARIANT(state->generation >= 1 && state->anchor != TUF_ANCHOR_NONE);
    INVARIANT(state->root_count >= 1 && state->root_count <= LIMIT_STORED_ROOTS);
    INVARIANT(state->seen_count <= LIMIT_SEEN_TAGS);
    for (size_t i = 1; i < state->root_count; i++) {
        INVARIANT(state->roots[i].version == state->roots[i - 1].version + 1);
    }
    for (size_t i = 1; i < state->floors.count; i++) {
        INVARIANT(strcmp(state->floors.items[i - 1].role, state->floors.items[i].role) < 0);
    }
}

static void read_head(struct slice text)
{
    AUTO_BUF again = BUF_INIT(2 * LIMIT_HEAD_BYTES);
    struct tuf_state state = { .generation = 0 };
    struct assay_error err = ERROR_INIT;
    enum assay_status status = head_decode(text, GUN, &state, &err);
    INVARIANT(status == err.status);
    if (status == ASSAY_OK) {
        check_state(&state);
        INVARIANT(head_encode(GUN, &state, &again, NULL) == ASSAY_OK);
        INVARIANT(slice_equal(buf_slice(&again), text));
        tuf_state_clear(&state);
        INVARIANT(head_decode(text, "registry.example.com/other", &state, NULL) ==
                  ASSAY_STATE_CORRUPT);
    } else {
        INVARIANT(status == ASSAY_STATE_CORRUPT || status == ASSAY_STATE_VERSION);
    }
    INVARIANT(state.roots == NULL && state.seen == NULL && state.floors.items == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_BUF whole = BUF_INIT(2 * LIMIT_HEAD_BYTES);
    struct slice body = slice_of(data, size);
    struct digest sum;
    char hex[DIGEST_TEXT_BYTES];

    read_head(body);
    INVARIANT(digest_compute(DIGEST_SHA256, body, &sum, NULL) == ASSAY_OK);
    digest_hex(&sum, hex);
    if (buf_append(&whole, body, NULL) == ASSAY_OK &&
        buf_printf(&whole, NULL, "sha256 %s\n", hex) == ASSAY_OK) {
        read_head(buf_slice(&whole));
    }
    return 0;
}
