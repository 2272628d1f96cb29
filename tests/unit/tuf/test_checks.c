/* SPDX-License-Identifier: Apache-2.0 */
/* Each case changes one thing in one file of a good repository, signs and hashes everything anew,
 * and names the one status that must come of it. */
#include "support.h"

#include <criterion/criterion.h>

TestSuite(tuf_checks, .timeout = 60);

struct row {
    const char *name;
    struct edit edit;
    enum assay_status status;
};

static enum assay_status outcome(struct arena *arena, const struct keys *keys,
                                 const struct edit *edits, size_t count, struct assay_error *err)
{
    struct repo repo;
    make_repo(arena, keys, edits, count, &repo);
    struct tuf_trusted *machine = new_machine(NULL, NULL);
    enum assay_status status = feed(machine, &repo, NULL, err);
    tuf_trusted_free(machine);
    return status;
}

static void run_rows(const struct row *rows, size_t count)
{
    AUTO_ARENA arena = ARENA_INIT(64 * MIB);
    struct keys keys;
    make_keys(&arena, &keys);
    cr_assert_eq(outcome(&arena, &keys, NULL, 0, NULL), ASSAY_OK, "the good repository");
    for (size_t i = 0; i < count; i++) {
        struct assay_error err = ERROR_INIT;
        enum assay_status status = outcome(&arena, &keys, &rows[i].edit, 1, &err);
        cr_expect_eq(status, rows[i].status, "%s: expected %s, found %s: %s", rows[i].name,
                     assay_status_id(rows[i].status), assay_status_id(status), err.message);
        cr_expect_eq(err.status, status, "%s: the error agrees", rows[i].name);
    }
    drop_keys(&keys);
}

#define ROOT      FILE_ROOT
#define TIMESTAMP FILE_TIMESTAMP
#define SNAPSHOT  FILE_SNAPSHOT
#define TARGETS   FILE_TARGETS
#define RELEASES  FILE_RELEASES

Test(tuf_checks, root_form)
{
    static const struct row rows[] = {
        { "type of another role", { ROOT, "\"Root\"", "\"Targets\"", false }, ASSAY_TYPE },
        { "type in lower case", { ROOT, "\"Root\"", "\"root\"", false }, ASSAY_TYPE },
        { "no type", { ROOT, "\"_type\":\"Root\",", "", false }, ASSAY_TYPE },
        { "type is no string", { ROOT, "\"Root\"", "1", false }, ASSAY_SCHEMA },
        { "version 0", { ROOT, "\"version\":3", "\"version\":0", false }, ASSAY_VERSION },
        { "version -1", { ROOT, "\"version\":3", "\"version\":-1", false }, ASSAY_JSON_NUMBER },
        { "version 2^53-1",
          { ROOT, "\"version\":3", "\"version\":9007199254740991", false },
          ASSAY_OK },
        { "version 2^53",
          { ROOT, "\"version\":3", "\"version\":9007199254740992", false },
          ASSAY_JSON_NUMBER },
        { "version 3.0", { ROOT, "\"version\":3", "\"version\":3.0", false }, ASSAY_JSON_NUMBER },
        { "version is text", { ROOT, "\"version\":3", "\"version\":\"3\"", false }, ASSAY_SCHEMA },
        { "version null", { ROOT, "\"version\":3", "\"version\":null", false }, ASSAY_SCHEMA },
        { "no version", { ROOT, ",\"version\":3", "", false }, ASSAY_SCHEMA },
        { "version in capitals",
          { ROOT, "\"_type\"", "\"VERSION\":3,\"_type\"", false },
          ASSAY_SCHEMA },
        { "version with long s",
          { ROOT, ",\"version\":3", ",\"ver\xC5\xBFion\":3,\"version\":3", false },
          ASSAY_SCHEMA },
        { "unknown member",
          { ROOT, "\"_type\"", "\"AAA\":{\"Version\":1},\"_type\"", false },
          ASSAY_OK },
        { "no time", { ROOT, "\"2036-01-01T00:00:00Z\"", "\"\"", false }, ASSAY_TIME_FORMAT },
        { "time without zone", { ROOT, "00:00Z\"", "00:00\"", false }, ASSAY_TIME_FORMAT },
        { "time is a number", { ROOT, "\"2036-01-01T00:00:00Z\"", "5", false }, ASSAY_SCHEMA },
        { "expired", { ROOT, "2036-", "2020-", false }, ASSAY_EXPIRED },
        { "consistent_snapshot is no bool", { ROOT, ":false", ":0", false }, ASSAY_SCHEMA },
        { "no keys", { ROOT, "\"keys\":{", "\"kayz\":{", false }, ASSAY_SCHEMA },
        { "keys null",
          { ROOT, "\"consistent_snapshot\":false,", "\"Keys\":null,", false },
          ASSAY_SCHEMA },
        { "roles null",
          { ROOT, "\"roles\":{", "\"roles\":null,\"rolfs\":{", false },
          ASSAY_SCHEMA },
        { "role missing", { ROOT, "\"timestamp\":{", "\"timestamq\":{", false }, ASSAY_SCHEMA },
        { "role in capitals", { ROOT, "\"root\":{", "\"Root\":{", false }, ASSAY_SCHEMA },
        { "extra role",
          { ROOT, "\"roles\":{", "\"roles\":{\"mirror\":{\"keyids\":7},", false },
          ASSAY_OK },
        { "role null",
          { ROOT, "\"roles\":{\"root\":{", "\"roles\":{\"root\":null,\"rooz\":{", false },
          ASSAY_SCHEMA },
    };
    run_rows(rows, ARRAY_LEN(rows));
}

