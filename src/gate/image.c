/* SPDX-License-Identifier: Apache-2.0 */
/* The rules on an image: what its verified configs say. Each rule finds at most one thing of an
 * image, with the first platform of which it holds. */
#include "base/text.h"
#include "base/time.h"
#include "gate/judging.h"
#include "gate/secrets.h"

#include <inttypes.h>

#define DAY_S        86400LL
#define DATED_FROM_S (4015LL * DAY_S) /* 1980-12-29: earlier days are written instead of none */
#define NAMES_BYTES  400              /* of a list in a message */
#define LONGEST_UID  INT32_MAX

struct view {
    const struct gate_case *at;
    const char *platform; /* ": linux/amd64" in front of what is said; "this image" */
    const struct oci_config_facts *facts;
};

static const struct policy_value *value_of(const struct view *view, enum policy_field field)
{
    return &view->at->terms->values[field];
}

bool gate_wants_configs(const struct policy_terms *terms)
{
    static const enum policy_field fields[] = { POLICY_IMAGE_USER,      POLICY_IMAGE_LOWEST_PORT,
                                                POLICY_IMAGE_SECRETS,   POLICY_IMAGE_MAX_AGE,
                                                POLICY_IMAGE_PLATFORMS, POLICY_IMAGE_LABELS };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct policy_value *value = &terms->values[fields[i]];
        bool is_choice = policy_field_row(fields[i])->kind == POLICY_CHOICE;
        if (is_choice ? value->number > 0 : value->is_set) { /* its first choice asks nothing */
            return true;
        }
    }
    return false;
}

/* ---- user ---- */

/* As runtimes read numbers: a sign and zeros in front change nothing. */
static bool is_root(struct slice user)
{
    struct slice digits = user;
    if (user.len > 1 && (user.ptr[0] == '+' || user.ptr[0] == '-')) {
        digits = slice_from(user, 1);
    }
    size_t zeros = 0;
    while (zeros < digits.len && digits.ptr[zeros] == '0') {
        zeros++;
    }
    return zeros == digits.len || slice_is(user, "root") ||
           slice_is_ignoring_case(user, "containeradministrator");
}

static enum assay_status judge_user(const struct view *view, bool *found, struct assay_error *err)
{
    const struct policy_value *wanted = value_of(view, POLICY_IMAGE_USER);
    struct slice text = slice_from_string(view->facts->user);
    struct slice user = slice_first(text, slice_find(text, ':'));
    char origin[GATE_ORIGIN_BYTES];
    uint64_t number = 0;
    gate_origin(&wanted->origin, origin);
    if (wanted->number >= POLICY_USER_NON_ROOT && is_root(user)) {
        *found = true;
        return GATE_FIND(view->at, GATE_USER_ROOT_RULE, err, "%s: the user is %s%.*s%s%s",
                         view->platform, user.len == 0 ? "not set, so root" : "'", SLICE_ARGS(user),
                         user.len == 0 ? "" : "'", origin);
    }
    if (wanted->number >= POLICY_USER_NUMERIC && !text_to_u64(user, LONGEST_UID, &number)) {
        *found = true;
        return GATE_FIND(view->at, GATE_USER_NAME_RULE, err,
                         "%s: the user is '%.*s', expected a number%s", view->platform,
                         SLICE_ARGS(user), origin);
    }
    return ASSAY_OK;
}

/* ---- ports ---- */

static enum assay_status judge_ports(const struct view *view, bool *found, struct assay_error *err)
{
    const struct policy_value *lowest = value_of(view, POLICY_IMAGE_LOWEST_PORT);
    AUTO_BUF ports = BUF_INIT(MIB);
    char origin[GATE_ORIGIN_BYTES];
    for (size_t i = 0; lowest->is_set && i < view->facts->port_count; i++) {
        const struct oci_port *port = &view->facts->ports[i];
        if (port->lowest < lowest->number && ports.len < NAMES_BYTES) {
            TRY(buf_printf(&ports, err, "%s%s", ports.len == 0 ? "" : ", ", port->text));
        }
    }
    if (ports.len == 0) {
        return ASSAY_OK;
    }
    *found = true;
    gate_origin(&lowest->origin, origin);
    return GATE_FIND(view->at, GATE_PORT_LOW_RULE, err,
                     "%s: exposes %s, the lowest port may be %" PRId64 "%s", view->platform,
                     buf_text(&ports), lowest->number, origin);
}

/* ---- secrets: names and places only ---- */

