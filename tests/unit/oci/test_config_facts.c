/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/config_facts.h"

#include "base/buf.h"

#include <criterion/criterion.h>

TestSuite(config_facts, .timeout = 60);

static enum assay_status parse(const char *text, struct oci_config_facts *out,
                               struct assay_error *err)
{
    return oci_config_facts_parse(slice_from_string(text), out, err);
}

Test(config_facts, as_tools_write_it)
{
    struct oci_config_facts facts;
    cr_assert_eq(
        parse("{\"architecture\":\"arm64\",\"os\":\"linux\",\"created\":\"2026-01-02T03:04:05.5Z\","
              "\"config\":{\"User\":\"1000:1000\",\"Env\":[\"PATH=/bin\",\"EMPTY=\",\"BARE\"],"
              "\"ExposedPorts\":{\"80/tcp\":{},\"8000-8010/udp\":null,\"65535\":{}},"
              "\"Labels\":{\"a\":\"b\",\"c\":\"\"},\"Cmd\":[\"x\"]},"
              "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]},"
              "\"history\":[{\"created_by\":\"COPY x\"},{\"empty_layer\":true},"
              "{\"created_by\":null}]}",
              &facts, NULL),
        ASSAY_OK);
    cr_expect_str_eq(facts.user, "1000:1000");
    cr_assert_eq(facts.env_count, 3U);
    cr_expect_str_eq(facts.env[1], "EMPTY=");
    cr_expect_str_eq(facts.env[2], "BARE");
    cr_assert_eq(facts.port_count, 3U);
    cr_expect_str_eq(facts.ports[0].text, "80/tcp");
    cr_expect_eq(facts.ports[0].lowest, 80);
    cr_expect_eq(facts.ports[1].lowest, 8000);
    cr_expect_eq(facts.ports[2].lowest, 65535);
    cr_assert_eq(facts.label_count, 2U);
    cr_expect_str_eq(facts.labels[0].name, "a");
    cr_expect_str_eq(facts.labels[0].value, "b");
    cr_expect(facts.has_created);
    cr_expect_eq(facts.created_unix_s, 1767323045);
    cr_assert_eq(facts.history_count, 3U);
    cr_expect_str_eq(facts.history[0], "COPY x");
    cr_expect_str_eq(facts.history[1], "");
    cr_expect_str_eq(facts.history[2], "");
    oci_config_facts_clear(&facts);
}

Test(config_facts, what_is_absent_or_null_is_not_set)
{
    static const char *const texts[] = {
        "{}",
        "{\"config\":null,\"created\":null,\"history\":null}",
        "{\"config\":{},\"history\":[]}",
        "{\"config\":{\"User\":null,\"Env\":null,\"ExposedPorts\":null,\"Labels\":null}}",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct oci_config_facts facts;
        cr_expect_eq(parse(texts[i], &facts, NULL), ASSAY_OK, "%s", texts[i]);
        cr_expect_str_empty(facts.user, "%s", texts[i]);
        cr_expect(!facts.has_created, "%s", texts[i]);
        cr_expect_eq(facts.env_count + facts.port_count + facts.label_count + facts.history_count,
                     0U, "%s", texts[i]);
        oci_config_facts_clear(&facts);
    }
}

#define RUN(members) "{\"config\":{" members "}}"

