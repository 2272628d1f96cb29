/* SPDX-License-Identifier: Apache-2.0 */
#include "net/fetch_curl.h"

#include "base/file.h"
#include "base/mem.h"
#include "crypto/tls_name.h"
#include "net/url.h"

/* Options are set one after another; the first that libcurl refuses is remembered. */
struct options {
    const struct curl_library *curl;
    CURL *easy;
    CURLcode code;
    CURLoption refused;
};

static void note(struct options *options, CURLoption option, CURLcode code)
{
    if (options->code == CURLE_OK && code != CURLE_OK) {
        options->code = code;
        options->refused = option;
    }
}

static void set_long(struct options *options, CURLoption option, long value)
{
    note(options, option, options->curl->easy_setopt(options->easy, option, value));
}

/* NULL is a value too: it takes libcurl's own default away. */
static void set_pointer(struct options *options, CURLoption option, const void *value)
{
    note(options, option, options->curl->easy_setopt(options->easy, option, value));
}

/* ---- the same for every request ---- */

static const struct {
    CURLoption option;
    long value;
} FIXED[] = {
    /* what happens is ours to decide: redirects, names and passwords, where files may come from */
    { CURLOPT_FOLLOWLOCATION, 0 },
    { CURLOPT_NETRC, CURL_NETRC_IGNORED },
    { CURLOPT_DISALLOW_USERNAME_IN_URL, 1 },
    { CURLOPT_UNRESTRICTED_AUTH, 0 },
    { CURLOPT_AUTOREFERER, 0 },
    { CURLOPT_PATH_AS_IS, 1 },
    { CURLOPT_FAILONERROR, 0 },
    /* one plain dialect */
    { CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
    { CURLOPT_HTTP09_ALLOWED, 0 },
    { CURLOPT_IGNORE_CONTENT_LENGTH, 0 },
    { CURLOPT_HTTP_TRANSFER_DECODING, 1 },
    { CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 },
    /* TLS: no intermediate is an anchor, no chain is remembered under other flags */
    { CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
    { CURLOPT_SSL_OPTIONS, CURLSSLOPT_NO_PARTIALCHAIN },
    { CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
    { CURLOPT_PROXY_SSL_OPTIONS, CURLSSLOPT_NO_PARTIALCHAIN },
    { CURLOPT_PROXY_SSL_VERIFYPEER, 1 },
    { CURLOPT_PROXY_SSL_VERIFYHOST, 2 },
    /* time; a name that is being looked up must not hold the end */
    { CURLOPT_NOSIGNAL, 1 },
    { CURLOPT_QUICK_EXIT, 1 },
    { CURLOPT_LOW_SPEED_LIMIT, (long)LIMIT_SLOW_BYTES_S },
};

/* The last word before a TLS connection. Whatever SSLKEYLOGFILE says, no key leaves the process. */
static CURLcode harden_tls(CURL *easy UNUSED, void *ssl_ctx, void *context)
{
    struct curl_transfer *transfer = context;
    const struct curl_library *curl = transfer->curl;
    curl->set_keylog_callback(ssl_ctx, NULL);
    if (transfer->host[0] == '\0') {
        return CURLE_OK;
    }
    transfer->response->status = tls_expect_name(curl->get_verify_param(ssl_ctx), transfer->host,
                                                 &transfer->response->error);
    return transfer->response->status == ASSAY_OK ? CURLE_OK : CURLE_ABORTED_BY_CALLBACK;
}

static void set_callbacks(struct options *options, struct curl_transfer *transfer,
                          struct curl_sockets *sockets)
{
    const struct curl_library *curl = options->curl;
    CURL *easy = options->easy;
    note(options, CURLOPT_HEADERFUNCTION,
         curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, curl_answer_header));
    note(options, CURLOPT_WRITEFUNCTION,
         curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, curl_answer_body));
    note(options, CURLOPT_SSL_CTX_FUNCTION,
         curl->easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, harden_tls));
    note(options, CURLOPT_PREREQFUNCTION,
         curl->easy_setopt(easy, CURLOPT_PREREQFUNCTION, curl_before_request));
    note(options, CURLOPT_OPENSOCKETFUNCTION,
         curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, curl_socket_open));
    note(options, CURLOPT_CLOSESOCKETFUNCTION,
         curl->easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, curl_socket_close));
    set_pointer(options, CURLOPT_PREREQDATA, transfer);
    set_pointer(options, CURLOPT_OPENSOCKETDATA, sockets);
    set_pointer(options, CURLOPT_CLOSESOCKETDATA, sockets);
    set_pointer(options, CURLOPT_HEADERDATA, transfer);
    set_pointer(options, CURLOPT_WRITEDATA, transfer);
    set_pointer(options, CURLOPT_SSL_CTX_DATA, transfer);
    set_pointer(options, CURLOPT_ERRORBUFFER, transfer->reason);
    set_pointer(options, CURLOPT_PRIVATE, transfer);
}

