/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ask.h"

#include "cli/output.h"
#include "cli/signals.h"
#include "tuf/pin.h"

#include <errno.h>
#include <unistd.h>

#define ANSWER_BYTES 16

void ask_init(struct ask *ask, struct progress *progress)
{
    ask->roots_dir = NULL;
    ask->progress = progress;
    (void)pthread_mutex_init(&ask->one_at_a_time, NULL);
}

void ask_clear(struct ask *ask)
{
    (void)pthread_mutex_destroy(&ask->one_at_a_time);
}

bool ask_is_possible(const struct ask *ask)
{
    return ask->roots_dir != NULL && isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

/* One byte at a time: what stands behind the line belongs to somebody else. False at the end of
 * input, on an error and after a signal. */
static bool read_line(char *out, size_t out_bytes)
{
    size_t len = 0;
    while (atomic_load(signals_flag()) == ASSAY_OK) {
        char byte = '\0';
        ssize_t got = read(STDIN_FILENO, &byte, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got != 1) {
            return false;
        }
        if (byte == '\n') {
            out[len] = '\0';
            return true;
        }
        if (len + 1 == out_bytes) {
            return false;
        }
        out[len++] = byte;
    }
    return false;
}

/* A root of one signer is pinned by its key's fingerprint, which later roots of the key share; one
 * that needs several is pinned as a whole. */
static enum assay_status make_pin(const char *gun, const char *fingerprint, struct slice root,
                                  struct tuf_pin *pin, struct assay_error *err)
{
    size_t len = strlen(gun);
    if (strchr(fingerprint, ',') == NULL) {
        TRY(tuf_pin_from_argument(fingerprint, pin, err));
    } else {
        *pin = (struct tuf_pin){ .kind = TUF_PIN_ROOT, .bytes = BUF_INIT(LIMIT_ROOT_BYTES) };
        TRY(buf_append(&pin->bytes, root, err));
    }
    if (len >= sizeof(pin->pattern)) {
        return FAIL(err, ASSAY_REFERENCE, "the name is too long to be pinned");
    }
    memcpy(pin->pattern, gun, len + 1);
    return ASSAY_OK;
}

static bool store_pin(const struct ask *ask, const char *gun, const char *fingerprint,
                      struct slice root)
{
    struct assay_error err = ERROR_INIT;
    CLEANUP(tuf_pin_clear) struct tuf_pin pin = { .kind = TUF_PIN_NONE };
    enum assay_status status = make_pin(gun, fingerprint, root, &pin, &err);
    if (status == ASSAY_OK) {
        status = tuf_pins_add(ask->roots_dir, &pin, &err);
    }
    if (status != ASSAY_OK) {
        output_message("assay: the root was not pinned: %s\n", assay_error_message(&err));
    }
    return status == ASSAY_OK;
}

static bool ask_now(const char *gun, const char *fingerprint)
{
    char answer[ANSWER_BYTES];
    output_message("No root of trust is pinned for %s.\n"
                   "The server presents the root key\n"
                   "  %s\n"
                   "Compare it with what the publisher says, by another way than this server.\n"
                   "Pin it and go on? Type yes or no: ",
                   gun, fingerprint);
    if (!read_line(answer, sizeof(answer))) {
        output_message("\n");
        return false;
    }
    return strcmp(answer, "yes") == 0;
}

int ask_accept_root(void *ctx, const char *gun, const char *fingerprint, const void *root,
                    size_t root_bytes)
{
    struct ask *ask = (struct ask *)ctx;
    if (!ask_is_possible(ask) || pthread_mutex_lock(&ask->one_at_a_time) != 0) {
        return 0;
    }
    progress_pause(ask->progress);
    bool accepted =
        ask_now(gun, fingerprint) && store_pin(ask, gun, fingerprint, slice_of(root, root_bytes));
    progress_resume(ask->progress);
    (void)pthread_mutex_unlock(&ask->one_at_a_time);
    return accepted ? 1 : 0;
}