Test(config_facts, refused)
{
    static const struct {
        const char *name;
        const char *text;
        enum assay_status status;
    } CASES[] = {
        { "not JSON", "config", ASSAY_JSON_SYNTAX },
        { "no object", "[]", ASSAY_SCHEMA },
        { "config no object", "{\"config\":[]}", ASSAY_SCHEMA },
        { "user a number", RUN("\"User\":0"), ASSAY_SCHEMA },
        { "user twice", RUN("\"User\":\"1\",\"User\":\"0\""), ASSAY_JSON_DUPLICATE },
        { "user in lower case", RUN("\"User\":\"1\",\"user\":\"0\""), ASSAY_AMBIGUOUS },
        { "user in lower case alone", RUN("\"user\":\"0\""), ASSAY_AMBIGUOUS },
        { "config in upper case", "{\"CONFIG\":{}}", ASSAY_AMBIGUOUS },
        { "env an object", RUN("\"Env\":{}"), ASSAY_SCHEMA },
        { "env of numbers", RUN("\"Env\":[1]"), ASSAY_SCHEMA },
        { "env of null", RUN("\"Env\":[null]"), ASSAY_SCHEMA },
        { "ports a list", RUN("\"ExposedPorts\":[\"80/tcp\"]"), ASSAY_SCHEMA },
        { "port no number", RUN("\"ExposedPorts\":{\"http\":{}}"), ASSAY_SCHEMA },
        { "port empty", RUN("\"ExposedPorts\":{\"\":{}}"), ASSAY_SCHEMA },
        { "port too large", RUN("\"ExposedPorts\":{\"65536/tcp\":{}}"), ASSAY_SCHEMA },
        { "port with zeros", RUN("\"ExposedPorts\":{\"080\":{}}"), ASSAY_SCHEMA },
        { "ports backwards", RUN("\"ExposedPorts\":{\"90-80\":{}}"), ASSAY_SCHEMA },
        { "ports open", RUN("\"ExposedPorts\":{\"80-\":{}}"), ASSAY_SCHEMA },
        { "protocol unknown", RUN("\"ExposedPorts\":{\"80/http\":{}}"), ASSAY_SCHEMA },
        { "protocol empty", RUN("\"ExposedPorts\":{\"80/\":{}}"), ASSAY_SCHEMA },
        { "protocol in upper case", RUN("\"ExposedPorts\":{\"80/TCP\":{}}"), ASSAY_OK },
        { "port a text", RUN("\"ExposedPorts\":{\"80\":\"\"}"), ASSAY_SCHEMA },
        { "labels a list", RUN("\"Labels\":[]"), ASSAY_SCHEMA },
        { "label a number", RUN("\"Labels\":{\"a\":1}"), ASSAY_SCHEMA },
        { "label null", RUN("\"Labels\":{\"a\":null}"), ASSAY_SCHEMA },
        { "created a number", "{\"created\":1}", ASSAY_SCHEMA },
        { "created empty", "{\"created\":\"\"}", ASSAY_SCHEMA },
        { "created a day", "{\"created\":\"2026-01-02\"}", ASSAY_SCHEMA },
        { "created nowhere", "{\"created\":\"0001-01-01T00:00:00Z\"}", ASSAY_OK },
        { "history an object", "{\"history\":{}}", ASSAY_SCHEMA },
        { "history of texts", "{\"history\":[\"COPY x\"]}", ASSAY_SCHEMA },
        { "command a list", "{\"history\":[{\"created_by\":[]}]}", ASSAY_SCHEMA },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct oci_config_facts facts;
        struct assay_error err = ERROR_INIT;
        cr_expect_eq(parse(CASES[i].text, &facts, &err), CASES[i].status, "%s: %s", CASES[i].name,
                     err.message);
        cr_expect_eq(err.status, CASES[i].status, "%s", CASES[i].name);
        oci_config_facts_clear(&facts);
    }
}

/* One more than a limit, and as many. */
static enum assay_status parse_many(const char *before, const char *each, const char *after,
                                    size_t count)
{
    AUTO_BUF text = BUF_INIT(LIMIT_CONFIG_BYTES);
    struct oci_config_facts facts;
    cr_assert_eq(buf_append_string(&text, before, NULL), ASSAY_OK);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(buf_append_string(&text, i == 0 ? "" : ",", NULL), ASSAY_OK);
        cr_assert_eq(buf_append_string(&text, each, NULL), ASSAY_OK);
    }
    cr_assert_eq(buf_append_string(&text, after, NULL), ASSAY_OK);
    enum assay_status status = oci_config_facts_parse(buf_slice(&text), &facts, NULL);
    oci_config_facts_clear(&facts);
    return status;
}

Test(config_facts, limits)
{
    cr_expect_eq(parse_many("{\"config\":{\"Env\":[", "\"a=b\"", "]}}", LIMIT_CONFIG_ENV),
                 ASSAY_OK);
    cr_expect_neq(parse_many("{\"config\":{\"Env\":[", "\"a=b\"", "]}}", LIMIT_CONFIG_ENV + 1),
                  ASSAY_OK);
    cr_expect_eq(parse_many("{\"history\":[", "{}", "]}", LIMIT_CONFIG_HISTORY), ASSAY_OK);
    cr_expect_neq(parse_many("{\"history\":[", "{}", "]}", LIMIT_CONFIG_HISTORY + 1), ASSAY_OK);
}
