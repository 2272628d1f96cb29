/* SPDX-License-Identifier: Apache-2.0 */
#include "store_support.h"
#include "tuf/pin.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(pin, .timeout = 60);

#define HEX_A "aa00000000000000000000000000000000000000000000000000000000000000"
#define ROOT  "{\"signatures\":[],\"signed\":{\"_type\":\"Root\"}}"
#define CA    "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"

static const struct {
    const char *pattern;
    enum assay_status expected;
} pattern_cases[] = {
    { "reg.test/acme/app", ASSAY_OK },
    { "reg.test:5000/app", ASSAY_OK },
    { "docker.io/library/alpine", ASSAY_OK },
    { "reg.test/acme/*", ASSAY_OK },
    { "reg.test/*", ASSAY_OK },
    { "docker.io/*", ASSAY_OK },
    { "docker.io/library/*", ASSAY_OK },
    { "", ASSAY_REFERENCE },
    { "*", ASSAY_REFERENCE },
    { "/*", ASSAY_REFERENCE },
    { "reg.test/acme*", ASSAY_REFERENCE },
    { "reg.test*", ASSAY_REFERENCE },
    { "reg.test/*/app", ASSAY_REFERENCE },
    { "reg.test/acme/**", ASSAY_REFERENCE },
    { "alpine", ASSAY_REFERENCE },
    { "library/alpine", ASSAY_REFERENCE },
    { "docker.io/alpine", ASSAY_REFERENCE },
    { "index.docker.io/library/alpine", ASSAY_REFERENCE },
    { "docker://reg.test/app", ASSAY_REFERENCE },
    { "reg.test/acme/app:1.0", ASSAY_REFERENCE },
    { "reg.test/Acme/app", ASSAY_REFERENCE },
    { "reg.test/acme/../app", ASSAY_REFERENCE },
    { "reg.test/acme/", ASSAY_REFERENCE },
};

Test(pin, patterns)
{
    for (size_t i = 0; i < ARRAY_LEN(pattern_cases); i++) {
        struct assay_error err = ERROR_INIT;
        cr_expect_eq(tuf_pin_check_pattern(pattern_cases[i].pattern, &err),
                     pattern_cases[i].expected, "%s: %s", pattern_cases[i].pattern, err.message);
    }
}

static const struct {
    const char *name;
    const char *argument;
    enum tuf_pin_kind kind; /* NONE: refused */
} argument_cases[] = {
    { "fingerprint", "sha256:" HEX_A, TUF_PIN_FINGERPRINT },
    { "short", "sha256:aa", TUF_PIN_NONE },
    { "long", "sha256:" HEX_A "00", TUF_PIN_NONE },
    { "upper case", "sha256:AA00000000000000000000000000000000000000000000000000000000000000",
      TUF_PIN_NONE },
    { "other algorithm", "sha512:" HEX_A HEX_A, TUF_PIN_NONE },
    { "bare", HEX_A, TUF_PIN_NONE },
    { "empty", "", TUF_PIN_NONE },
    { "absent file", "/nonexistent/root.json", TUF_PIN_NONE },
    { "directory", "/tmp", TUF_PIN_NONE },
};

Test(pin, arguments)
{
    for (size_t i = 0; i < ARRAY_LEN(argument_cases); i++) {
        struct tuf_pin pin;
        cr_expect_eq(tuf_pin_from_argument(argument_cases[i].argument, &pin, NULL),
                     argument_cases[i].kind == TUF_PIN_NONE ? ASSAY_PIN_INVALID : ASSAY_OK, "%s",
                     argument_cases[i].name);
        cr_expect_eq(pin.kind, argument_cases[i].kind, "%s", argument_cases[i].name);
        tuf_pin_clear(&pin);
    }
}

