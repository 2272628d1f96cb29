/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/opt.h"

#include "base/mem.h"
#include "base/slice.h"
#include "base/text.h"

#define NAME_MAX_CHARS  24 /* longer words are not worth a hint */
#define HINT_MAX_EDITS  2
#define DURATION_MAX_MS (3600L * 1000L)
#define DAYS_MAX        3650
#define EXPLAIN_HINT                                                                               \
    "; see 'assay explain REF' for what decides, 'assay verify --explain REF' for the checks"

static const struct opt_row rows[OPT_COUNT] = {
    [OPT_TRUST_SERVER] = { "trust-server", "URL", "ask this trust server for every registry", 0,
                           false },
    [OPT_TRUST_DIR] = { "trust-dir", "DIR", "read trust data from a directory", 0, false },
    [OPT_BUNDLE] = { "bundle", "FILE", "take trust data and manifests from a bundle", 0, false },
    [OPT_ROOT] = { "root", "sha256:HEX|FILE", "root of trust: a root key's hash or a root.json", 0,
                   false },
    [OPT_CA] = { "ca", "FILE", "pin the CA that issues root certificates", 0, false },
    [OPT_TOFU] = { "tofu", NULL, "accept the first root that is seen", 0, false },
    [OPT_STATE_DIR] = { "state-dir", "DIR|none", "where verified versions are remembered", 0,
                        false },
    [OPT_AT] = { "at", "TIME", "judge expiry at an RFC 3339 time, not now", 0, false },
    [OPT_PLATFORM] = { "platform", "OS/ARCH[/VARIANT]", "judge this platform only; default: all", 0,
                       false },
    [OPT_LAYERS] = { "layers", NULL, "fetch and hash config and layers as well", 0, false },
    [OPT_AS] = { "as", "REF", "judge a local source as this reference", 0, false },
    [OPT_OFFLINE] = { "offline", NULL, "open no socket", 0, false },
    [OPT_PLAIN_HTTP] = { "plain-http", "HOST[:PORT]", "reach this registry without TLS", 0, true },
    [OPT_INSECURE_TLS] = { "insecure-tls", "HOST[:PORT]", "do not judge this server's certificate",
                           0, true },
    [OPT_AUTHFILE] = { "authfile", "FILE", "take credentials from this file only", 0, false },
    [OPT_TIMEOUT] = { "timeout", "TIME", "of one request: 30s, and 1s a MiB of content", 0, false },
    [OPT_JOBS] = { "jobs", "N", "repositories judged side by side", 0, false },
    [OPT_ENGINE] = { "engine", "docker|podman", "pull by this one; default: the first on PATH", 0,
                     false },
    [OPT_ALL_TAGS] = { "all-tags", NULL, "pull every signed tag of NAME", 'a', false },
    [OPT_TRUST] = { "trust", NULL, "print what 'docker trust inspect' prints", 0, false },
    [OPT_PRETTY] = { "pretty", NULL, "with --trust: tables instead of JSON", 0, false },
    [OPT_EXPLAIN] = { "explain", NULL, "print every check with its evidence", 0, false },
    [OPT_TO] = { "to", "FILE", "write the bundle here, or add to the one there", 0, false },
    [OPT_POLICY] = { "policy", "FILE", "one more policy; all of them must hold", 0, true },
    [OPT_PROJECT] = { "project", NULL, "use the assay.yaml of what is judged as well", 0, false },
    [OPT_WRITE] = { "write", NULL, "write signed digests into the files named", 'w', false },
    [OPT_CHECK] = { "check", NULL, "write nothing; exit 1 if a file would change", 0, false },
    [OPT_BUILD_ARG] = { "build-arg", "NAME=VALUE", "of Dockerfiles, as docker build has it", 0,
                        true },
    [OPT_BUILD_CONTEXT] = { "build-context", "NAME=VALUE", "of Dockerfiles, as docker build has it",
                            0, true },
    [OPT_EXCLUDE] = { "exclude", "PATH", "leave this out, below the directory named", 0, true },
    [OPT_CUSTOM] = { "custom", "KIND:PATH", "where else a Kubernetes kind names an image", 0,
                     true },
    [OPT_SOURCE_ROOT] = { "source-root", "DIR", "what SARIF and annotations are relative to", 0,
                          false },
    [OPT_DEADLINE] = { "deadline", "TIME", "of all requests together: 90s, 10m", 0, false },
    [OPT_FAIL_ON] = { "fail-on", "SEVERITY", "exit 1 for a finding this severe or more", 0, false },
    [OPT_WARN_BEFORE] = { "warn-before", "DAYSd", "how long before its end an expiry is near: 30d",
                          0, false },
    [OPT_DIFF] = { "diff", "FILE", "say what changed since this JSON report", 0, false },
    [OPT_OUTPUT] = { "output", "FORMAT[=FILE]", "text, json, ...: to standard output or a new file",
                     'o', true },
    [OPT_CONFIG] = { "config", "FILE", "read this configuration instead of the usual", 0, false },
    [OPT_COLOR] = { "color", "WHEN", "auto (default), always or never", 0, false },
    [OPT_QUIET] = { "quiet", NULL, "print no notes and hints", 'q', false },
    [OPT_VERBOSE] = { "verbose", NULL, "log what servers answered; twice: everything", 'v', true },
    [OPT_HELP] = { "help", NULL, "print help and exit", 'h', false },
};

