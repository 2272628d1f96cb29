/* SPDX-License-Identifier: Apache-2.0 */
#include "net/fetch_curl.h"

#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"

static const char *const HEADER_NAMES[ANSWER_COUNT] = {
    [ANSWER_CONTENT_LENGTH] = "content-length",
    [ANSWER_TRANSFER_ENCODING] = "transfer-encoding",
    [ANSWER_CONTENT_ENCODING] = "content-encoding",
    [ANSWER_CONTENT_TYPE] = "content-type",
    [ANSWER_LOCATION] = "location",
    [ANSWER_DOCKER_CONTENT_DIGEST] = "docker-content-digest",
    [ANSWER_RETRY_AFTER] = "retry-after",
    [ANSWER_LAST_MODIFIED] = "last-modified",
};

#define REFUSE(transfer, status_code, ...)                                                         \
    ((transfer)->response->status = FAIL(&(transfer)->response->error, (status_code), __VA_ARGS__))

static struct slice trim(struct slice text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
        text = slice_from(text, 1);
    }
    while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t')) {
        text.len--;
    }
    return text;
}

/* ---- the fields that are kept ---- */

static enum assay_status keep_text(struct curl_transfer *transfer, struct slice value, char *out,
                                   size_t out_bytes)
{
    if (value.len >= out_bytes) {
        return REFUSE(transfer, ASSAY_NET_PROTOCOL, "%s: a header of %zu bytes",
                      transfer->host_port, value.len);
    }
    memcpy(out, value.ptr, value.len);
    out[value.len] = '\0';
    return ASSAY_OK;
}

static enum assay_status keep_content_type(struct curl_transfer *transfer, struct slice value)
{
    char *out = transfer->response->content_type;
    TRY(keep_text(transfer, trim(slice_first(value, slice_find(value, ';'))), out,
                  sizeof(transfer->response->content_type)));
    for (; *out != '\0'; out++) {
        *out = (char)byte_to_lower((uint8_t)*out);
    }
    return ASSAY_OK;
}

static enum assay_status keep_length(struct curl_transfer *transfer, struct slice value)
{
    if (!text_to_u64(value, LIMIT_JSON_INTEGER, &transfer->content_length)) {
        return REFUSE(transfer, ASSAY_NET_PROTOCOL, "%s: Content-Length is '%.*s'",
                      transfer->host_port, SLICE_ARGS(value));
    }
    return ASSAY_OK;
}

/* Only the form with seconds; a date is left to the usual delay. */
static void keep_retry_after(struct net_response *response, struct slice value)
{
    uint64_t seconds = 0;
    if (text_to_u64(value, UINT32_MAX, &seconds)) {
        response->retry_after_ms = (int64_t)seconds * 1000;
    }
}

static enum assay_status keep_challenge(struct curl_transfer *transfer, struct slice value)
{
    struct net_response *response = transfer->response;
    if (response->challenge_count == LIMIT_CHALLENGES) {
        return REFUSE(transfer, ASSAY_NET_PROTOCOL, "%s: more than %d challenges",
                      transfer->host_port, LIMIT_CHALLENGES);
    }
    char *copy = mem_alloc(value.len + 1, 1);
    if (copy == NULL) {
        return response->status = FAIL_NO_MEMORY(&response->error);
    }
    memcpy(copy, value.ptr, value.len);
    response->challenges[response->challenge_count++] = copy;
    return ASSAY_OK;
}

static enum assay_status expect_plain(struct curl_transfer *transfer, struct slice value,
                                      const char *header, const char *allowed)
{
    if (!slice_is_ignoring_case(value, allowed)) {
        return REFUSE(transfer, ASSAY_NET_ENCODING, "%s: %s is '%.*s', only %s is accepted",
                      transfer->host_port, header, SLICE_ARGS(value), allowed);
    }
    return ASSAY_OK;
}