static const struct {
    const char *name;
    const char *bytes;
    size_t len; /* 0: of the text */
    enum tuf_pin_kind root;
    enum tuf_pin_kind ca;
} file_cases[] = {
    { "root", ROOT, 0, TUF_PIN_ROOT, TUF_PIN_NONE },
    { "root of the other dialect", "{\"signed\":{\"_type\":\"root\"}}", 0, TUF_PIN_ROOT,
      TUF_PIN_NONE },
    { "another role", "{\"signed\":{\"_type\":\"Targets\"}}", 0, TUF_PIN_NONE, TUF_PIN_NONE },
    { "no signed part", "{\"_type\":\"Root\"}", 0, TUF_PIN_NONE, TUF_PIN_NONE },
    { "no JSON", "root", 0, TUF_PIN_NONE, TUF_PIN_NONE },
    { "empty", "", 0, TUF_PIN_NONE, TUF_PIN_NONE },
    { "CA", CA, 0, TUF_PIN_NONE, TUF_PIN_CA },
    { "a key is no CA", "-----BEGIN PUBLIC KEY-----\n", 0, TUF_PIN_NONE, TUF_PIN_NONE },
    { "NUL inside", "-----BEGIN CERTIFICATE-----\0\n", 29, TUF_PIN_NONE, TUF_PIN_NONE },
    { "not UTF-8", "\xff-----BEGIN CERTIFICATE-----\n", 0, TUF_PIN_NONE, TUF_PIN_NONE },
};

Test(pin, files)
{
    struct sandbox box;
    char path[128];
    sandbox_open(&box);
    (void)snprintf(path, sizeof path, "%s/file", box.dir);
    for (size_t i = 0; i < ARRAY_LEN(file_cases); i++) {
        struct tuf_pin pin;
        size_t len = file_cases[i].len != 0 ? file_cases[i].len : strlen(file_cases[i].bytes);
        write_file(path, file_cases[i].bytes, len);
        cr_expect_eq(tuf_pin_from_argument(path, &pin, NULL),
                     file_cases[i].root == TUF_PIN_NONE ? ASSAY_PIN_INVALID : ASSAY_OK, "%s",
                     file_cases[i].name);
        cr_expect_eq(pin.kind, file_cases[i].root, "%s", file_cases[i].name);
        tuf_pin_clear(&pin);
        cr_expect_eq(tuf_pin_from_ca_file(path, &pin, NULL),
                     file_cases[i].ca == TUF_PIN_NONE ? ASSAY_PIN_INVALID : ASSAY_OK, "%s",
                     file_cases[i].name);
        cr_expect_eq(pin.kind, file_cases[i].ca, "%s", file_cases[i].name);
        tuf_pin_clear(&pin);
    }
    sandbox_close(&box);
}

/* Once, whether the file is not there or cannot be read. */
Test(pin, a_file_that_is_not_read_is_named)
{
    static const char *const paths[] = { "/dev/null/pin.pem", "/dev/null" };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        struct tuf_pin pin;
        struct assay_error err = ERROR_INIT;
        cr_expect_eq(tuf_pin_from_ca_file(paths[i], &pin, &err), ASSAY_PIN_INVALID);
        const char *first = strstr(err.message, paths[i]);
        cr_assert_not_null(first, "%s", err.message);
        cr_expect_null(strstr(first + 1, paths[i]), "%s", err.message);
    }
}

/* ---- directories ---- */

static struct tuf_pin make_pin(const char *pattern, const char *text)
{
    struct tuf_pin pin = { .kind = TUF_PIN_FINGERPRINT, .fingerprint = digest_of(text) };
    (void)snprintf(pin.pattern, sizeof pin.pattern, "%s", pattern);
    if (text[0] == '{' || text[0] == '-') {
        pin.kind = text[0] == '{' ? TUF_PIN_ROOT : TUF_PIN_CA;
        pin.bytes = (struct buf)BUF_INIT(LIMIT_PIN_FILE_BYTES);
        cr_assert_eq(buf_append_string(&pin.bytes, text, NULL), ASSAY_OK);
    }
    return pin;
}

static enum assay_status add_pin(const char *dir, const char *pattern, const char *text)
{
    struct tuf_pin pin = make_pin(pattern, text);
    enum assay_status status = tuf_pins_add(dir, &pin, NULL);
    tuf_pin_clear(&pin);
    return status;
}

struct pin_dirs {
    struct sandbox box;
    char user[128];
    char system[128];
    const char *dirs[2];
};

static void pin_dirs_open(struct pin_dirs *at)
{
    sandbox_open(&at->box);
    (void)snprintf(at->user, sizeof at->user, "%s/config/roots", at->box.dir);
    (void)snprintf(at->system, sizeof at->system, "%s/etc/roots", at->box.dir);
    at->dirs[0] = at->user;
    at->dirs[1] = at->system;
}

static void pin_path(const char *dir, const char *pattern, char out[512])
{
    struct digest sum = digest_of(pattern);
    char hex[DIGEST_TEXT_BYTES];
    digest_hex(&sum, hex);
    (void)snprintf(out, 512, "%s/%s.json", dir, hex);
}

