/* SPDX-License-Identifier: Apache-2.0 */
/* An HTTP answer as libcurl hands it on: header lines one by one, then the body in parts. */
#include "harness.h"

#include "net/fetch_curl.h"

#define MAX_BODY 64

static const char *reason_of(CURLcode code UNUSED)
{
    return "reason";
}

/* True while the transfer goes on. */
static bool feed_line(struct curl_transfer *transfer, struct slice *rest)
{
    char line[1024];
    size_t end = slice_find(*rest, '\n');
    struct slice text = slice_first(*rest, end == rest->len ? end : end + 1);
    *rest = slice_of(rest->ptr + text.len, rest->len - text.len);
    if (text.len == 0 || text.len > sizeof(line)) {
        return false;
    }
    memcpy(line, text.ptr, text.len);
    return curl_answer_header(line, 1, text.len, transfer) == text.len;
}

static void check(const struct curl_transfer *transfer, bool went_on)
{
    const struct net_response *response = transfer->response;
    INVARIANT(transfer->done);
    INVARIANT(response->status == ASSAY_OK || response->body.len == 0);
    INVARIANT(response->challenge_count <= LIMIT_CHALLENGES);
    if (response->status != ASSAY_OK) {
        INVARIANT(response->error.status == response->status);
        return;
    }
    INVARIANT(went_on || transfer->body_cut);
    INVARIANT(transfer->header_done);
    INVARIANT(response->http_status >= 200 && response->http_status < 600);
    INVARIANT(response->http_status != 200 || response->body.len <= MAX_BODY);
    INVARIANT(response->body.len <= LIMIT_ERROR_BODY_BYTES);
    for (const char *c = response->location; *c != '\0'; c++) {
        INVARIANT((uint8_t)*c >= ' ' || *c == '\t');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct net_request request = { .max_bytes = MAX_BODY };
    const struct curl_library curl = { .easy_strerror = reason_of };
    struct net_response response = { .retry_after_ms = -1 };
    struct curl_transfer transfer = { .request = &request, .response = &response, .curl = &curl };
    struct slice rest = slice_of(data, size);
    bool going = true;

    while (going && rest.len > 0 && !transfer.header_done) {
        going = feed_line(&transfer, &rest);
    }
    while (going && rest.len > 0) {
        char part[32];
        struct slice next = slice_first(rest, sizeof(part));
        rest = slice_from(rest, next.len);
        memcpy(part, next.ptr, next.len);
        going = curl_answer_body(part, 1, next.len, &transfer) == next.len;
    }
    curl_answer_finish(&transfer, going ? CURLE_OK : CURLE_WRITE_ERROR);
    check(&transfer, going);
    net_response_clear(&response);
    return 0;
}