/* Adds NAME or "NAME (a GitHub token)" where it is one. */
static enum assay_status list_secret(struct buf *list, struct slice name, const char *form,
                                     struct assay_error *err)
{
    char safe[128];
    if (list->len >= NAMES_BYTES) {
        return ASSAY_OK;
    }
    text_sanitise(name, safe, sizeof(safe));
    return buf_printf(list, err, "%s%s%s%s%s", list->len == 0 ? "" : ", ", safe,
                      form == NULL ? "" : " (", form == NULL ? "" : form, form == NULL ? "" : ")");
}

static enum assay_status judge_env(const struct view *view, bool *found, struct assay_error *err)
{
    const struct policy_value *wanted = value_of(view, POLICY_IMAGE_SECRETS);
    AUTO_BUF names = BUF_INIT(MIB);
    char origin[GATE_ORIGIN_BYTES];
    for (size_t i = 0; wanted->number >= POLICY_SECRETS_FORBIDDEN && i < view->facts->env_count;
         i++) {
        struct slice text = slice_from_string(view->facts->env[i]);
        struct slice name = slice_first(text, slice_find(text, '='));
        struct slice value = slice_from(text, name.len + 1);
        const char *form = secret_form(value);
        if (form != NULL || secret_is_variable(name, value)) {
            TRY(list_secret(&names, name, form, err));
        }
    }
    if (names.len == 0) {
        return ASSAY_OK;
    }
    *found = true;
    gate_origin(&wanted->origin, origin);
    return GATE_FIND(view->at, GATE_SECRET_ENV_RULE, err, "%s: the environment sets %s%s",
                     view->platform, buf_text(&names), origin);
}

static enum assay_status judge_history(const struct view *view, bool *found,
                                       struct assay_error *err)
{
    const struct policy_value *wanted = value_of(view, POLICY_IMAGE_SECRETS);
    AUTO_BUF places = BUF_INIT(MIB);
    char origin[GATE_ORIGIN_BYTES];
    for (size_t i = 0; wanted->number >= POLICY_SECRETS_FORBIDDEN && i < view->facts->history_count;
         i++) {
        struct slice text = slice_from_string(view->facts->history[i]);
        struct slice name = secret_in_command(text);
        const char *form = name.len > 0 ? NULL : secret_form(text);
        if ((name.len > 0 || form != NULL) && places.len < NAMES_BYTES) {
            char safe[128];
            text_sanitise(name.len > 0 ? name : slice_from_string(form), safe, sizeof(safe));
            TRY(buf_printf(&places, err, "%sline %zu %s %s", places.len == 0 ? "" : ", ", i + 1,
                           name.len > 0 ? "sets" : "holds", safe));
        }
    }
    if (places.len == 0) {
        return ASSAY_OK;
    }
    *found = true;
    gate_origin(&wanted->origin, origin);
    return GATE_FIND(view->at, GATE_SECRET_HISTORY_RULE, err, "%s: in the history, %s%s",
                     view->platform, buf_text(&places), origin);
}

/* ---- age ---- */

static enum assay_status judge_age(const struct view *view, bool *found, struct assay_error *err)
{
    const struct policy_value *most = value_of(view, POLICY_IMAGE_MAX_AGE);
    int64_t created = view->facts->created_unix_s;
    int64_t now = view->at->gate->now_unix_s;
    char origin[GATE_ORIGIN_BYTES];
    char text[TIME_TEXT_BYTES];
    gate_origin(&most->origin, origin);
    if (!most->is_set) {
        return ASSAY_OK;
    }
    /* a day that is to come would never grow old */
    if (!view->facts->has_created || created < DATED_FROM_S || created - now > DAY_S) {
        *found = true;
        time_format(created, text);
        return GATE_FIND(view->at, GATE_IMAGE_UNDATED_RULE, err, "%s: %s%s%s", view->platform,
                         view->facts->has_created ? "was not created at "
                                                  : "does not say when it was created",
                         view->facts->has_created ? text : "", origin);
    }
    if (now - created <= gate_days_to_s(most->number)) {
        return ASSAY_OK;
    }
    *found = true;
    time_format(created, text);
    return GATE_FIND(view->at, GATE_IMAGE_OLD_RULE, err,
                     "%s: was created on %.10s, at most %" PRId64 " days ago is accepted%s",
                     view->platform, text, most->number, origin);
}

/* ---- labels ---- */

static bool has_label(const struct oci_config_facts *facts, const char *name)
{
    for (size_t i = 0; i < facts->label_count; i++) {
        if (strcmp(facts->labels[i].name, name) == 0 && facts->labels[i].value[0] != '\0') {
            return true;
        }
    }
    return false;
}