/* The pattern of the pin that is found for a GUN, "" for none, "?" for a failure. */
static const char *found_for(struct pin_dirs *at, const char *gun)
{
    static char pattern[LIMIT_REFERENCE_BYTES];
    struct tuf_pin pin;
    if (tuf_pins_find(at->dirs, 2, gun, &pin, NULL) != ASSAY_OK) {
        return "?";
    }
    memcpy(pattern, pin.pattern, sizeof pattern);
    tuf_pin_clear(&pin);
    return pattern;
}

Test(pin, most_specific_then_the_users_own)
{
    struct pin_dirs at;
    struct tuf_pin pin;
    pin_dirs_open(&at);
    cr_expect_str_eq(found_for(&at, "reg.test/a/b"), "");
    cr_expect(!path_exists(at.user));
    cr_expect_eq(add_pin(at.user, "reg.test/*", "user"), ASSAY_OK);
    cr_expect_eq(add_pin(at.user, "reg.test/a/*", "user"), ASSAY_OK);
    cr_expect_eq(add_pin(at.system, "reg.test/a/b", "system"), ASSAY_OK);
    cr_expect_eq(add_pin(at.system, "reg.test/*", "system"), ASSAY_OK);
    cr_expect_eq(add_pin(at.system, "other.test/*", "system"), ASSAY_OK);
    cr_expect_str_eq(found_for(&at, "reg.test/a/b"), "reg.test/a/b");
    cr_expect_str_eq(found_for(&at, "reg.test/a/bc"), "reg.test/a/*");
    cr_expect_str_eq(found_for(&at, "reg.test/a/b/c"), "reg.test/a/*");
    cr_expect_str_eq(found_for(&at, "reg.test/a"), "reg.test/*");
    cr_expect_str_eq(found_for(&at, "other.test/x/y"), "other.test/*");
    cr_expect_str_eq(found_for(&at, "third.test/x"), "");
    cr_expect_str_eq(found_for(&at, "reg.test:5000/a"), "");
    struct digest user = digest_of("user");
    cr_assert_eq(tuf_pins_find(at.dirs, 2, "reg.test/x", &pin, NULL), ASSAY_OK);
    cr_expect_eq(pin.kind, TUF_PIN_FINGERPRINT);
    cr_expect(digest_equal(&pin.fingerprint, &user));
    tuf_pin_clear(&pin);
    sandbox_close(&at.box);
}

Test(pin, stored_and_read_again)
{
    static const char *const texts[] = { "fingerprint", ROOT, CA, "{\"a\":\"\xc3\xa9\\u0000\"}\n" };
    struct pin_dirs at;
    char path[512];
    pin_dirs_open(&at);
    pin_path(at.user, "reg.test/a", path);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct tuf_pin pin = make_pin("reg.test/a", texts[i]);
        struct tuf_pin back;
        bool removed = false;
        mode_t before = umask(i % 2 == 0 ? 0 : 0777);
        cr_expect_eq(tuf_pins_add(at.user, &pin, NULL), ASSAY_OK, "%s", texts[i]);
        (void)umask(before);
        cr_expect_eq(path_mode(path), 0600U);
        cr_expect_eq(path_mode(at.user), 0700U);
        cr_assert_eq(tuf_pins_find(at.dirs, 2, "reg.test/a", &back, NULL), ASSAY_OK);
        cr_expect_eq(back.kind, pin.kind, "%s", texts[i]);
        cr_expect(slice_equal(buf_slice(&back.bytes), buf_slice(&pin.bytes)), "%s", texts[i]);
        cr_expect(pin.kind != TUF_PIN_FINGERPRINT ||
                  digest_equal(&back.fingerprint, &pin.fingerprint));
        cr_expect_eq(tuf_pins_add(at.user, &pin, NULL), ASSAY_OK, "the same again");
        cr_expect_eq(add_pin(at.user, "reg.test/a", "another"), ASSAY_PIN_MISMATCH);
        cr_expect_eq(add_pin(at.user, "reg.test/a", "{another"), ASSAY_PIN_MISMATCH);
        cr_expect_eq(tuf_pins_remove(at.user, "reg.test/a", &removed, NULL), ASSAY_OK);
        cr_expect(removed);
        cr_expect_eq(tuf_pins_remove(at.user, "reg.test/a", &removed, NULL), ASSAY_OK);
        cr_expect(!removed);
        cr_expect_str_eq(found_for(&at, "reg.test/a"), "");
        tuf_pin_clear(&back);
        tuf_pin_clear(&pin);
    }
    sandbox_close(&at.box);
}

