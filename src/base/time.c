/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY_S           86400
#define DAYS_OF_4_YEARS 1461
#define DAYS_OF_400     146097
/* Days from 0000-03-01, where the arithmetic starts its years, to 1970-01-01. */
#define DAYS_TO_EPOCH 719468

/* The proleptic Gregorian calendar, in years that begin in March: a leap day is then the last. */
static int64_t days_from_civil(int64_t year, int64_t month, int64_t day)
{
    int64_t march_year = month > 2 ? year : year - 1; /* never negative: year is at least 1 */
    int64_t march_month = (month + 9) % 12;
    int64_t day_of_year = (153 * march_month + 2) / 5 + day - 1;
    return march_year * 365 + march_year / 4 - march_year / 100 + march_year / 400 + day_of_year -
           DAYS_TO_EPOCH;
}

static int64_t days_in_month(int64_t year, int64_t month)
{
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month == 2) {
        return leap ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* Takes exactly count digits off the text; the value lies in min..max. */
static bool take_number(struct slice *text, size_t count, int64_t min, int64_t max, int64_t *out)
{
    int64_t value = 0;
    if (text->len < count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        uint8_t byte = text->ptr[i];
        if (byte < '0' || byte > '9') {
            return false;
        }
        value = value * 10 + (byte - '0');
    }
    *text = slice_from(*text, count);
    *out = value;
    return value >= min && value <= max;
}

static bool take_char(struct slice *text, char expected)
{
    if (text->len == 0 || text->ptr[0] != (uint8_t)expected) {
        return false;
    }
    *text = slice_from(*text, 1);
    return true;
}

static bool take_date(struct slice *text, int64_t *days)
{
    int64_t year = 0;
    int64_t month = 0;
    int64_t day = 0;
    if (!take_number(text, 4, 1, 9999, &year) || !take_char(text, '-') ||
        !take_number(text, 2, 1, 12, &month) || !take_char(text, '-') ||
        !take_number(text, 2, 1, days_in_month(year, month), &day)) {
        return false;
    }
    *days = days_from_civil(year, month, day);
    return true;
}

static bool take_clock(struct slice *text, int64_t *seconds)
{
    int64_t hour = 0;
    int64_t minute = 0;
    int64_t second = 0;
    if (!take_number(text, 2, 0, 23, &hour) || !take_char(text, ':') ||
        !take_number(text, 2, 0, 59, &minute) || !take_char(text, ':') ||
        !take_number(text, 2, 0, 59, &second)) {
        return false;
    }
    *seconds = hour * 3600 + minute * 60 + second;
    if (!take_char(text, '.')) {
        return true;
    }
    size_t digits = 0;
    while (digits < text->len && text->ptr[digits] >= '0' && text->ptr[digits] <= '9') {
        digits++;
    }
    *text = slice_from(*text, digits);
    return digits >= 1 && digits <= 9;
}

static bool take_offset(struct slice *text, int64_t *seconds)
{
    int64_t hour = 0;
    int64_t minute = 0;
    *seconds = 0;
    if (take_char(text, 'Z')) {
        return true;
    }
    int64_t sign = take_char(text, '-') ? -1 : 1;
    if ((sign > 0 && !take_char(text, '+')) || !take_number(text, 2, 0, 23, &hour) ||
        !take_char(text, ':') || !take_number(text, 2, 0, 59, &minute)) {
        return false;
    }
    *seconds = sign * (hour * 3600 + minute * 60);
    return true;
}

/* An offset must not lead out of the years that can be written, and read, again. */
static bool is_of_four_digits(int64_t unix_s)
{
    return unix_s >= TIME_MIN_UNIX_S && unix_s <= TIME_MAX_UNIX_S;
}

enum assay_status time_parse(struct slice text, int64_t *out_unix_s, struct assay_error *err)
{
    struct slice rest = text;
    int64_t days = 0;
    int64_t seconds = 0;
    int64_t offset_s = 0;
    if (!take_date(&rest, &days) || !take_char(&rest, 'T') || !take_clock(&rest, &seconds) ||
        !take_offset(&rest, &offset_s) || rest.len != 0 ||
        !is_of_four_digits(days * DAY_S + seconds - offset_s)) {
        return FAIL(err, ASSAY_TIME_FORMAT,
                    "expected a time as 2026-01-31T12:00:00Z, found \"%.*s\"", SLICE_ARGS(text));
    }
    *out_unix_s = days * DAY_S + seconds - offset_s;
    return ASSAY_OK;
}

/* The place of three letters among names that stand without gaps; count when none is it. */
static int64_t find_name(struct slice text, const char *names, int64_t count)
{
    int64_t place = 0;
    while (place < count && !slice_equal(slice_first(text, 3), slice_of(names + 3 * place, 3))) {
        place++;
    }
    return place;
}

enum assay_status time_parse_http(struct slice text, int64_t *out_unix_s, struct assay_error *err)
{
    struct slice rest = slice_from(text, 5);
    int64_t weekday = find_name(text, "ThuFriSatSunMonTueWed", 7); /* the epoch was a Thursday */
    int64_t month = find_name(slice_from(text, 8), "JanFebMarAprMayJunJulAugSepOctNovDec", 12);
    int64_t day = 0;
    int64_t year = 0;
    int64_t seconds = 0;
    bool good = text.len == 29 && text.ptr[3] == ',' && text.ptr[4] == ' ' && month < 12 &&
                take_number(&rest, 2, 1, 31, &day) && take_char(&rest, ' ');
    rest = slice_from(text, 11);
    good = good && take_char(&rest, ' ') && take_number(&rest, 4, 1970, 9999, &year) &&
           take_char(&rest, ' ') &&
           (slice_is(slice_from(text, 25), " GMT") || slice_is(slice_from(text, 25), " UTC")) &&
           day <= days_in_month(year, month + 1);
    rest = slice_first(rest, 8);
    good = good && take_clock(&rest, &seconds) && rest.len == 0;
    int64_t days = good ? days_from_civil(year, month + 1, day) : 0;
    if (!good || days % 7 != weekday) {
        return FAIL(err, ASSAY_TIME_FORMAT,
                    "expected a time as Wed, 25 Nov 2026 13:18:37 GMT, found \"%.*s\"",
                    SLICE_ARGS(text));
    }
    *out_unix_s = days * DAY_S + seconds;
    return ASSAY_OK;
}

void time_format(int64_t unix_s, char out[TIME_TEXT_BYTES])
{
    int64_t days = unix_s / DAY_S;
    int64_t second = unix_s % DAY_S;
    if (second < 0) {
        second += DAY_S;
        days--;
    }
    days += DAYS_TO_EPOCH;
    int64_t era = (days >= 0 ? days : days - (DAYS_OF_400 - 1)) / DAYS_OF_400;
    int64_t day_of_era = days - era * DAYS_OF_400;
    int64_t year_of_era = (day_of_era - day_of_era / (DAYS_OF_4_YEARS - 1) + day_of_era / 36524 -
                           day_of_era / (DAYS_OF_400 - 1)) /
                          365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;
    int64_t day = day_of_year - (153 * march_month + 2) / 5 + 1;
    int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
    int64_t year = era * 400 + year_of_era + (month <= 2);
    int written =
        snprintf(out, TIME_TEXT_BYTES, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02dZ", year, (int)month,
                 (int)day, (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
    if (written < 0 || written >= TIME_TEXT_BYTES) {
        out[0] = '\0'; /* cannot be */
    }
}