static enum assay_status keep_field(struct curl_transfer *transfer, enum answer_header header,
                                    struct slice value)
{
    struct net_response *response = transfer->response;
    if ((transfer->seen & 1U << header) != 0) {
        return REFUSE(transfer, ASSAY_NET_PROTOCOL, "%s: the header %s comes twice",
                      transfer->host_port, HEADER_NAMES[header]);
    }
    transfer->seen |= 1U << header;
    switch (header) {
    case ANSWER_CONTENT_LENGTH:
        return keep_length(transfer, value);
    case ANSWER_TRANSFER_ENCODING:
        return expect_plain(transfer, value, "Transfer-Encoding", "chunked");
    case ANSWER_CONTENT_ENCODING:
        return expect_plain(transfer, value, "Content-Encoding", "identity");
    case ANSWER_CONTENT_TYPE:
        return keep_content_type(transfer, value);
    case ANSWER_LOCATION:
        return keep_text(transfer, value, response->location, sizeof(response->location));
    case ANSWER_DOCKER_CONTENT_DIGEST:
        return keep_text(transfer, value, response->docker_content_digest,
                         sizeof(response->docker_content_digest));
    case ANSWER_RETRY_AFTER:
        keep_retry_after(response, value);
        break;
    case ANSWER_LAST_MODIFIED:
        if (time_parse_http(value, &response->last_modified_unix_s, NULL) != ASSAY_OK) {
            response->last_modified_unix_s = 0;
        }
        break;
    case ANSWER_COUNT:
        break;
    }
    return ASSAY_OK;
}

/* ---- lines ---- */

static bool is_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.ptr[i];
        if (c <= ' ' || c > '~' || c == '"' || c == '(' || c == ')' || c == ',' || c == '/') {
            return false;
        }
    }
    return name.len > 0;
}

static enum assay_status take_field(struct curl_transfer *transfer, struct slice line)
{
    size_t colon = slice_find(line, ':');
    struct slice name = slice_first(line, colon);
    struct slice value = trim(slice_from(line, colon + 1));
    if (colon == line.len || !is_name(name)) {
        return REFUSE(transfer, ASSAY_NET_PROTOCOL, "%s: '%.*s' is no header line",
                      transfer->host_port, SLICE_ARGS(line));
    }
    if (transfer->response->http_status < 200) {
        return ASSAY_OK; /* an interim answer says nothing about the final one */
    }
    if (slice_is_ignoring_case(name, "www-authenticate")) {
        return keep_challenge(transfer, value);
    }
    for (enum answer_header header = 0; header < ANSWER_COUNT; header++) {
        if (slice_is_ignoring_case(name, HEADER_NAMES[header])) {
            return keep_field(transfer, header, value);
        }
    }
    return ASSAY_OK;
}

/* "HTTP/1.1 200 OK": curl knows more forms than we speak. */
static enum assay_status take_status_line(struct curl_transfer *transfer, struct slice line)
{
    struct slice rest = slice_from(line, strlen("HTTP/1.1 "));
    uint64_t status = 0;
    if ((!slice_has_prefix(line, SLICE_LITERAL("HTTP/1.1 ")) &&
         !slice_has_prefix(line, SLICE_LITERAL("HTTP/1.0 "))) ||
        !text_to_u64(slice_first(rest, 3), 599, &status) || status < 100 || status == 101 ||
        (rest.len > 3 && rest.ptr[3] != ' ')) {
        return REFUSE(transfer, ASSAY_NET_PROTOCOL, "%s: '%.*s' is no status line",
                      transfer->host_port, SLICE_ARGS(line));
    }
    transfer->response->http_status = (int)status;
    transfer->in_header = true;
    return ASSAY_OK;
}

/* A body that ends where the connection ends could have been cut by anyone: a 200 must say how long
 * it is. Errors need not, because nothing is believed of them. */
static enum assay_status take_header_end(struct curl_transfer *transfer)
{
    const struct net_request *request = transfer->request;
    struct net_response *response = transfer->response;
    bool has_length = (transfer->seen & 1U << ANSWER_CONTENT_LENGTH) != 0;
    bool is_chunked = (transfer->seen & 1U << ANSWER_TRANSFER_ENCODING) != 0;