Test(pin, not_everything_can_be_stored)
{
    struct pin_dirs at;
    struct tuf_pin pin = make_pin("reg.test/a", "{");
    bool removed = true;
    pin_dirs_open(&at);
    cr_expect_eq(tuf_pins_remove(at.user, "reg.test/a", &removed, NULL), ASSAY_OK);
    cr_expect(!removed);
    cr_expect_eq(add_pin(at.user, "alpine", "x"), ASSAY_REFERENCE);
    cr_expect_eq(add_pin("roots", "reg.test/a", "x"), ASSAY_CONFIG);
    while (pin.bytes.len <= LIMIT_JSON_STRING_BYTES) {
        cr_assert_eq(buf_append_byte(&pin.bytes, ' ', NULL), ASSAY_OK);
    }
    cr_expect_eq(tuf_pins_add(at.user, &pin, NULL), ASSAY_PIN_INVALID);
    pin.bytes.ptr[--pin.bytes.len] = 0;
    cr_expect_eq(tuf_pins_add(at.user, &pin, NULL), ASSAY_OK);
    cr_expect_str_eq(found_for(&at, "reg.test/a"), "reg.test/a");
    tuf_pin_clear(&pin);
    cr_expect_eq(tuf_pins_add(at.user, &pin, NULL), ASSAY_REFERENCE);
    sandbox_close(&at.box);
}

#define PIN(rest) "{\"schema\":1,\"pattern\":\"reg.test/a\"," rest "}"

static const struct {
    const char *name;
    const char *text;
    bool is_fine;
} pin_files[] = {
    { "fingerprint", PIN("\"sha256\":\"" HEX_A "\""), true },
    { "root", PIN("\"root\":\"{}\""), true },
    { "CA", PIN("\"ca\":\"x\""), true },
    { "no root of trust", "{\"schema\":1,\"pattern\":\"reg.test/a\"}", false },
    { "two", PIN("\"sha256\":\"" HEX_A "\",\"ca\":\"x\""), false },
    { "short fingerprint", PIN("\"sha256\":\"aa\""), false },
    { "with algorithm", PIN("\"sha256\":\"sha256:" HEX_A "\""), false },
    { "number", PIN("\"sha256\":5"), false },
    { "unknown member", PIN("\"sha256\":\"" HEX_A "\",\"note\":\"x\""), false },
    { "member twice", PIN("\"sha256\":\"" HEX_A "\",\"sha256\":\"" HEX_A "\""), false },
    { "schema 2", "{\"schema\":2,\"pattern\":\"reg.test/a\",\"sha256\":\"" HEX_A "\"}", false },
    { "no schema", "{\"pattern\":\"reg.test/a\",\"sha256\":\"" HEX_A "\"}", false },
    { "no pattern", "{\"schema\":1,\"sha256\":\"" HEX_A "\"}", false },
    { "another pattern", "{\"schema\":1,\"pattern\":\"reg.test/b\",\"sha256\":\"" HEX_A "\"}",
      false },
    { "pattern that is none", "{\"schema\":1,\"pattern\":\"a*\",\"sha256\":\"" HEX_A "\"}", false },
    { "array", "[]", false },
    { "empty", "", false },
    { "no JSON", "sha256:" HEX_A, false },
};

Test(pin, malformed_files_are_configuration_errors)
{
    struct pin_dirs at;
    char path[512];
    pin_dirs_open(&at);
    cr_assert_eq(add_pin(at.system, "reg.test/a", "x"), ASSAY_OK);
    pin_path(at.system, "reg.test/a", path);
    for (size_t i = 0; i < ARRAY_LEN(pin_files); i++) {
        struct tuf_pin pin;
        write_file(path, pin_files[i].text, strlen(pin_files[i].text));
        cr_expect_eq(tuf_pins_find(at.dirs, 2, "reg.test/a", &pin, NULL),
                     pin_files[i].is_fine ? ASSAY_OK : ASSAY_CONFIG, "%s", pin_files[i].name);
        cr_expect_eq(pin.kind != TUF_PIN_NONE, pin_files[i].is_fine, "%s", pin_files[i].name);
        tuf_pin_clear(&pin);
    }
    sandbox_close(&at.box);
}

