/* SPDX-License-Identifier: Apache-2.0 */
/* A stored pin that is read is one of its kinds, and is the same after it was written anew; the
 * same bytes as the file of --root and --ca are kept as they are. */
#include "scratch.h"

#include "tuf/pin.h"

#define GUN    "registry.example.com/app"
#define PREFIX "registry.example.com/*"

static struct scratch given;
static struct scratch written;

static void remove_both(void)
{
    scratch_remove(&given);
    scratch_remove(&written);
}

static void make_both(void)
{
    if (given.fd == 0) { /* never opened: 0 is the standard input */
        scratch_make(&given);
        scratch_make(&written);
        INVARIANT(atexit(remove_both) == 0);
    }
}

static void check_written(const struct tuf_pin *pin)
{
    const char *dir = written.path;
    struct tuf_pin again;
    bool removed = false;
    enum assay_status status = tuf_pins_add(dir, pin, NULL);
    if (status != ASSAY_OK) {
        INVARIANT(status == ASSAY_TOO_LARGE); /* escapes can make it longer than it was */
        return;
    }
    INVARIANT(tuf_pins_find(&dir, 1, GUN, &again, NULL) == ASSAY_OK);
    INVARIANT(again.kind == pin->kind && strcmp(again.pattern, pin->pattern) == 0);
    INVARIANT(pin->kind != TUF_PIN_FINGERPRINT ||
              digest_equal(&again.fingerprint, &pin->fingerprint));
    INVARIANT(slice_equal(buf_slice(&again.bytes), buf_slice(&pin->bytes)));
    INVARIANT(tuf_pins_remove(dir, pin->pattern, &removed, NULL) == ASSAY_OK && removed);
    tuf_pin_clear(&again);
}

static void read_stored(const char *pattern, struct slice text)
{
    const char *dir = given.path;
    char name[DIGEST_TEXT_BYTES + sizeof ".json"];
    struct digest sum;
    struct tuf_pin pin;
    struct assay_error err = ERROR_INIT;

    INVARIANT(digest_compute(DIGEST_SHA256, slice_from_string(pattern), &sum, NULL) == ASSAY_OK);
    digest_hex(&sum, name);
    memcpy(name + strlen(name), ".json", sizeof ".json");
    scratch_write(&given, name, text);
    enum assay_status status = tuf_pins_find(&dir, 1, GUN, &pin, &err);
    INVARIANT(unlinkat(given.fd, name, 0) == 0);
    INVARIANT(status == err.status);
    if (status == ASSAY_OK) {
        INVARIANT(pin.kind != TUF_PIN_NONE && strcmp(pin.pattern, pattern) == 0);
        INVARIANT((pin.kind == TUF_PIN_FINGERPRINT) == (pin.fingerprint.alg == DIGEST_SHA256));
        check_written(&pin);
    } else {
        INVARIANT(status == ASSAY_CONFIG && pin.kind == TUF_PIN_NONE && pin.bytes.ptr == NULL);
    }
    tuf_pin_clear(&pin);
}

static void read_argument(struct slice text)
{
    char path[sizeof given.path + sizeof "/file"];
    struct tuf_pin pin;

    memcpy(path, given.path, sizeof given.path);
    memcpy(path + strlen(path), "/file", sizeof "/file");
    scratch_write(&given, "file", text);
    enum assay_status status = tuf_pin_from_argument(path, &pin, NULL);
    INVARIANT(status == ASSAY_OK ? pin.kind == TUF_PIN_ROOT : status == ASSAY_PIN_INVALID);
    INVARIANT(status != ASSAY_OK || slice_equal(buf_slice(&pin.bytes), text));
    tuf_pin_clear(&pin);
    status = tuf_pin_from_ca_file(path, &pin, NULL);
    INVARIANT(status == ASSAY_OK ? pin.kind == TUF_PIN_CA : status == ASSAY_PIN_INVALID);
    INVARIANT(status != ASSAY_OK || slice_equal(buf_slice(&pin.bytes), text));
    tuf_pin_clear(&pin);
    INVARIANT(unlinkat(given.fd, "file", 0) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of(data, size);
    make_both();
    read_stored(GUN, text);
    read_stored(PREFIX, text);
    read_argument(text);
    return 0;
}