    transfer->in_header = false;
    if (response->http_status < 200) {
        return ASSAY_OK;
    }
    transfer->header_done = true;
    if (has_length && is_chunked) {
        return REFUSE(transfer, ASSAY_NET_PROTOCOL, "%s: both Content-Length and Transfer-Encoding",
                      transfer->host_port);
    }
    response->body.max = response->http_status == 200 ? request->max_bytes : LIMIT_ERROR_BODY_BYTES;
    if (response->http_status != 200) {
        return ASSAY_OK;
    }
    if (!has_length && !is_chunked) {
        return REFUSE(transfer, ASSAY_NET_PROTOCOL, "%s: the answer does not say where it ends",
                      transfer->host_port);
    }
    if (has_length && transfer->content_length > request->max_bytes) {
        return REFUSE(transfer, ASSAY_TOO_LARGE, "%s: the answer has %llu bytes, %zu are allowed",
                      transfer->host_port, (unsigned long long)transfer->content_length,
                      request->max_bytes);
    }
    return ASSAY_OK;
}

static enum assay_status check_line(struct curl_transfer *transfer, struct slice *line)
{
    transfer->header_lines++;
    transfer->header_bytes += line->len;
    if (transfer->header_lines > LIMIT_HEADER_LINES ||
        transfer->header_bytes > LIMIT_HEADER_BYTES) {
        return REFUSE(transfer, ASSAY_NET_PROTOCOL,
                      "%s: more than %d header lines or %lu bytes of them", transfer->host_port,
                      LIMIT_HEADER_LINES, LIMIT_HEADER_BYTES);
    }
    if (!slice_has_suffix(*line, SLICE_LITERAL("\r\n"))) {
        return REFUSE(transfer, ASSAY_NET_PROTOCOL, "%s: a header line does not end in CR LF",
                      transfer->host_port);
    }
    line->len -= 2;
    for (size_t i = 0; i < line->len; i++) {
        uint8_t c = line->ptr[i];
        if ((c < ' ' && c != '\t') || c == 0x7f) {
            return REFUSE(transfer, ASSAY_NET_PROTOCOL, "%s: a control character in a header line",
                          transfer->host_port);
        }
    }
    return ASSAY_OK;
}

static enum assay_status take_line(struct curl_transfer *transfer, struct slice line)
{
    TRY(check_line(transfer, &line));
    if (transfer->header_done) {
        return ASSAY_OK; /* trailers are counted and otherwise ignored */
    }
    if (!transfer->in_header) {
        return take_status_line(transfer, line);
    }
    return line.len == 0 ? take_header_end(transfer) : take_field(transfer, line);
}

size_t curl_answer_header(char *line, size_t size, size_t count, void *transfer)
{
    struct slice bytes = slice_of(line, size * count);
    return take_line(transfer, bytes) == ASSAY_OK ? bytes.len : 0;
}

/* The body that was asked for: counted here, also when it goes to a sink. */
static enum assay_status take_content(struct curl_transfer *transfer, struct slice part)
{
    const struct net_request *request = transfer->request;
    struct net_response *response = transfer->response;

    if (part.len > request->max_bytes - transfer->body_bytes) {
        return REFUSE(transfer, ASSAY_TOO_LARGE,
                      "%s: the answer has more than the allowed %zu bytes", transfer->host_port,
                      request->max_bytes);
    }
    transfer->body_bytes += part.len;
    response->status = request->sink != NULL
                           ? request->sink(request->sink_ctx, part, &response->error)
                           : buf_append(&response->body, part, &response->error);
    return response->status;
}

/* Of an error's body only the beginning is kept. */
static enum assay_status take_excerpt(struct curl_transfer *transfer, struct slice part)
{
    struct net_response *response = transfer->response;
    size_t room = response->body.max - response->body.len;

    transfer->body_cut = part.len > room;
    response->status = buf_append(&response->body, slice_first(part, room), &response->error);
    return response->status;
}

size_t curl_answer_body(char *bytes, size_t size, size_t count, void *context)
{
    struct curl_transfer *transfer = context;
    struct slice part = slice_of(bytes, size * count);

    if (!transfer->header_done) {
        REFUSE(transfer, ASSAY_NET_PROTOCOL, "%s: a body without header", transfer->host_port);
        return 0;
    }
    enum assay_status status = transfer->response->http_status == 200
                                   ? take_content(transfer, part)
                                   : take_excerpt(transfer, part);
    return status == ASSAY_OK && !transfer->body_cut ? part.len : 0;
}

/* ---- the end ---- */