Test(tuf_checks, root_keys_and_thresholds)
{
    static const struct row rows[] = {
        { "id without key",
          { ROOT, "\"keyids\":[\"@timestamp\"]", "\"keyids\":[\"ab\"]", false },
          ASSAY_SCHEMA },
        { "id twice",
          { ROOT, "\"keyids\":[\"@timestamp\"]", "\"keyids\":[\"@timestamp\",\"@timestamp\"]",
            false },
          ASSAY_SCHEMA },
        { "ids null",
          { ROOT, "\"keyids\":[\"@timestamp\"]", "\"keyids\":null", false },
          ASSAY_THRESHOLD_CONFIG },
        { "ids absent", { ROOT, "\"keyids\":[\"@timestamp\"],", "", false }, ASSAY_SCHEMA },
        { "ids is text",
          { ROOT, "\"keyids\":[\"@timestamp\"]", "\"keyids\":\"@timestamp\"", false },
          ASSAY_SCHEMA },
        { "id is a number",
          { ROOT, "\"keyids\":[\"@timestamp\"]", "\"keyids\":[1]", false },
          ASSAY_SCHEMA },
        { "threshold 0",
          { ROOT, "[\"@timestamp\"],\"threshold\":1", "[\"@timestamp\"],\"threshold\":0", false },
          ASSAY_THRESHOLD_CONFIG },
        { "threshold -1",
          { ROOT, "[\"@timestamp\"],\"threshold\":1", "[\"@timestamp\"],\"threshold\":-1", false },
          ASSAY_JSON_NUMBER },
        { "threshold 1.5",
          { ROOT, "[\"@timestamp\"],\"threshold\":1", "[\"@timestamp\"],\"threshold\":1.5", false },
          ASSAY_JSON_NUMBER },
        { "threshold is text",
          { ROOT, "[\"@timestamp\"],\"threshold\":1", "[\"@timestamp\"],\"threshold\":\"1\"",
            false },
          ASSAY_SCHEMA },
        { "threshold true",
          { ROOT, "[\"@timestamp\"],\"threshold\":1", "[\"@timestamp\"],\"threshold\":true",
            false },
          ASSAY_SCHEMA },
        { "no threshold",
          { ROOT, "[\"@timestamp\"],\"threshold\":1", "[\"@timestamp\"]", false },
          ASSAY_SCHEMA },
        { "threshold 2 of 1",
          { ROOT, "[\"@timestamp\"],\"threshold\":1", "[\"@timestamp\"],\"threshold\":2", false },
          ASSAY_THRESHOLD_CONFIG },
        { "threshold 2^31",
          { ROOT, "[\"@timestamp\"],\"threshold\":1", "[\"@timestamp\"],\"threshold\":2147483648",
            false },
          ASSAY_THRESHOLD_CONFIG },
        { "threshold 2, one signed",
          { ROOT, "[\"@timestamp\"],\"threshold\":1", "[\"@timestamp\",\"@other\"],\"threshold\":2",
            false },
          ASSAY_THRESHOLD },
        { "threshold 1 of 2",
          { ROOT, "[\"@timestamp\"],\"threshold\":1", "[\"@other\",\"@timestamp\"],\"threshold\":1",
            false },
          ASSAY_OK },
        { "the other role's key signed",
          { ROOT, "\"timestamp\":{\"keyids\":[\"@timestamp\"]",
            "\"timestamp\":{\"keyids\":[\"@snapshot\"]", false },
          ASSAY_THRESHOLD },
        { "root key is bare",
          { ROOT, "\"root\":{\"keyids\":[\"@root\"]", "\"root\":{\"keyids\":[\"@root\",\"@other\"]",
            false },
          ASSAY_CERTIFICATE },
        { "key under another id",
          { ROOT, "@timestamp", "0000000000000000000000000000000000000000000000000000000000000000",
            false },
          ASSAY_KEY_ID },
        { "private is not null",
          { ROOT, "\"keytype\":\"ed25519\",\"keyval\":{\"private\":null",
            "\"keytype\":\"ed25519\",\"keyval\":{\"private\":\"\"", false },
          ASSAY_SCHEMA },
        { "no private",
          { ROOT, "\"keytype\":\"ed25519\",\"keyval\":{\"private\":null,",
            "\"keytype\":\"ed25519\",\"keyval\":{", false },
          ASSAY_KEY_ID },
        { "public is no string",
          { ROOT, "\"keytype\":\"ed25519\",\"keyval\":{\"private\":null,\"public\":",
            "\"keytype\":\"ed25519\",\"keyval\":{\"private\":null,\"public\":1,\"publid\":",
            false },
          ASSAY_SCHEMA },
        { "keyval is text",
          { ROOT, "\"keytype\":\"ed25519\",\"keyval\":",
            "\"keytype\":\"ed25519\",\"keyval\":\"x\",\"keyvam\":", false },
          ASSAY_SCHEMA },
        { "keyval in capitals",
          { ROOT, "\"keytype\":\"ed25519\",\"keyval\":",
            "\"Keyval\":1,\"keytype\":\"ed25519\",\"keyval\":", false },
          ASSAY_SCHEMA },
        { "another type than the material",
          { ROOT, "\"keytype\":\"ed25519\"", "\"keytype\":\"ecdsa\"", false },
          ASSAY_KEY_ID },
        { "unknown type that a role names",
          { ROOT, "\"keytype\":\"ed25519\"", "\"keytype\":\"foo\"", false },
          ASSAY_THRESHOLD },
        { "unknown type that no role names",
          { ROOT, "\"keys\":{",
            "\"keys\":{\"0\":{\"keytype\":\"foo\",\"keyval\":{\"private\":null,\"public\":\"\"}},",
            false },
          ASSAY_OK },
        { "key null", { ROOT, "\"keys\":{", "\"keys\":{\"0\":null,", false }, ASSAY_SCHEMA },
    };
    run_rows(rows, ARRAY_LEN(rows));
}

