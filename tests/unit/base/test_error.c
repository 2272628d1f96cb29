/* SPDX-License-Identifier: Apache-2.0 */
/* Errors: what is kept, in which order, and that nothing unsafe gets in. Log and trace sanitise in
 * the same way. */
#include "base/env.h"
#include "base/error.h"
#include "base/trace.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(error, .timeout = 60);

static enum assay_status fail_inside(struct assay_error *err)
{
    return FAIL(err, ASSAY_SCHEMA, "expected %s, found %d", "a role", 4711);
}

static enum assay_status fail_in_context(struct assay_error *err)
{
    TRY_IN(fail_inside(err), err, "root version %d", 3);
    return ASSAY_OK;
}

static enum assay_status fail_further_out(struct assay_error *err)
{
    TRY_IN(fail_in_context(err), err, "repository %s", "example");
    return ASSAY_OK;
}

Test(error, keeps_what_and_where)
{
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(fail_further_out(&err), ASSAY_SCHEMA);
    cr_expect_eq(assay_error_status(&err), ASSAY_SCHEMA);
    cr_expect_str_eq(assay_error_message(&err), "expected a role, found 4711");
    cr_expect_str_eq(assay_error_remedy(&err), assay_status_remedy(ASSAY_SCHEMA));
    cr_assert_eq(assay_error_context_count(&err), 2);
    cr_expect_str_eq(assay_error_context(&err, 0), "repository example", "outermost first");
    cr_expect_str_eq(assay_error_context(&err, 1), "root version 3");
    cr_expect_str_eq(assay_error_context(&err, 2), "");
    cr_expect_str_eq(assay_error_context(&err, SIZE_MAX), "");
    cr_expect_not_null(strstr(err.file, "test_error.c"));
    cr_expect_gt(err.line, 0);
}

Test(error, works_without_an_object)
{
    cr_expect_eq(fail_further_out(NULL), ASSAY_SCHEMA);
    cr_expect_eq(error_remedy(NULL, ASSAY_SCHEMA, "do"), ASSAY_SCHEMA);
    error_clear(NULL);
    cr_expect_eq(assay_error_status(NULL), ASSAY_OK);
    cr_expect_str_eq(assay_error_message(NULL), "");
    cr_expect_str_eq(assay_error_remedy(NULL), "");
    cr_expect_eq(assay_error_context_count(NULL), 0);
    cr_expect_str_eq(assay_error_context(NULL, 0), "");
    assay_error_free(NULL);
}

Test(error, a_failure_is_never_ok)
{
    struct assay_error err = ERROR_INIT;
    cr_expect_eq(FAIL(&err, ASSAY_OK, "no such thing"), ASSAY_INTERNAL);
    cr_expect_eq(err.status, ASSAY_INTERNAL);
    cr_expect_eq(FAIL(NULL, ASSAY_OK, "no such thing"), ASSAY_INTERNAL);
    cr_expect_eq(FAIL_NO_MEMORY(&err), ASSAY_NO_MEMORY);
}

Test(error, a_new_one_replaces_all_of_the_old)
{
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(fail_further_out(&err), ASSAY_SCHEMA);
    cr_assert_eq(error_remedy(&err, ASSAY_SCHEMA, "ask %s", "them"), ASSAY_SCHEMA);
    cr_expect_str_eq(assay_error_remedy(&err), "ask them");
    cr_assert_eq(FAIL(&err, ASSAY_EXPIRED, "again: %s", err.message), ASSAY_EXPIRED);
    cr_expect_str_eq(err.message, "again: expected a role, found 4711");
    cr_expect_str_eq(assay_error_remedy(&err), assay_status_remedy(ASSAY_EXPIRED));
    cr_expect_eq(assay_error_context_count(&err), 0);
    error_clear(&err);
    cr_expect_eq(err.status, ASSAY_OK);
    cr_expect_str_eq(err.message, "");
}

Test(error, context_is_bounded)
{
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(fail_inside(&err), ASSAY_SCHEMA);
    for (int i = 0; i < 2 * ERROR_CONTEXT_LINES; i++) {
        cr_assert_eq(error_context(&err, ASSAY_SCHEMA, "line %d", i), ASSAY_SCHEMA);
    }
    cr_assert_eq(assay_error_context_count(&err), ERROR_CONTEXT_LINES);
    cr_expect_str_eq(assay_error_context(&err, ERROR_CONTEXT_LINES - 1), "line 0");
}