/* ---- whom to trust ---- */

/* libcurl takes one file of authorities and one directory. Where the system has no directory, its
 * bundle and the private certificates are put together, unless these stand alone. */
static enum assay_status set_private_ca(struct options *options, const struct net_tls *tls,
                                        const struct curl_trust *trust, struct assay_error *err)
{
    AUTO_BUF both = BUF_INIT(2 * LIMIT_CA_FILE_BYTES);
    if (!tls->only_ca && trust->directory == NULL && trust->bundle != NULL) {
        TRY(file_read(trust->bundle, LIMIT_CA_FILE_BYTES, &both, err));
        TRY(buf_append_string(&both, "\n", err));
    }
    TRY(buf_append(&both, tls->ca_pem, err));
    struct curl_blob blob = { .data = both.ptr, .len = both.len, .flags = CURL_BLOB_COPY };
    set_pointer(options, CURLOPT_CAINFO_BLOB, &blob);
    return ASSAY_OK;
}

static enum assay_status set_trust(struct options *options, const struct net_tls *tls,
                                   const struct curl_trust *trust, struct assay_error *err)
{
    bool insecure = tls != NULL && tls->insecure;
    bool has_private = tls != NULL && tls->ca_pem.len > 0;
    bool only_private = tls != NULL && tls->only_ca;

    /* Always said, because libcurl has defaults of its own. */
    set_pointer(options, CURLOPT_CAPATH, only_private ? NULL : trust->directory);
    set_pointer(options, CURLOPT_CAINFO, has_private || only_private ? NULL : trust->bundle);
    set_pointer(options, CURLOPT_PROXY_CAPATH, trust->directory);
    set_pointer(options, CURLOPT_PROXY_CAINFO, trust->bundle);
    set_long(options, CURLOPT_SSL_VERIFYPEER, insecure ? 0 : 1);
    set_long(options, CURLOPT_SSL_VERIFYHOST, insecure ? 0 : 2);
    if (has_private) {
        TRY(set_private_ca(options, tls, trust, err));
    }
    if (tls != NULL && tls->client_cert != NULL) {
        set_pointer(options, CURLOPT_SSLCERT, tls->client_cert);
        set_pointer(options, CURLOPT_SSLKEY, tls->client_key);
        set_pointer(options, CURLOPT_KEYPASSWD, ""); /* never asked for at the terminal */
    }
    return ASSAY_OK;
}

/* ---- this request ---- */

static enum assay_status add_header(struct curl_transfer *transfer, const struct curl_library *curl,
                                    const char *name, const char *value, struct assay_error *err)
{
    AUTO_BUF line = BUF_INIT(LIMIT_HEADER_BYTES + LIMIT_TOKEN_BYTES);
    enum assay_status status = ASSAY_OK;
    struct curl_slist *list = NULL;
    if (value == NULL) {
        return ASSAY_OK;
    }
    TRY(buf_reserve(&line, strlen(name) + strlen(value) + 2, err));
    status = buf_printf(&line, err, "%s: %s", name, value);
    if (status == ASSAY_OK) {
        list = curl->slist_append(transfer->headers, buf_text(&line));
        status = list == NULL ? FAIL_NO_MEMORY(err) : ASSAY_OK;
    }
    buf_wipe(&line);
    transfer->headers = list == NULL ? transfer->headers : list;
    return status;
}

static enum assay_status set_request(struct options *options, struct curl_transfer *transfer,
                                     const struct curl_setup *setup, bool https,
                                     struct assay_error *err)
{
    const struct net_request *request = transfer->request;
    const struct curl_proxies *proxies = setup->proxies;
    const char *socket = request->tls == NULL ? NULL : request->tls->unix_socket;