static const struct {
    CURLcode code;
    enum assay_status status;
} OUTCOMES[] = {
    { CURLE_COULDNT_RESOLVE_HOST, ASSAY_NET_CONNECT },
    { CURLE_COULDNT_RESOLVE_PROXY, ASSAY_NET_CONNECT },
    { CURLE_COULDNT_CONNECT, ASSAY_NET_CONNECT },
    { CURLE_PROXY, ASSAY_NET_CONNECT },
    { CURLE_SEND_ERROR, ASSAY_NET_CONNECT },
    { CURLE_RECV_ERROR, ASSAY_NET_CONNECT },
    { CURLE_GOT_NOTHING, ASSAY_NET_CONNECT },
    { CURLE_PARTIAL_FILE, ASSAY_NET_CONNECT },
    { CURLE_OPERATION_TIMEDOUT, ASSAY_NET_TIMEOUT },
    { CURLE_SSL_CONNECT_ERROR, ASSAY_NET_TLS },
    { CURLE_PEER_FAILED_VERIFICATION, ASSAY_NET_TLS },
    { CURLE_SSL_ENGINE_INITFAILED, ASSAY_NET_TLS },
    { CURLE_SSL_CIPHER, ASSAY_NET_TLS },
    { CURLE_SSL_ISSUER_ERROR, ASSAY_NET_TLS },
    { CURLE_SSL_SHUTDOWN_FAILED, ASSAY_NET_TLS },
    { CURLE_SSL_INVALIDCERTSTATUS, ASSAY_NET_TLS },
    { CURLE_SSL_CACERT_BADFILE, ASSAY_CONFIG }, /* read and found wanting: the user's files */
    { CURLE_SSL_CERTPROBLEM, ASSAY_CONFIG },
    { CURLE_OUT_OF_MEMORY, ASSAY_NO_MEMORY },
};

static enum assay_status outcome_of(const struct curl_transfer *transfer, CURLcode code)
{
    for (size_t i = 0; i < ARRAY_LEN(OUTCOMES); i++) {
        if (OUTCOMES[i].code == code) {
            /* A server that has begun to answer can be reached: then the answer is at fault. */
            return OUTCOMES[i].status == ASSAY_NET_CONNECT && transfer->header_lines > 0
                       ? ASSAY_NET_PROTOCOL
                       : OUTCOMES[i].status;
        }
    }
    return ASSAY_NET_PROTOCOL;
}

static void judge_end(struct curl_transfer *transfer, CURLcode code)
{
    struct net_response *response = transfer->response;
    /* libcurl quotes a proxy's whole URL, with its password */
    bool quotes = strstr(transfer->reason, "://") != NULL || strchr(transfer->reason, '@') != NULL;
    const char *own = transfer->curl->easy_strerror(code);
    const char *reason = transfer->reason[0] != '\0' && !quotes ? transfer->reason : own;
    if (response->status != ASSAY_OK) {
        return; /* a callback has said why */
    }
    if (code == CURLE_OUT_OF_MEMORY && transfer->is_sent) {
        /* what libcurl says of a line beyond its own limit, and a server must not choose that we
         * have no memory */
        REFUSE(transfer, ASSAY_NET_PROTOCOL, "%s: a header line is longer than libcurl takes",
               transfer->host_port);
    } else if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && transfer->body_cut)) {
        REFUSE(transfer, outcome_of(transfer, code), "%s: %s", transfer->host_port, reason);
    } else if (!transfer->header_done) {
        REFUSE(transfer, ASSAY_NET_PROTOCOL, "%s: the answer has no complete header",
               transfer->host_port);
    } else if (response->http_status == 200 &&
               (transfer->seen & 1U << ANSWER_CONTENT_LENGTH) != 0 &&
               transfer->body_bytes != transfer->content_length) {
        REFUSE(transfer, ASSAY_NET_PROTOCOL, "%s: %llu bytes came instead of %llu",
               transfer->host_port, (unsigned long long)transfer->body_bytes,
               (unsigned long long)transfer->content_length);
    }
}

void curl_answer_finish(struct curl_transfer *transfer, CURLcode code)
{
    transfer->done = true;
    judge_end(transfer, code);
    if (transfer->response->status != ASSAY_OK) {
        buf_clear(&transfer->response->body); /* nobody may use half an answer */
    }
}