Test(error, text_is_sanitised_and_cut)
{
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(FAIL(&err, ASSAY_SCHEMA, "found \"%s\"", "\x1b[2J\n\xff"), ASSAY_SCHEMA);
    cr_expect_str_eq(err.message, "found \"\\x1b[2J\\x0a\\xff\"");
    cr_assert_eq(error_context(&err, ASSAY_SCHEMA, "a\tb"), ASSAY_SCHEMA);
    cr_expect_str_eq(assay_error_context(&err, 0), "a\\x09b");
    cr_assert_eq(error_remedy(&err, ASSAY_SCHEMA, "a\rb"), ASSAY_SCHEMA);
    cr_expect_str_eq(assay_error_remedy(&err), "a\\x0db");
    char longest[5000];
    memset(longest, 'x', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    cr_assert_eq(FAIL(&err, ASSAY_SCHEMA, "%s", longest), ASSAY_SCHEMA);
    cr_expect_eq(strlen(err.message), ERROR_MESSAGE_BYTES - 1);
    cr_expect_str_eq(err.message + ERROR_MESSAGE_BYTES - 5, "x...");
}

Test(error, public_object)
{
    struct assay_error *error = assay_error_new();
    cr_assert_not_null(error);
    cr_expect_eq(assay_error_status(error), ASSAY_OK);
    cr_expect_str_eq(assay_error_message(error), "");
    cr_expect_eq(assay_error_context_count(error), 0);
    cr_expect_eq(fail_further_out(error), ASSAY_SCHEMA);
    cr_expect_eq(assay_error_context_count(error), 2);
    assay_error_free(error);
}

/* ---- log ---- */

struct lines {
    char last[64];
    size_t count;
};

static void keep_line(void *ctx, enum log_level level UNUSED, const char *line)
{
    struct lines *lines = ctx;
    lines->count++;
    lines->last[0] = '\0';
    strncat(lines->last, line, sizeof(lines->last) - 1);
}

Test(error, log_has_levels_and_is_sanitised)
{
    struct lines lines = { .count = 0 };
    struct assay_log log = { LOG_WARN, keep_line, &lines };
    log_line(&log, LOG_INFO, "not wanted");
    log_line(&log, LOG_DEBUG, "not wanted");
    cr_expect_eq(lines.count, 0);
    log_line(&log, LOG_WARN, "from the server: %s", "a\nb");
    cr_expect_eq(lines.count, 1);
    cr_expect_str_eq(lines.last, "from the server: a\\x0ab");
    log_line(&log, LOG_ERROR, "wanted");
    cr_expect_eq(lines.count, 2);
    log_line(NULL, LOG_ERROR, "to nobody");
    struct assay_log silent = { LOG_DEBUG, NULL, NULL };
    log_line(&silent, LOG_ERROR, "to nobody");
    cr_expect_eq(lines.count, 2);
}

/* ---- env ---- */

Test(error, interruption_is_a_status)
{
    atomic_int signal = ASSAY_OK;
    struct assay_env env = { .interrupted = NULL };
    struct assay_error err = ERROR_INIT;
    cr_expect_eq(env_check_interrupted(&env, &err), ASSAY_OK);
    env.interrupted = &signal;
    cr_expect_eq(env_check_interrupted(&env, &err), ASSAY_OK);
    atomic_store(&signal, ASSAY_INTERRUPTED);
    cr_expect_eq(env_check_interrupted(&env, &err), ASSAY_INTERRUPTED);
    cr_expect_eq(err.status, ASSAY_INTERRUPTED);
    atomic_store(&signal, ASSAY_TERMINATED);
    cr_expect_eq(env_check_interrupted(&env, NULL), ASSAY_TERMINATED);
    atomic_store(&signal, 1);
    cr_expect_eq(env_check_interrupted(&env, NULL), ASSAY_INTERRUPTED, "whatever was set, stop");
}

Test(error, system_clock_runs)
{
    int64_t now_unix_s = 0;
    cr_assert_eq(assay_clock_system.now_unix_s(assay_clock_system.ctx, &now_unix_s, NULL),
                 ASSAY_OK);
    cr_expect_gt(now_unix_s, 0);
    int64_t before = assay_clock_system.monotonic_ms(assay_clock_system.ctx);
    int64_t after = assay_clock_system.monotonic_ms(assay_clock_system.ctx);
    cr_expect_geq(after, before);
    cr_expect_gt(before, 0);
}

/* ---- trace ---- */

Test(error, trace_keeps_checks_in_order)
{
    struct trace trace = { 0 };
    struct trace copy = { 0 };
    for (int i = 0; i < 100; i++) {
        trace_add(&trace, RULE_EXPIRY, i % 2 == 0, "timestamp\n", "number %d\t", i);
    }
    trace_add(NULL, RULE_EXPIRY, true, "nowhere", "nothing");
    cr_assert_eq(trace.count, 100);
    cr_expect_not(trace.lost);
    trace_copy(&copy, &trace);
    trace_copy(NULL, &trace);
    trace_clear(&trace);
    cr_expect_eq(trace.count, 0);
    cr_assert_eq(copy.count, 100);
    cr_expect_eq(copy.checks[7].rule, RULE_EXPIRY);
    cr_expect_not(copy.checks[7].ok);
    cr_expect(copy.checks[8].ok);
    cr_expect_str_eq(copy.checks[7].subject, "timestamp\\x0a");
    cr_expect_str_eq(copy.checks[7].detail, "number 7\\x09");
    trace_clear(&copy);
    trace_clear(&copy);
}

Test(error, trace_says_when_it_lost_something)
{
    struct trace trace = { 0 };
    struct trace copy = { 0 };
    for (size_t i = 0; i < TRACE_MAX_CHECKS; i++) {
        trace_add(&trace, RULE_TARGET, true, "s", "d");
    }
    cr_expect_eq(trace.count, TRACE_MAX_CHECKS);
    cr_expect_not(trace.lost);
    trace_add(&trace, RULE_TARGET, true, "s", "d");
    cr_expect_eq(trace.count, TRACE_MAX_CHECKS);
    cr_expect(trace.lost);
    struct trace lost = { .lost = true };
    trace_copy(&copy, &lost);
    cr_expect(copy.lost, "a copy knows, too");
    trace_clear(&trace);
}

Test(error, rules_have_ids)
{
    for (int i = 0; i < RULE_COUNT; i++) {
        enum rule rule = (enum rule)i;
        cr_expect_neq(rule_id(rule)[0], '\0');
        for (int j = 0; j < i; j++) {
            cr_expect_str_neq(rule_id(rule), rule_id((enum rule)j));
        }
    }
    cr_expect_str_eq(rule_id(RULE_COUNT), "");
}