Test(tuf_checks, timestamp)
{
    static const struct row rows[] = {
        { "type of the snapshot",
          { TIMESTAMP, "\"Timestamp\"", "\"Snapshot\"", false },
          ASSAY_TYPE },
        { "version 0", { TIMESTAMP, "\"version\":7", "\"version\":0", false }, ASSAY_VERSION },
        { "snapshot not named",
          { TIMESTAMP, "\"snapshot\"", "\"snapshoz\"", false },
          ASSAY_SCHEMA },
        { "no meta", { TIMESTAMP, "\"meta\"", "\"mete\"", false }, ASSAY_SCHEMA },
        { "meta null", { TIMESTAMP, "\"meta\":", "\"meta\":null,\"metb\":", false }, ASSAY_SCHEMA },
        { "more is named",
          { TIMESTAMP, "\"meta\":{",
            "\"meta\":{\"abc\":{\"hashes\":{\"sha256\":"
            "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"},\"length\":1},",
            false },
          ASSAY_OK },
        { "expires now",
          { TIMESTAMP, "2026-12-01T00:00:00Z", "2026-11-18T11:06:40Z", false },
          ASSAY_EXPIRED },
        { "expires a second later",
          { TIMESTAMP, "2026-12-01T00:00:00Z", "2026-11-18T11:06:41Z", false },
          ASSAY_OK },
        { "a fraction is cut",
          { TIMESTAMP, "2026-12-01T00:00:00Z", "2026-11-18T11:06:40.9Z", false },
          ASSAY_EXPIRED },
        { "no signature",
          { TIMESTAMP, "\"sig\":\"", "\"sig\":\"\",\"sih\":\"", true },
          ASSAY_THRESHOLD },
        { "another id signs", { TIMESTAMP, "@timestamp", "@other", true }, ASSAY_THRESHOLD },
        { "id in capitals", { TIMESTAMP, "\"keyid\":\"", "\"keyid\":\"A", true }, ASSAY_THRESHOLD },
        { "unknown method", { TIMESTAMP, "\"eddsa\"", "\"foo\"", true }, ASSAY_THRESHOLD },
        { "method of another key type",
          { TIMESTAMP, "\"eddsa\"", "\"ecdsa\"", true },
          ASSAY_THRESHOLD },
        { "method in capitals", { TIMESTAMP, "\"eddsa\"", "\"EdDSA\"", true }, ASSAY_OK },
        { "changed after signing",
          { TIMESTAMP, "\"version\":7", "\"version\":8", true },
          ASSAY_THRESHOLD },
        { "another form of the same",
          { TIMESTAMP, "{\"signed\":{", "{ \"signed\" : {\n", true },
          ASSAY_OK },
        { "no signatures",
          { TIMESTAMP, "\"signatures\":[", "\"signatures\":[],\"x\":[", true },
          ASSAY_SCHEMA },
        { "unknown signer beside",
          { TIMESTAMP, "\"signatures\":[",
            "\"signatures\":[{\"keyid\":\"@other\",\"method\":\"ecdsa\",\"sig\":\"AAAA\"},", true },
          ASSAY_OK },
    };
    run_rows(rows, ARRAY_LEN(rows));
}