static enum assay_status judge_labels(const struct view *view, bool *found, struct assay_error *err)
{
    const struct policy_value *wanted = value_of(view, POLICY_IMAGE_LABELS);
    AUTO_BUF missing = BUF_INIT(MIB);
    char origin[GATE_ORIGIN_BYTES];
    for (size_t i = 0; i < wanted->text_count; i++) {
        if (!has_label(view->facts, wanted->texts[i]) && missing.len < NAMES_BYTES) {
            TRY(buf_printf(&missing, err, "%s%s", missing.len == 0 ? "" : ", ", wanted->texts[i]));
        }
    }
    if (missing.len == 0) {
        return ASSAY_OK;
    }
    *found = true;
    gate_origin(&wanted->origin, origin);
    return GATE_FIND(view->at, GATE_LABEL_RULE, err, "%s: lacks %s%s", view->platform,
                     buf_text(&missing), origin);
}

/* ---- platforms ---- */

static bool platform_was_judged(const struct assay_verdict *verdict,
                                const struct oci_platform_choice *wanted)
{
    for (size_t i = 0; i < verdict->platform_count; i++) {
        struct oci_platform_choice own;
        struct assay_error ignored = ERROR_INIT;
        if (verdict->platforms[i].state != VERDICT_PLATFORM_JUDGED ||
            oci_platform_choice_parse(verdict->platforms[i].platform, &own, &ignored) != ASSAY_OK) {
            continue;
        }
        const struct oci_platform platform = { own.os, own.architecture, own.variant, "" };
        if (!own.all && oci_platform_matches(wanted, &platform)) {
            return true;
        }
    }
    return false;
}

enum assay_status gate_judge_platform(const struct gate_case *at, const char *asked,
                                      struct assay_error *err)
{
    const struct assay_verdict *verdict = at->verdict;
    struct oci_platform_choice wanted;
    struct assay_error ignored = ERROR_INIT;
    /* one image without an index is all there is; what it is for stands in its config alone */
    bool is_single = verdict->platform_count == 1 && verdict->platforms[0].platform[0] == '\0';
    if (is_single || strchr(asked, '$') != NULL) {
        return ASSAY_OK;
    }
    if (oci_platform_choice_parse(asked, &wanted, &ignored) != ASSAY_OK || wanted.all) {
        return GATE_FIND(at, GATE_PLATFORM_RULE, err,
                         "'%s' is asked for, which is not OS/ARCHITECTURE[/VARIANT]", asked);
    }
    return platform_was_judged(verdict, &wanted)
               ? ASSAY_OK
               : GATE_FIND(at, GATE_PLATFORM_RULE, err,
                           "%s is asked for here, and is not among what is signed and was judged",
                           asked);
}

static enum assay_status judge_platforms(const struct gate_case *at, struct assay_error *err)
{
    const struct policy_value *wanted = &at->terms->values[POLICY_IMAGE_PLATFORMS];
    AUTO_BUF missing = BUF_INIT(MIB);
    char origin[GATE_ORIGIN_BYTES];
    for (size_t i = 0; i < wanted->text_count; i++) {
        struct oci_platform_choice choice;
        struct assay_error ignored = ERROR_INIT;
        bool is_there =
            oci_platform_choice_parse(wanted->texts[i], &choice, &ignored) == ASSAY_OK &&
            !choice.all && platform_was_judged(at->verdict, &choice);
        if (!is_there && missing.len < NAMES_BYTES) {
            TRY(buf_printf(&missing, err, "%s%s", missing.len == 0 ? "" : ", ", wanted->texts[i]));
        }
    }
    if (missing.len == 0) {
        return ASSAY_OK;
    }
    gate_origin(&wanted->origin, origin);
    return GATE_FIND(at, GATE_PLATFORM_RULE, err, "not among what is signed and was judged: %s%s",
                     buf_text(&missing), origin);
}

/* ---- all of it ---- */

enum assay_status gate_judge_image(const struct gate_case *at, struct assay_error *err)
{
    static enum assay_status (*const rules[])(const struct view *view, bool *found,
                                              struct assay_error *err) = {
        judge_user, judge_ports, judge_env, judge_history, judge_age, judge_labels
    };
    const struct assay_verdict *verdict = at->verdict;
    if (!gate_wants_configs(at->terms)) {
        return ASSAY_OK;
    }
    if (verdict->config_count == 0 ||
        verdict->config_count != assay_verdict_platform_count(verdict)) {
        return FAIL(err, ASSAY_INTERNAL, "%s was judged without its config", verdict->reference);
    }
    TRY(judge_platforms(at, err));
    for (size_t r = 0; r < ARRAY_LEN(rules); r++) {
        bool found = false;
        for (size_t i = 0; !found && i < verdict->config_count; i++) {
            const struct view view = { at, verdict->configs[i].platform,
                                       &verdict->configs[i].facts };
            TRY(rules[r](&view, &found, err));
        }
    }
    return ASSAY_OK;
}