Test(pin, files_that_others_could_change)
{
    struct pin_dirs at;
    struct tuf_pin pin;
    char path[512];
    char other[600];
    pin_dirs_open(&at);
    cr_assert_eq(add_pin(at.user, "reg.test/a", "x"), ASSAY_OK);
    pin_path(at.user, "reg.test/a", path);
    static const struct {
        bool is_dir;
        mode_t mode;
        bool is_fine;
    } modes[] = { { false, 0644, true },  { false, 0664, false }, { false, 0606, false },
                  { false, 0600, true },  { true, 0755, true },   { true, 0775, false },
                  { true, 01777, false }, { true, 0700, true } };
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        cr_assert_eq(chmod(modes[i].is_dir ? at.user : path, modes[i].mode), 0);
        cr_expect_str_eq(found_for(&at, "reg.test/a"), modes[i].is_fine ? "reg.test/a" : "?", "%o",
                         modes[i].mode);
        cr_assert_eq(chmod(modes[i].is_dir ? at.user : path, 0700), 0);
    }
    if (geteuid() == 0) {
        cr_assert_eq(chown(path, 4711, 4711), 0);
        cr_expect_eq(tuf_pins_find(at.dirs, 2, "reg.test/a", &pin, NULL), ASSAY_CONFIG);
        cr_assert_eq(chown(path, 0, 0), 0);
    }
    (void)snprintf(other, sizeof other, "%s/elsewhere", at.box.dir);
    cr_assert_eq(rename(path, other), 0);
    cr_assert_eq(symlink(other, path), 0);
    cr_expect_eq(tuf_pins_find(at.dirs, 2, "reg.test/a", &pin, NULL), ASSAY_CONFIG);
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_expect_eq(tuf_pins_find(at.dirs, 2, "reg.test/a", &pin, NULL), ASSAY_CONFIG);
    cr_assert_eq(unlink(path), 0);

    /* A pin by a name under which no one looks, and other files */
    (void)snprintf(path, sizeof path, "%s/README", at.user);
    write_file(path, "x", 1);
    cr_expect_str_eq(found_for(&at, "reg.test/a"), "");
    static const char *const wrong[] = { "acme.json", "00.json", HEX_A "00.json",
                                         "AA" HEX_A ".json" };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", at.user, wrong[i]);
        write_file(path, "{}", 2);
        cr_expect_eq(tuf_pins_find(at.dirs, 2, "reg.test/a", &pin, NULL), ASSAY_CONFIG, "%s",
                     wrong[i]);
        cr_assert_eq(unlink(path), 0);
    }
    cr_expect_str_eq(found_for(&at, "reg.test/a"), "");
    sandbox_close(&at.box);
}

static enum assay_status note_pin(void *ctx, const char *dir, const struct tuf_pin *pin,
                                  struct assay_error *err)
{
    char *text = ctx;
    size_t len = strlen(text);
    (void)snprintf(text + len, 1024 - len, "%s%s ", strstr(dir, "etc") != NULL ? "etc:" : "",
                   pin->pattern);
    return len > 900 ? FAIL(err, ASSAY_INTERNAL, "too many") : ASSAY_OK;
}

static enum assay_status stop_at_once(void *ctx, const char *dir, const struct tuf_pin *pin,
                                      struct assay_error *err)
{
    (void)dir;
    (void)pin;
    ++*(int *)ctx;
    return FAIL(err, ASSAY_INTERRUPTED, "enough");
}

Test(pin, listed_by_pattern)
{
    struct pin_dirs at;
    char text[1024] = "";
    int calls = 0;
    pin_dirs_open(&at);
    cr_expect_eq(tuf_pins_list(at.dirs, 2, note_pin, text, NULL), ASSAY_OK);
    cr_expect_str_eq(text, "");
    cr_assert_eq(add_pin(at.system, "reg.test/b", "x"), ASSAY_OK);
    cr_assert_eq(add_pin(at.system, "reg.test/a/*", "x"), ASSAY_OK);
    cr_assert_eq(add_pin(at.user, "reg.test/b", "y"), ASSAY_OK);
    cr_assert_eq(add_pin(at.user, "reg.test/c", ROOT), ASSAY_OK);
    cr_expect_eq(tuf_pins_list(at.dirs, 2, note_pin, text, NULL), ASSAY_OK);
    cr_expect_str_eq(text, "etc:reg.test/a/* reg.test/b etc:reg.test/b reg.test/c ");
    cr_expect_eq(tuf_pins_list(at.dirs, 2, stop_at_once, &calls, NULL), ASSAY_INTERRUPTED);
    cr_expect_eq(calls, 1);
    sandbox_close(&at.box);
}