Test(tuf_checks, snapshot)
{
    static const struct row rows[] = {
        { "type of the timestamp",
          { SNAPSHOT, "\"Snapshot\"", "\"Timestamp\"", false },
          ASSAY_TYPE },
        { "expired", { SNAPSHOT, "2029-", "2009-", false }, ASSAY_EXPIRED },
        { "root not named", { SNAPSHOT, "\"root\"", "\"rooz\"", false }, ASSAY_ROLE_MISSING },
        { "targets not named",
          { SNAPSHOT, "\"targets\":{", "\"targett\":{", false },
          ASSAY_ROLE_MISSING },
        { "another root",
          { SNAPSHOT, "\"root\":{\"hashes\":{\"sha256\":\"",
            "\"root\":{\"hashes\":{\"sha256\":"
            "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"sha257\":\"",
            false },
          ASSAY_HASH_MISMATCH },
        { "short hash",
          { SNAPSHOT, "\"sha256\":\"", "\"sha256\":\"AAAA\",\"sha257\":\"", false },
          ASSAY_SCHEMA },
        { "hash is hex",
          { SNAPSHOT, "\"sha256\":\"",
            "\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\","
            "\"sha257\":\"",
            false },
          ASSAY_SCHEMA },
        { "only sha512", { SNAPSHOT, "\"sha256\"", "\"sha257\"", false }, ASSAY_DIGEST_ALGORITHM },
        { "no sha512", { SNAPSHOT, "\"sha512\"", "\"sha513\"", false }, ASSAY_OK },
        { "no hash",
          { SNAPSHOT, "\"hashes\":", "\"hashes\":{},\"hashet\":", false },
          ASSAY_SCHEMA },
        { "hashes null",
          { SNAPSHOT, "\"hashes\":", "\"hashes\":null,\"hashet\":", false },
          ASSAY_SCHEMA },
        { "hashes absent", { SNAPSHOT, "\"hashes\"", "\"hashet\"", false }, ASSAY_SCHEMA },
        { "hashes in capitals", { SNAPSHOT, "\"hashes\"", "\"Hashes\"", false }, ASSAY_SCHEMA },
        { "length absent", { SNAPSHOT, "\"length\"", "\"lengti\"", false }, ASSAY_SCHEMA },
        { "length -1",
          { SNAPSHOT, "\"length\":", "\"length\":-1,\"lengti\":", false },
          ASSAY_JSON_NUMBER },
        { "length off", { SNAPSHOT, "\"targets\":{", "\"tar\":{", false }, ASSAY_ROLE_MISSING },
        { "control character in a name",
          { SNAPSHOT, "\"meta\":{",
            "\"meta\":{\"a\\u0001\":{\"hashes\":{\"sha256\":"
            "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"},\"length\":1},",
            false },
          ASSAY_SCHEMA },
        { "changed after signing",
          { SNAPSHOT, "\"version\":5", "\"version\":6", true },
          ASSAY_THRESHOLD },
    };
    run_rows(rows, ARRAY_LEN(rows));
}

