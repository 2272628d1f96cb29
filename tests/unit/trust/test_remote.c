/* SPDX-License-Identifier: Apache-2.0 */
/* Where metadata comes from: directories in three layouts, and what a server's answers mean. */
#include "trust/remote.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define GUN "reg.test/acme/app"

/* ---- directories ---- */

static char made[] = "/tmp/assay-remote-XXXXXX";

static char *make_directory(void)
{
    cr_assert_not_null(mkdtemp(made));
    return made;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    return remove(path);
}

/* Each test has a process of its own, and made at most one. */
static void remove_directory(void)
{
    if (strstr(made, "XXXXXX") == NULL) {
        cr_expect_eq(nftw(made, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
    }
}

TestSuite(remote, .timeout = 60, .fini = remove_directory);

static void make_parents(char *path)
{
    for (char *at = path + 1; *at != '\0'; at++) {
        if (*at == '/') {
            *at = '\0';
            (void)mkdir(path, 0700);
            *at = '/';
        }
    }
}

static void write_file(const char *directory, const char *name, const char *text)
{
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    make_parents(path);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
}

static void expect_file(struct tuf_remote *remote, const char *name, enum tuf_file_outcome outcome,
                        const char *text)
{
    struct assay_error err = ERROR_INIT;
    struct tuf_file file = { .max_bytes = 16, .bytes = BUF_INIT(16) };
    (void)snprintf(file.name, sizeof(file.name), "%s", name);
    cr_assert_eq(remote->get(remote, &file, 1, &err), ASSAY_OK);
    cr_expect_eq(file.outcome, outcome, "%s: outcome %d", name, (int)file.outcome);
    cr_expect_str_eq(buf_text(&file.bytes), text, "%s", name);
    tuf_file_clear(&file);
}

static struct tuf_remote *open_directory(const char *path)
{
    struct tuf_remote *remote = NULL;
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(remote_directory_new(path, GUN, &remote, &err), ASSAY_OK, "%s", err.message);
    return remote;
}

Test(remote, docker_layout_comes_first)
{
    const char *directory = make_directory();
    write_file(directory, "tuf/" GUN "/metadata/root.json", "docker");
    write_file(directory, "tuf/" GUN "/metadata/targets/releases.json", "releases");
    write_file(directory, "root.json", "bare");
    struct tuf_remote *remote = open_directory(directory);
    expect_file(remote, "root", TUF_FILE_FOUND, "docker");
    expect_file(remote, "targets/releases", TUF_FILE_FOUND, "releases");
    expect_file(remote, "2.root", TUF_FILE_ABSENT, "");
    remote->free(remote);
}

Test(remote, served_layout)
{
    const char *directory = make_directory();
    write_file(directory, "v2/" GUN "/_trust/tuf/2.root.json", "second");
    struct tuf_remote *remote = open_directory(directory);
    expect_file(remote, "2.root", TUF_FILE_FOUND, "second");
    remote->free(remote);
}

Test(remote, bare_files_links_and_size)
{
    const char *directory = make_directory();
    char path[512];
    write_file(directory, "timestamp.json", "bare");
    write_file(directory, "snapshot.json", "seventeen bytes!!");
    (void)snprintf(path, sizeof(path), "%s/targets.json", directory);
    cr_assert_eq(symlink("timestamp.json", path), 0);
    struct tuf_remote *remote = open_directory(directory);
    expect_file(remote, "timestamp", TUF_FILE_FOUND, "bare");
    expect_file(remote, "snapshot", TUF_FILE_FAILED, "");
    expect_file(remote, "targets", TUF_FILE_FAILED, "");
    remote->free(remote);
}

Test(remote, a_directory_that_is_not_there)
{
    struct tuf_remote *remote = NULL;
    struct assay_error err = ERROR_INIT;
    cr_expect_eq(remote_directory_new("/nonexistent/trust", GUN, &remote, &err), ASSAY_FILE_IO);
    cr_expect_null(remote);
}

/* ---- listing ---- */

static enum assay_status note_name(void *ctx, const char *name, struct assay_error *err)
{
    TRY(buf_append_string(ctx, name, err));
    return buf_append_string(ctx, " ", err);
}

static enum assay_status stop_at_name(void *ctx, const char *name, struct assay_error *err)
{
    (void)ctx;
    return FAIL(err, ASSAY_INTERRUPTED, "stopped at %s", name);
}

Test(remote, a_directory_lists_its_role_files_in_order)
{
    static const char *const there[] = {
        "root.json",          "2.root.json",
        "10.root.json",       "targets/releases.json",
        "targets/a/b.json",   "3.targets/releases.json",
        "targets.json",       "note.txt",
        "other/targets.json", "targets/.hidden.json",
    };
    const char *directory = make_directory();
    char path[512];
    for (size_t i = 0; i < ARRAY_LEN(there); i++) {
        write_file(directory, there[i], "bare");
    }
    (void)snprintf(path, sizeof(path), "%s/snapshot.json", directory);
    cr_assert_eq(symlink("root.json", path), 0);
    (void)snprintf(path, sizeof(path), "%s/9.targets", directory);
    cr_assert_eq(symlink("targets", path), 0);
    AUTO_BUF names = BUF_INIT(LIMIT_ROOT_BYTES);
    struct assay_error err = ERROR_INIT;
    struct tuf_remote *remote = open_directory(directory);
    for (unsigned twice = 0; twice < 2; twice++) {
        buf_reset(&names);
        cr_assert_eq(remote->list(remote, note_name, &names, &err), ASSAY_OK, "%s", err.message);
        cr_expect_str_eq(buf_text(&names), "10.root 2.root 3.targets/releases root targets "
                                           "targets/a/b targets/releases ");
    }
    cr_expect_eq(remote->list(remote, stop_at_name, NULL, &err), ASSAY_INTERRUPTED);
    cr_expect_null(remote->changefeed);
    remote->free(remote);
}

Test(remote, a_name_too_long_for_a_role_is_passed_over)
{
    const char *directory = make_directory();
    AUTO_BUF deep = BUF_INIT(LIMIT_URL_BYTES);
    cr_assert_eq(buf_append_string(&deep, "targets", NULL), ASSAY_OK);
    for (unsigned i = 0; i < 8; i++) {
        cr_assert_eq(buf_printf(&deep, NULL, "/%050u", i), ASSAY_OK);
    }
    cr_assert_eq(buf_append_string(&deep, ".json", NULL), ASSAY_OK);
    write_file(directory, buf_text(&deep), "deep");
    write_file(directory, "root.json", "bare");
    AUTO_BUF names = BUF_INIT(LIMIT_ROOT_BYTES);
    struct assay_error err = ERROR_INIT;
    struct tuf_remote *remote = open_directory(directory);
    cr_assert_eq(remote->list(remote, note_name, &names, &err), ASSAY_OK, "%s", err.message);
    cr_expect_str_eq(buf_text(&names), "root ");
    remote->free(remote);
}

/* ---- a server ---- */

struct answer {
    const char *what;
    int http_status;
    const char *body;
    enum tuf_file_outcome outcome;
};

struct fake {
    struct net_fetcher fetcher;
    const struct answer *answer;
    char url[512];
};

static enum assay_status fake_fetch(struct net_fetcher *fetcher, const struct net_request *requests,
                                    struct net_response *responses, size_t count,
                                    struct assay_error *err)
{
    struct fake *fake = (struct fake *)fetcher;
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(fake->url, sizeof(fake->url), "%s", requests[i].url);
        responses[i] = (struct net_response){ .http_status = fake->answer->http_status,
                                              .body = BUF_INIT(LIMIT_ROOT_BYTES),
                                              .retry_after_ms = -1 };
        TRY(buf_append_string(&responses[i].body, fake->answer->body, err));
    }
    return ASSAY_OK;
}

static void fake_free(struct net_fetcher *fetcher)
{
    (void)fetcher;
}

static const struct net_fetcher_ops fake_ops = { .fetch = fake_fetch, .free = fake_free };

static void expect_answer(const struct answer *row)
{
    struct fake fake = { .fetcher = { .ops = &fake_ops }, .answer = row };
    struct assay_env env = { .clock = &assay_clock_system, .fetcher = &fake.fetcher };
    struct net_session_options options = { 0 };
    struct remote_companions none = { 0 };
    struct net_session *net = NULL;
    struct tuf_remote *remote = NULL;
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(net_session_new(&options, &env, &net, &err), ASSAY_OK);
    cr_assert_eq(remote_server_new("https://trust.test:4443/sub", GUN, net, &none, &remote, &err),
                 ASSAY_OK);
    struct tuf_file file = { .max_bytes = LIMIT_ROOT_BYTES, .bytes = BUF_INIT(LIMIT_ROOT_BYTES) };
    (void)snprintf(file.name, sizeof(file.name), "root");
    cr_assert_eq(remote->get(remote, &file, 1, &err), ASSAY_OK);
    cr_expect_eq(file.outcome, row->outcome, "%s", row->what);
    cr_expect_str_eq(fake.url, "https://trust.test:4443/sub/v2/" GUN "/_trust/tuf/root.json");
    tuf_file_clear(&file);
    remote->free(remote);
    net_session_free(net);
}

Test(remote, only_notary_can_say_never_signed)
{
    static const struct answer rows[] = {
        { "found", 200, "{}", TUF_FILE_FOUND },
        { "notary's words", 404,
          "{\"errors\":[{\"code\":\"METADATA_NOT_FOUND\",\"message\":\"m\",\"detail\":null}]}",
          TUF_FILE_NEVER_SIGNED },
        { "another code", 404, "{\"errors\":[{\"code\":\"GENERIC_NOT_FOUND\"}]}", TUF_FILE_ABSENT },
        { "two errors", 404,
          "{\"errors\":[{\"code\":\"METADATA_NOT_FOUND\"},{\"code\":\"METADATA_NOT_FOUND\"}]}",
          TUF_FILE_ABSENT },
        { "no JSON", 404, "METADATA_NOT_FOUND", TUF_FILE_ABSENT },
        { "empty", 404, "", TUF_FILE_ABSENT },
        { "the words in a message", 404,
          "{\"errors\":[{\"code\":\"X\",\"message\":\"METADATA_NOT_FOUND\"}]}", TUF_FILE_ABSENT },
        { "a server's failure", 500, "{}", TUF_FILE_FAILED },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        expect_answer(&rows[i]);
    }
}

struct feed_row {
    const char *behind;
    int http_status;
    enum assay_status status;
    const char *url; /* behind "changefeed"; NULL: nothing was asked */
};

static void expect_feed(const struct feed_row *row)
{
    const struct answer answer = { .http_status = row->http_status, .body = "{}" };
    struct fake fake = { .fetcher = { .ops = &fake_ops }, .answer = &answer };
    struct assay_env env = { .clock = &assay_clock_system, .fetcher = &fake.fetcher };
    struct net_session_options options = { 0 };
    struct remote_companions none = { 0 };
    struct net_session *net = NULL;
    struct tuf_remote *remote = NULL;
    struct assay_error err = ERROR_INIT;
    AUTO_BUF page = BUF_INIT(LIMIT_AUDIT_FEED_BYTES);
    char url[256] = "";
    cr_assert_eq(net_session_new(&options, &env, &net, &err), ASSAY_OK);
    cr_assert_eq(remote_server_new("https://trust.test", GUN, net, &none, &remote, &err), ASSAY_OK);
    cr_expect_null(remote->list);
    cr_expect_eq(remote->changefeed(remote, row->behind, &page, &err), row->status, "%s: %s",
                 row->behind, err.message);
    cr_expect_str_eq(buf_text(&page), row->status == ASSAY_OK ? "{}" : "", "%s", row->behind);
    if (row->url != NULL) {
        (void)snprintf(url, sizeof(url), "https://trust.test/v2/" GUN "/_trust/changefeed%s",
                       row->url);
    }
    cr_expect_str_eq(fake.url, url);
    remote->free(remote);
    net_session_free(net);
}

Test(remote, a_changefeed_is_asked_for_page_by_page)
{
    static const struct feed_row rows[] = {
        { "", 200, ASSAY_OK, "?records=1000&change_id=" },
        { "12", 200, ASSAY_OK, "?records=1000&change_id=12" },
        { "", 404, ASSAY_NOT_FOUND, "?records=1000&change_id=" },
        { "", 500, ASSAY_SERVER_ERROR, "?records=1000&change_id=" },
        { "1&gun=x", 200, ASSAY_SCHEMA, NULL },
        { "1/..", 200, ASSAY_SCHEMA, NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        expect_feed(&rows[i]);
    }
}

Test(remote, a_trust_server_is_never_plain)
{
    struct remote_companions none = { 0 };
    struct tuf_remote *remote = NULL;
    struct assay_error err = ERROR_INIT;
    cr_expect_eq(remote_server_new("http://trust.test", GUN, NULL, &none, &remote, &err),
                 ASSAY_CONFIG);
    cr_expect_eq(remote_server_new("trust.test", GUN, NULL, &none, &remote, &err), ASSAY_CONFIG);
    cr_expect_null(remote);
}