const struct opt_row *opt_row(enum opt opt)
{
    return &rows[opt];
}

/* Levenshtein's distance, by rows. */
static size_t edit_distance(struct slice a, struct slice b)
{
    size_t row[NAME_MAX_CHARS + 1];
    for (size_t j = 0; j <= b.len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t change = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
            size_t step = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = change < step ? change : step;
        }
    }
    return row[b.len];
}

const char *opt_nearest(const char *text, const char *const *names)
{
    const char *nearest = NULL;
    size_t least = HINT_MAX_EDITS + 1;
    struct slice word = slice_from_string(text);
    if (word.len > NAME_MAX_CHARS) {
        return NULL;
    }
    for (; *names != NULL; names++) {
        size_t distance = edit_distance(word, slice_from_string(*names));
        if (distance < least && distance < word.len) {
            least = distance;
            nearest = *names;
        }
    }
    return nearest;
}

static enum assay_status fail_unknown(const char *command, uint64_t allowed, struct slice name,
                                      struct assay_error *err)
{
    const char *names[OPT_COUNT + 1];
    char word[NAME_MAX_CHARS + 2];
    size_t count = 0;
    for (size_t i = 0; i < OPT_COUNT; i++) {
        if (slice_is(name, rows[i].name) && (allowed & OPT_BIT(i)) == 0) {
            return FAIL(err, ASSAY_USAGE, "'assay %s' does not take --%s%s", command, rows[i].name,
                        i == OPT_EXPLAIN ? EXPLAIN_HINT : "");
        }
        if ((allowed & OPT_BIT(i)) != 0) {
            names[count++] = rows[i].name;
        }
    }
    names[count] = NULL;
    text_sanitise(name, word, sizeof(word));
    const char *nearest = opt_nearest(word, names);
    if (nearest != NULL) {
        return FAIL(err, ASSAY_USAGE, "unknown option --%s; did you mean --%s?", word, nearest);
    }
    return FAIL(err, ASSAY_USAGE, "unknown option --%s", word);
}

static enum assay_status remember(struct opt_set *set, enum opt opt, const char *value,
                                  struct assay_error *err)
{
    if (!rows[opt].repeatable && opt_is_set(set, opt)) {
        return FAIL(err, ASSAY_USAGE, "--%s is given twice", rows[opt].name);
    }
    set->given[set->given_count++] = (struct opt_given){ opt, value };
    return ASSAY_OK;
}

/* argument: "--name" or "--name=value"; *next is the value's place when it stands apart. */
static enum assay_status parse_long(const char *command, uint64_t allowed, const char *argument,
                                    const char *next, bool *used_next, struct opt_set *set,
                                    struct assay_error *err)
{
    struct slice text = slice_from_string(argument + 2);
    size_t equals = slice_find(text, '=');
    struct slice name = slice_first(text, equals);
    const char *value = equals < text.len ? argument + 2 + equals + 1 : NULL;
    size_t opt = 0;
    while (opt < OPT_COUNT && !(slice_is(name, rows[opt].name) && (allowed & OPT_BIT(opt)) != 0)) {
        opt++;
    }
    if (opt == OPT_COUNT) {
        return fail_unknown(command, allowed, name, err);
    }
    if (rows[opt].argument == NULL) {
        if (value != NULL) {
            return FAIL(err, ASSAY_USAGE, "--%s takes no value", rows[opt].name);
        }
        return remember(set, (enum opt)opt, NULL, err);
    }
    if (value == NULL) {
        value = next;
        *used_next = true;
    }
    if (value == NULL || value[0] == '\0') {
        return FAIL(err, ASSAY_USAGE, "--%s needs a value: --%s %s", rows[opt].name, rows[opt].name,
                    rows[opt].argument);
    }
    return remember(set, (enum opt)opt, value, err);
}

static size_t find_letter(uint64_t allowed, char letter)
{
    size_t opt = 0;
    while (opt < OPT_COUNT && !(rows[opt].letter == letter && (allowed & OPT_BIT(opt)) != 0)) {
        opt++;
    }
    return opt;
}

