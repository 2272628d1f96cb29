/* SPDX-License-Identifier: Apache-2.0 */
/* The changefeed of a Notary server: when it published which timestamp, as it says itself. */
#include "audit/roles_parts.h"

#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"
#include "json/tree.h"

#define RECORD_ID_BYTES 128

static enum assay_status read_record(const struct json_at *record, struct audit_publication *out,
                                     char id[RECORD_ID_BYTES], struct assay_error *err)
{
    const char *text = NULL;
    int64_t version = 0;
    TRY(json_as_object(record, err));
    TRY(json_get_string(record, "CreatedAt", &text, err));
    TRY(time_parse(slice_from_string(text), &out->unix_s, err));
    TRY(json_get_integer(record, "Version", 0, LIMIT_JSON_INTEGER, &version, err));
    out->version = (uint64_t)version;
    TRY(json_get_string(record, "SHA256", &text, err));
    if (out->version > 0) {
        out->sha256.alg = DIGEST_SHA256;
        TRY(hex_decode(slice_from_string(text), out->sha256.bytes, digest_size(DIGEST_SHA256),
                       err));
    }
    TRY(json_get_string(record, "ID", &text, err));
    size_t len = strlen(text);
    if (len == 0 || len >= RECORD_ID_BYTES) {
        return FAIL(err, ASSAY_SCHEMA, "expected an id of at most %d bytes", RECORD_ID_BYTES - 1);
    }
    memcpy(id, text, len + 1);
    return ASSAY_OK;
}

static enum assay_status add_publication(struct audit_history *history,
                                         const struct audit_publication *made,
                                         struct assay_error *err)
{
    TRY(mem_grow(&history->feed, history->feed_count, &history->feed_cap, sizeof(*history->feed),
                 err));
    history->feed[history->feed_count++] = *made;
    return ASSAY_OK;
}

/* *id becomes that of the last record; *more is false behind the last page. */
static enum assay_status read_page(struct audit_history *history, struct slice text,
                                   char id[RECORD_ID_BYTES], bool *more, struct assay_error *err)
{
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    struct json_at records;
    TRY(json_tree_load(text, "changefeed", &tree, &root, err));
    TRY(json_as_object(&root, err));
    TRY(json_get_array(&root, "records", LIMIT_AUDIT_FEED, &records, err));
    size_t count = json_count(&records);
    *more = count > 0;
    for (size_t i = 0; i < count && *more; i++) {
        struct json_at record;
        struct audit_publication made = { .version = 0 };
        char next[RECORD_ID_BYTES];
        json_element(&records, i, &record);
        TRY(read_record(&record, &made, next, err));
        /* an id that does not move on would be asked for for ever */
        *more = strcmp(next, id) != 0 && history->feed_count < LIMIT_AUDIT_FEED;
        if (*more) {
            memcpy(id, next, sizeof(next));
            TRY(add_publication(history, &made, err));
        }
    }
    return ASSAY_OK;
}

/* A page that is not good ends the list; only want of memory and an interruption end the audit. */
enum assay_status feed_read(struct roles_run *run, struct assay_error *err)
{
    struct tuf_remote *remote = run->options->remote;
    char id[RECORD_ID_BYTES] = "";
    bool more = remote->changefeed != NULL;
    while (more) {
        AUTO_BUF page = BUF_INIT(LIMIT_AUDIT_FEED_BYTES);
        struct assay_error reason = ERROR_INIT;
        TRY(env_check_interrupted(run->options->env, err));
        enum assay_status status = remote->changefeed(remote, id, &page, &reason);
        if (status == ASSAY_OK) {
            status = read_page(&run->report->history, buf_slice(&page), id, &more, &reason);
        }
        if (status == ASSAY_NO_MEMORY) {
            return FAIL_NO_MEMORY(err);
        }
        if (status != ASSAY_OK) {
            log_line(run->options->env->log, LOG_INFO, "the changefeed is not used: %s",
                     reason.message);
            more = false;
        }
    }
    return ASSAY_OK;
}