Test(tuf_checks, targets)
{
    static const struct row rows[] = {
        { "type", { TARGETS, "\"Targets\"", "\"targets\"", false }, ASSAY_TYPE },
        { "expired", { TARGETS, "2029-", "2009-", false }, ASSAY_EXPIRED },
        { "no targets", { TARGETS, "\"targets\":{", "\"targett\":{", false }, ASSAY_SCHEMA },
        { "targets null",
          { TARGETS, "\"targets\":{", "\"targets\":null,\"targett\":{", false },
          ASSAY_OK },
        { "no delegations",
          { TARGETS, "\"delegations\"", "\"delegationt\"", false },
          ASSAY_SCHEMA },
        { "delegations null",
          { TARGETS, "\"delegations\":", "\"delegations\":null,\"delegationt\":", false },
          ASSAY_OK },
        { "delegations is a list",
          { TARGETS, "\"delegations\":", "\"delegations\":[],\"delegationt\":", false },
          ASSAY_SCHEMA },
        { "name \"\"", { TARGETS, "\"1.0\"", "\"\"", false }, ASSAY_SCHEMA },
        { "name \".\"", { TARGETS, "\"1.0\"", "\".\"", false }, ASSAY_SCHEMA },
        { "name \"..\"", { TARGETS, "\"1.0\"", "\"..\"", false }, ASSAY_OK },
        { "name with DEL", { TARGETS, "\"1.0\"", "\"1\x7F\"", false }, ASSAY_SCHEMA },
        { "name \"__proto__\"", { TARGETS, "\"1.0\"", "\"__proto__\"", false }, ASSAY_OK },
        { "name with a slash", { TARGETS, "\"1.0\"", "\"1/0 x\"", false }, ASSAY_OK },
        { "entry null",
          { TARGETS, "\"base\":{", "\"base\":null,\"bast\":{", false },
          ASSAY_SCHEMA },
        { "entry without hash", { TARGETS, "\"hashes\"", "\"hashet\"", false }, ASSAY_SCHEMA },
        { "entry with empty hashes",
          { TARGETS, "\"hashes\":", "\"hashes\":{},\"hashet\":", false },
          ASSAY_SCHEMA },
        { "entry with another hash only",
          { TARGETS, "\"sha256\"", "\"md5\"", false },
          ASSAY_DIGEST_ALGORITHM },
        { "entry with a bad sha512",
          { TARGETS, "\"},\"length\":528", "\",\"sha512\":\"AAAA\"},\"length\":528", false },
          ASSAY_SCHEMA },
        { "unknown hash beside",
          { TARGETS, "\"hashes\":{", "\"hashes\":{\"md5\":[1,null],", false },
          ASSAY_OK },
        { "entry without length", { TARGETS, ",\"length\":528", "", false }, ASSAY_SCHEMA },
        { "entry with a length as text", { TARGETS, ":528", ":\"528\"", false }, ASSAY_SCHEMA },
        { "custom",
          { TARGETS, "{\"hashes\"", "{\"custom\":{\"Length\":1,\"x\":[null]},\"hashes\"", false },
          ASSAY_OK },
        { "Custom", { TARGETS, "{\"hashes\"", "{\"Custom\":1,\"hashes\"", false }, ASSAY_SCHEMA },
        { "changed after signing", { TARGETS, "\"1.0\"", "\"1.1\"", true }, ASSAY_THRESHOLD },
    };
    run_rows(rows, ARRAY_LEN(rows));
}