/* "-qv", "-o json", "-ojson". */
static enum assay_status parse_letters(const char *command, uint64_t allowed, const char *argument,
                                       const char *next, bool *used_next, struct opt_set *set,
                                       struct assay_error *err)
{
    for (const char *at = argument + 1; *at != '\0'; at++) {
        size_t opt = find_letter(allowed, *at);
        if (opt == OPT_COUNT) {
            return FAIL(err, ASSAY_USAGE, "'assay %s' does not take -%.1s", command, at);
        }
        if (rows[opt].argument != NULL) {
            const char *value = at[1] != '\0' ? at + 1 : next;
            *used_next = at[1] == '\0';
            if (value == NULL || value[0] == '\0') {
                return FAIL(err, ASSAY_USAGE, "-%.1s needs a value: -%.1s %s", at, at,
                            rows[opt].argument);
            }
            return remember(set, (enum opt)opt, value, err);
        }
        TRY(remember(set, (enum opt)opt, NULL, err));
    }
    return ASSAY_OK;
}

static enum assay_status opt_set_init(size_t count, char *const *arguments, struct opt_set *out,
                                      struct assay_error *err)
{
    /* "-vvv" is one argument and three options */
    size_t letters = 0;
    for (size_t i = 0; i < count; i++) {
        letters += strlen(arguments[i]);
    }
    *out = (struct opt_set){ 0 };
    out->given = mem_alloc(letters + 1, sizeof(*out->given));
    out->operands = mem_alloc(count + 1, sizeof(*out->operands));
    return out->given == NULL || out->operands == NULL ? FAIL_NO_MEMORY(err) : ASSAY_OK;
}

enum assay_status opt_parse(const char *command, uint64_t allowed, size_t count,
                            char *const *arguments, struct opt_set *out, struct assay_error *err)
{
    bool only_operands = false;
    TRY(opt_set_init(count, arguments, out, err));
    for (size_t i = 0; i < count; i++) {
        const char *argument = arguments[i];
        const char *next = i + 1 < count ? arguments[i + 1] : NULL;
        bool used_next = false;
        if (only_operands || argument[0] != '-' || argument[1] == '\0') {
            out->operands[out->operand_count++] = argument;
            continue;
        }
        if (strcmp(argument, "--") == 0) {
            only_operands = true;
            continue;
        }
        TRY(argument[1] == '-'
                ? parse_long(command, allowed, argument, next, &used_next, out, err)
                : parse_letters(command, allowed, argument, next, &used_next, out, err));
        i += used_next;
    }
    return ASSAY_OK;
}

void opt_set_clear(struct opt_set *set)
{
    mem_free(set->given);
    mem_free((void *)set->operands);
    *set = (struct opt_set){ 0 };
}

size_t opt_count(const struct opt_set *set, enum opt opt)
{
    size_t count = 0;
    for (size_t i = 0; i < set->given_count; i++) {
        count += set->given[i].opt == opt;
    }
    return count;
}

const char *opt_value_at(const struct opt_set *set, enum opt opt, size_t index)
{
    for (size_t i = 0; i < set->given_count; i++) {
        if (set->given[i].opt == opt && index-- == 0) {
            return set->given[i].value;
        }
    }
    return NULL;
}

const char *opt_value(const struct opt_set *set, enum opt opt)
{
    return opt_value_at(set, opt, 0);
}

bool opt_is_set(const struct opt_set *set, enum opt opt)
{
    return opt_count(set, opt) > 0;
}

enum assay_status opt_parse_duration(const char *option, const char *text, int64_t *out_ms,
                                     struct assay_error *err)
{
    static const struct {
        const char *unit;
        uint64_t ms;
    } units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "", 1000 } };
    struct slice whole = slice_from_string(text);
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        struct slice unit = slice_from_string(units[i].unit);
        uint64_t number = 0;
        if (!slice_has_suffix(whole, unit)) {
            continue;
        }
        if (text_to_u64(slice_first(whole, whole.len - unit.len), DURATION_MAX_MS, &number) &&
            number > 0 && number * units[i].ms <= DURATION_MAX_MS) {
            *out_ms = (int64_t)(number * units[i].ms);
            return ASSAY_OK;
        }
        break;
    }
    return FAIL(err, ASSAY_USAGE, "--%s: '%s' is no time such as 30s, 2m or 500ms, at most 1 hour",
                option, text);
}

enum assay_status opt_parse_days(const char *option, const char *text, int64_t *out_s,
                                 struct assay_error *err)
{
    struct slice whole = slice_from_string(text);
    uint64_t days = 0;
    if (!slice_has_suffix(whole, SLICE_LITERAL("d")) ||
        !text_to_u64(slice_first(whole, whole.len - 1), DAYS_MAX, &days)) {
        return FAIL(err, ASSAY_USAGE, "--%s: '%s' is no number of days such as 30d, at most %dd",
                    option, text, DAYS_MAX);
    }
    *out_s = (int64_t)(days * 24 * 3600);
    return ASSAY_OK;
}

enum assay_status opt_parse_number(const char *option, const char *text, int min, int max, int *out,
                                   struct assay_error *err)
{
    uint64_t number = 0;
    if (!text_to_u64(slice_from_string(text), (uint64_t)max, &number) || number < (uint64_t)min) {
        return FAIL(err, ASSAY_USAGE, "--%s: '%s' is no number from %d to %d", option, text, min,
                    max);
    }
    *out = (int)number;
    return ASSAY_OK;
}
