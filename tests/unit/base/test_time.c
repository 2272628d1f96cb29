/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 3339 as metadata has it: exact values, the calendar's edges, and all that is refused. */
#include "base/time.h"

#include <criterion/criterion.h>

TestSuite(time, .timeout = 60);

static const struct {
    const char *text;
    int64_t unix_s;
} good[] = {
    { "1970-01-01T00:00:00Z", 0 },
    { "1969-12-31T23:59:59Z", -1 },
    { "2026-11-25T13:18:37Z", 1795612717 },
    { "2026-11-25T13:18:37.999999999Z", 1795612717 },
    { "2026-11-25T13:18:37.1Z", 1795612717 },
    { "2026-11-25T13:18:37+00:00", 1795612717 },
    { "2026-11-25T13:18:37-00:00", 1795612717 },
    { "2026-11-25T15:18:37.5+02:00", 1795612717 },
    { "2026-11-25T07:48:37-05:30", 1795612717 },
    { "2026-11-26T13:17:37+23:59", 1795612717 },
    { "2000-02-29T00:00:00Z", 951782400 },
    { "2024-02-29T23:59:59Z", 1709251199 },
    { "2024-03-01T00:00:00Z", 1709251200 },
    { "2038-01-19T03:14:08Z", 2147483648 },
    { "2100-02-28T23:59:59Z", 4107542399 },
    { "2100-03-01T00:00:00Z", 4107542400 },
    { "0001-01-01T00:00:00Z", -62135596800 },
    { "9999-12-31T23:59:59Z", 253402300799 },
    { "1969-12-31T23:59:59.9Z", -1 },
    { "0001-01-01T23:59:00+23:59", -62135596800 },
    { "9999-12-31T00:00:59-23:59", 253402300799 },
};

static const char *const bad[] = {
    "",
    "Z",
    "2026-11-25",
    "2026-11-25T13:18:37",
    "2026-11-25T13:18Z",
    "2026-11-25 13:18:37Z",
    "2026-11-25t13:18:37Z",
    "2026-11-25T13:18:37z",
    "2026-11-25T13:18:37Z ",
    " 2026-11-25T13:18:37Z",
    "2026-11-25T13:18:37ZZ",
    "2026-11-25T13:18:37+0200",
    "2026-11-25T13:18:37+24:00",
    "2026-11-25T13:18:37+02:60",
    "2026-11-25T13:18:37+2:00",
    "2026-11-25T13:18:37+02:00Z",
    "2026-11-25T13:18:37-+02:00",
    "2026-11-25T13:18:37.Z",
    "2026-11-25T13:18:37,5Z",
    "2026-11-25T13:18:37.1234567890Z",
    "2026-11-25T13:18:60Z",
    "2026-11-25T13:60:00Z",
    "2026-11-25T24:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-01-32T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "-001-01-01T00:00:00Z",
    "+2026-11-25T13:18:37Z",
    "10000-01-01T00:00:00Z",
    "26-11-25T13:18:37Z",
    "2026-1-25T13:18:37Z",
    "2026-11-25T3:18:37Z",
    "2026-11-2\xd9\xa5T13:18:37Z",
    "20261125T131837Z",
    "0001-01-01T23:58:59+23:59",
    "9999-12-31T00:01:00-23:59",
};

Test(time, parses_exactly)
{
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        int64_t unix_s = 0x7777;
        struct assay_error err = ERROR_INIT;
        cr_expect_eq(time_parse(slice_from_string(good[i].text), &unix_s, &err), ASSAY_OK, "%s",
                     good[i].text);
        cr_expect_eq(unix_s, good[i].unix_s, "%s", good[i].text);
    }
}

Test(time, refuses_every_other_form)
{
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t unix_s = 0;
        struct assay_error err = ERROR_INIT;
        cr_expect_eq(time_parse(slice_from_string(bad[i]), &unix_s, &err), ASSAY_TIME_FORMAT, "%s",
                     bad[i]);
        cr_expect_eq(err.status, ASSAY_TIME_FORMAT, "%s", bad[i]);
    }
}

Test(time, parses_what_http_servers_send)
{
    static const char *const wrong[] = {
        "",
        "Thu, 25 Nov 2026 13:18:37 GMT", /* it was a Wednesday */
        "Wed, 25 Nov 2026 13:18:37 CET",
        "Wed, 25 Nov 2026 13:18:37 GM",
        "Wed, 25 Nov 2026 13:18:37 GMT ",
        "Wed, 25 nov 2026 13:18:37 GMT",
        "Wed, 31 Nov 2026 13:18:37 GMT",
        "Wed, 25 Nov 2026 24:18:37 GMT",
        "Wed, 25 Nov 2026 13.18.37 GMT",
        "Wed; 25 Nov 2026 13:18:37 GMT",
        "Wednesday, 25-Nov-26 13:18:37 GMT",
        "Wed Nov 25 13:18:37 2026",
        "2026-11-25T13:18:37Z",
    };
    int64_t unix_s = 0;
    cr_assert_eq(time_parse_http(SLICE_LITERAL("Wed, 25 Nov 2026 13:18:37 GMT"), &unix_s, NULL),
                 ASSAY_OK);
    cr_expect_eq(unix_s, 1795612717);
    unix_s = 0;
    cr_assert_eq(time_parse_http(SLICE_LITERAL("Wed, 25 Nov 2026 13:18:37 UTC"), &unix_s, NULL),
                 ASSAY_OK);
    cr_expect_eq(unix_s, 1795612717);
    cr_assert_eq(time_parse_http(SLICE_LITERAL("Thu, 01 Jan 1970 00:00:00 GMT"), &unix_s, NULL),
                 ASSAY_OK);
    cr_expect_eq(unix_s, 0);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        cr_expect_eq(time_parse_http(slice_from_string(wrong[i]), &unix_s, NULL), ASSAY_TIME_FORMAT,
                     "%s", wrong[i]);
    }
}

Test(time, refuses_a_nul_byte)
{
    int64_t unix_s = 0;
    cr_assert_eq(time_parse(SLICE_LITERAL("2026-11-25T13:18:37Z\0"), &unix_s, NULL),
                 ASSAY_TIME_FORMAT);
    cr_assert_eq(time_parse(SLICE_LITERAL("2026-11-25T13:18:37\0Z"), &unix_s, NULL),
                 ASSAY_TIME_FORMAT);
}

Test(time, formats)
{
    char text[TIME_TEXT_BYTES];
    time_format(1795612717, text);
    cr_expect_str_eq(text, "2026-11-25T13:18:37Z");
    time_format(-1, text);
    cr_expect_str_eq(text, "1969-12-31T23:59:59Z");
    time_format(-62135596800, text);
    cr_expect_str_eq(text, "0001-01-01T00:00:00Z");
    time_format(INT64_MAX, text);
    cr_expect_str_eq(text, "292277026596-12-04T15:30:07Z");
    time_format(INT64_MIN, text);
    cr_expect_str_eq(text, "-292277022657-01-27T08:29:52Z");
}

/* Every day from 1600 to 2400, and so all leap rules, against the day before. */
Test(time, days_follow_one_another)
{
    char text[TIME_TEXT_BYTES];
    int64_t back = 0;
    for (int64_t day = -135140; day < 157000; day++) {
        time_format(day * 86400 + 86399, text);
        if (time_parse(slice_from_string(text), &back, NULL) != ASSAY_OK ||
            back != day * 86400 + 86399) {
            cr_assert_fail("%s", text);
        }
    }
    time_format(-135140LL * 86400, text);
    cr_assert_str_eq(text, "1600-01-01T00:00:00Z");
}