Test(tuf_checks, delegations)
{
    static const struct row rows[] = {
        { "keys null, roles null",
          { TARGETS,
            "\"delegations\":", "\"delegations\":{\"keys\":null,\"roles\":null},\"delx\":", false },
          ASSAY_OK },
        { "roles absent",
          { TARGETS, "\"delegations\":", "\"delegations\":{\"keys\":null},\"delx\":", false },
          ASSAY_SCHEMA },
        { "role null", { TARGETS, "\"roles\":[", "\"roles\":[null,", false }, ASSAY_SCHEMA },
        { "roles is an object",
          { TARGETS, "\"roles\":[", "\"roles\":{},\"rolet\":[", false },
          ASSAY_SCHEMA },
        { "name out of bounds",
          { TARGETS, "\"targets/releases\"", "\"targets/../x\"", false },
          ASSAY_ROLE_NAME },
        { "name of a grandchild",
          { TARGETS, "\"targets/releases\"", "\"targets/a/b\"", false },
          ASSAY_ROLE_NAME },
        { "name of a base role",
          { TARGETS, "\"targets/releases\"", "\"snapshot\"", false },
          ASSAY_ROLE_NAME },
        { "no name", { TARGETS, "\"name\"", "\"namf\"", false }, ASSAY_SCHEMA },
        { "name in capitals", { TARGETS, "\"name\"", "\"NAME\":1,\"name\"", false }, ASSAY_SCHEMA },
        { "ids null: not delegated",
          { TARGETS, "\"keyids\":[\"@releases\"]", "\"keyids\":null", false },
          ASSAY_OK },
        { "ids empty: not delegated",
          { TARGETS, "\"keyids\":[\"@releases\"]", "\"keyids\":[]", false },
          ASSAY_OK },
        { "ids absent", { TARGETS, "\"keyids\":[\"@releases\"],", "", false }, ASSAY_SCHEMA },
        { "id without key",
          { TARGETS, "\"keyids\":[\"@releases\"]", "\"keyids\":[\"ab\"]", false },
          ASSAY_SCHEMA },
        { "a root's key is none of the delegations'",
          { TARGETS, "\"keyids\":[\"@releases\"]", "\"keyids\":[\"@other\"]", false },
          ASSAY_SCHEMA },
        { "threshold 0",
          { TARGETS, "\"threshold\":1", "\"threshold\":0", false },
          ASSAY_THRESHOLD_CONFIG },
        { "threshold -1",
          { TARGETS, "\"threshold\":1", "\"threshold\":-1", false },
          ASSAY_JSON_NUMBER },
        { "threshold 2 of 1",
          { TARGETS, "\"threshold\":1", "\"threshold\":2", false },
          ASSAY_THRESHOLD_UNREACHABLE },
        { "paths null", { TARGETS, "\"paths\":[\"\"]", "\"paths\":null", false }, ASSAY_OK },
        { "paths absent", { TARGETS, "\"paths\":[\"\"],", "", false }, ASSAY_OK },
        { "path is a number",
          { TARGETS, "\"paths\":[\"\"]", "\"paths\":[1]", false },
          ASSAY_SCHEMA },
        { "path with DEL",
          { TARGETS, "\"paths\":[\"\"]", "\"paths\":[\"\x7F\"]", false },
          ASSAY_SCHEMA },
        { "path_hash_prefixes",
          { TARGETS, "\"paths\":[\"\"]", "\"path_hash_prefixes\":[]", false },
          ASSAY_SCHEMA },
        { "terminating is unknown",
          { TARGETS, "\"threshold\":1", "\"terminating\":true,\"threshold\":1", false },
          ASSAY_OK },
        { "role twice",
          { TARGETS, "\"roles\":[",
            "\"roles\":[{\"keyids\":[],\"name\":\"targets/releases\",\"threshold\":1},", false },
          ASSAY_SCHEMA },
        { "another role without keys beside",
          { TARGETS, "\"roles\":[",
            "\"roles\":[{\"keyids\":[],\"name\":\"targets/a\",\"threshold\":5},", false },
          ASSAY_OK },
        { "another role under its threshold beside",
          { TARGETS, "\"roles\":[",
            "\"roles\":[{\"keyids\":[\"@releases\"],\"name\":\"targets/a\",\"threshold\":2},",
            false },
          ASSAY_OK },
        { "key under another id",
          { TARGETS, "@releases",
            "0000000000000000000000000000000000000000000000000000000000000000", false },
          ASSAY_KEY_ID },
        { "key of another type",
          { TARGETS, "\"keytype\":\"ecdsa\"", "\"keytype\":\"rsa\"", false },
          ASSAY_KEY_ID },
        { "key of unknown type",
          { TARGETS, "\"keytype\":\"ecdsa\"", "\"keytype\":\"foo\"", false },
          ASSAY_THRESHOLD },
        { "releases: expired", { RELEASES, "2029-", "2009-", false }, ASSAY_EXPIRED },
        { "releases: version 0",
          { RELEASES, "\"version\":2", "\"version\":0", false },
          ASSAY_VERSION },
        { "releases: type", { RELEASES, "\"Targets\"", "\"Snapshot\"", false }, ASSAY_TYPE },
        { "releases: changed after signing",
          { RELEASES, "\"2.0\"", "\"2.1\"", true },
          ASSAY_THRESHOLD },
        { "releases: own child of another's name",
          { RELEASES, "\"roles\":[]",
            "\"roles\":[{\"keyids\":[],\"name\":\"targets/b\",\"threshold\":1}]", false },
          ASSAY_ROLE_NAME },
        { "releases: own child",
          { RELEASES, "\"roles\":[]",
            "\"roles\":[{\"keyids\":[],\"name\":\"targets/releases/b\",\"threshold\":1}]", false },
          ASSAY_OK },
    };
    run_rows(rows, ARRAY_LEN(rows));
}