    set_pointer(options, CURLOPT_URL, request->url);
    set_pointer(options, CURLOPT_PROTOCOLS_STR, https ? "https" : "http");
    /* Both always: unset, libcurl asks the environment. */
    set_pointer(options, CURLOPT_PROXY,
                socket != NULL ? "" : (https ? proxies->https : proxies->http));
    set_pointer(options, CURLOPT_UNIX_SOCKET_PATH, socket);
    set_pointer(options, CURLOPT_NOPROXY, proxies->none);
    set_pointer(options, CURLOPT_USERAGENT, setup->user_agent);
    set_pointer(options, CURLOPT_SHARE, setup->share);
    set_long(options, CURLOPT_CONNECTTIMEOUT_MS,
             setup->timeout_ms < LIMIT_CONNECT_MS ? setup->timeout_ms : LIMIT_CONNECT_MS);
    set_long(options, CURLOPT_TIMEOUT_MS, setup->timeout_ms);
    set_long(options, CURLOPT_LOW_SPEED_TIME,
             request->silent_s > 0 ? (long)request->silent_s : LIMIT_SLOW_S);
    TRY(add_header(transfer, setup->curl, "Accept", request->accept, err));
    TRY(add_header(transfer, setup->curl, "Authorization", request->authorization, err));
    set_pointer(options, CURLOPT_HTTPHEADER, transfer->headers);
    if (request->form != NULL) {
        set_pointer(options, CURLOPT_POSTFIELDS, request->form);
        set_long(options, CURLOPT_POSTFIELDSIZE, (long)strlen(request->form));
    } else {
        set_long(options, CURLOPT_HTTPGET, 1);
    }
    return ASSAY_OK;
}

/* Not when certificates are not judged, nor where the same callback would be asked about the
 * proxy's own TLS: there libcurl's check of the name stands alone. */
static void expect_name(struct curl_transfer *transfer, const struct curl_proxies *proxies,
                        const struct net_url *url)
{
    const struct net_tls *tls = transfer->request->tls;
    bool tls_proxy = slice_has_prefix(slice_from_string(proxies->https), SLICE_LITERAL("https://"));
    if (url->https && (tls == NULL || !tls->insecure) && !tls_proxy) {
        memcpy(transfer->host, url->host, sizeof(transfer->host));
    }
}

/* Only what the user allowed goes out in the clear, whatever the caller asks for. */
static enum assay_status check_request(struct curl_transfer *transfer, struct net_url *url)
{
    const struct net_tls *tls = transfer->request->tls;
    struct net_response *response = transfer->response;

    response->status = net_url_parse(transfer->request->url, url, &response->error);
    if (response->status != ASSAY_OK) {
        return response->status;
    }
    net_url_host_port(url, transfer->host_port);
    if (!url->https && (tls == NULL || !tls->plain_http)) {
        return response->status = FAIL(&response->error, ASSAY_CONFIG,
                                       "%s: plain HTTP is not allowed", transfer->host_port);
    }
    return ASSAY_OK;
}

enum assay_status curl_transfer_prepare(struct curl_transfer *transfer,
                                        const struct curl_setup *setup, struct assay_error *err)
{
    struct net_url url;
    transfer->curl = setup->curl;
    transfer->sockets = setup->sockets;
    if (check_request(transfer, &url) != ASSAY_OK) {
        transfer->done = true;
        return ASSAY_OK;
    }
    expect_name(transfer, setup->proxies, &url);
    transfer->easy = setup->curl->easy_init();
    if (transfer->easy == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    struct options options = { .curl = setup->curl, .easy = transfer->easy };
    for (size_t i = 0; i < ARRAY_LEN(FIXED); i++) {
        set_long(&options, FIXED[i].option, FIXED[i].value);
    }
    set_callbacks(&options, transfer, setup->sockets);
    TRY(set_trust(&options, transfer->request->tls, setup->trust, err));
    TRY(set_request(&options, transfer, setup, url.https, err));
    if (options.code == CURLE_OUT_OF_MEMORY) {
        return FAIL_NO_MEMORY(err);
    }
    if (options.code != CURLE_OK) {
        return FAIL(err, ASSAY_NET_UNAVAILABLE, "libcurl.so.4 refuses option %d: %s",
                    (int)options.refused, setup->curl->easy_strerror(options.code));
    }
    return ASSAY_OK;
}

void curl_transfer_clear(struct curl_transfer *transfer, const struct curl_library *curl)
{
    if (transfer->easy != NULL) {
        curl->easy_cleanup(transfer->easy);
        transfer->easy = NULL;
    }
    for (struct curl_slist *node = transfer->headers; node != NULL; node = node->next) {
        mem_wipe(node->data, strlen(node->data));
    }
    curl->slist_free_all(transfer->headers);
    transfer->headers = NULL;
}