/* text, with count numbered pieces behind "from" */
static const char *with_pieces(struct arena *arena, const char *from, const char *piece,
                               size_t count)
{
    size_t most = strlen(piece) + 24;
    char *list = NULL;
    size_t used = 0;
    cr_assert_eq(arena_alloc(arena, count + 1, most, &list, NULL), ASSAY_OK);
    for (size_t i = 0; i < count; i++) {
        const char *one = replace_all(arena, piece, "#", say(arena, "%zu", i));
        used += (size_t)snprintf(list + used, most, "%s", one);
    }
    return say(arena, "%s%s", from, list);
}

#define ANY_KEY "\"k#\":{\"keytype\":\"foo\",\"keyval\":{\"private\":null,\"public\":\"\"}},"
#define ANY_META                                                                                   \
    "\"m#\":{\"hashes\":{\"sha256\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"},\"length\":1},"

/* The most that is allowed passes, one more does not. */
Test(tuf_checks, lists_are_limited)
{
    static const struct {
        const char *name;
        enum file file;
        const char *from, *piece;
        size_t most; /* pieces besides what the good repository has */
        const char *also_from, *also_piece;
    } rows[] = {
        { "keys", ROOT, "\"keys\":{", ANY_KEY, LIMIT_KEYS - 6, NULL, NULL },
        { "keys of a role", ROOT, "\"keyids\":[\"@timestamp\"", ",\"k#\"", LIMIT_ROLE_KEYS - 1,
          "\"keys\":{", ANY_KEY },
        { "roles", ROOT, "\"roles\":{", "\"r#\":null,", LIMIT_ROLES - 4, NULL, NULL },
        { "paths", TARGETS, "\"paths\":[", "\"p#\",", LIMIT_DELEGATION_PATHS - 1, NULL, NULL },
        { "files", SNAPSHOT, "\"meta\":{", ANY_META, LIMIT_SNAPSHOT_ENTRIES - 3, NULL, NULL },
        { "bytes of a path", TARGETS, "\"paths\":[\"", "x", LIMIT_TARGET_NAME_BYTES, NULL, NULL },
    };
    AUTO_ARENA arena = ARENA_INIT(64 * MIB);
    struct keys keys;
    make_keys(&arena, &keys);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (size_t extra = 0; extra <= 1; extra++) {
            size_t count = rows[i].most + extra;
            bool also = rows[i].also_from != NULL;
            struct assay_error err = ERROR_INIT;
            const char *piece = rows[i].piece;
            const char *to = strchr(piece, '#') == NULL
                                 ? say(&arena, "%s%0*d", rows[i].from, (int)count, 0)
                                 : with_pieces(&arena, rows[i].from, piece, count);
            struct edit edits[] = {
                { rows[i].file, rows[i].from, to, false },
                { rows[i].file, also ? rows[i].also_from : "",
                  also ? with_pieces(&arena, rows[i].also_from, rows[i].also_piece, count) : "",
                  false },
            };
            enum assay_status status = outcome(&arena, &keys, edits, also ? 2 : 1, &err);
            cr_expect_eq(status, extra == 0 ? ASSAY_OK : ASSAY_JSON_LIMIT, "%zu %s: %s: %s", count,
                         rows[i].name, assay_status_id(status), err.message);
        }
    }
    drop_keys(&keys);
}
