/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the libcurl fetcher share: the loaded library, and one transfer of a flight.
 * Private to fetch_curl*.c, the only files that see libcurl's headers. */
#ifndef NET_FETCH_CURL_H
#define NET_FETCH_CURL_H

#include "net/fetch.h"
#include "net/url.h"

#include <curl/curl.h>

/* libcurl's functions. One table per fetcher: there is no global state of our own. */
struct curl_library {
    CURLcode (*global_init)(long flags);
    curl_version_info_data *(*version_info)(CURLversion age);
    CURL *(*easy_init)(void);
    void (*easy_cleanup)(CURL *easy);
    CURLcode (*easy_setopt)(CURL *easy, CURLoption option, ...);
    CURLcode (*easy_getinfo)(CURL *easy, CURLINFO info, ...);
    const char *(*easy_strerror)(CURLcode code);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_cleanup)(CURLM *multi);
    CURLMcode (*multi_setopt)(CURLM *multi, CURLMoption option, ...);
    CURLMcode (*multi_add_handle)(CURLM *multi, CURL *easy);
    CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *easy);
    CURLMcode (*multi_perform)(CURLM *multi, int *running);
    CURLMcode (*multi_poll)(CURLM *multi, struct curl_waitfd *extra, unsigned int extra_count,
                            int timeout_ms, int *ready);
    CURLMsg *(*multi_info_read)(CURLM *multi, int *left);
    CURLSH *(*share_init)(void);
    CURLSHcode (*share_setopt)(CURLSH *share, CURLSHoption option, ...);
    CURLSHcode (*share_cleanup)(CURLSH *share);
    struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
    void (*slist_free_all)(struct curl_slist *list);
    /* libssl's, as libcurl has it loaded: SSL_CTX_set_keylog_callback, SSL_CTX_get0_param,
     * SSL_has_pending. */
    void (*set_keylog_callback)(void *ssl_ctx, void (*callback)(void));
    void *(*get_verify_param)(void *ssl_ctx);
    int (*ssl_has_pending)(const void *ssl);
};

/* Loads and starts it. ASSAY_NET_UNAVAILABLE. It is never unloaded: OpenSSL would not survive. */
MUST_CHECK enum assay_status curl_library_load(struct curl_library *out, struct assay_error *err);

/* The system's certificate authorities. Both NULL: none were found. */
struct curl_trust {
    const char *directory; /* with hashed links: read on demand, which costs a fiftieth */
    const char *bundle;    /* otherwise one file with all of them */
};

struct curl_trust curl_trust_find(void);

/* All sockets of a fetcher: libcurl does not say which one a request is about to use. */
struct curl_sockets {
    int *fds;
    size_t count;
    size_t cap;
};

curl_socket_t curl_socket_open(void *sockets, curlsocktype purpose, struct curl_sockaddr *address);
int curl_socket_close(void *context, curl_socket_t fd);
/* Asked before each request: refuses a kept connection on which something has come unasked. */
int curl_before_request(void *context, char *remote, char *local, int remote_port, int local_port);

/* What a header may say once, kept to be judged when the header section ends. */
enum answer_header {
    ANSWER_CONTENT_LENGTH,
    ANSWER_TRANSFER_ENCODING,
    ANSWER_CONTENT_ENCODING,
    ANSWER_CONTENT_TYPE,
    ANSWER_LOCATION,
    ANSWER_DOCKER_CONTENT_DIGEST,
    ANSWER_RETRY_AFTER,
    ANSWER_LAST_MODIFIED,
    ANSWER_COUNT
};

struct curl_transfer {
    const struct net_request *request;
    struct net_response *response;
    const struct curl_library *curl;
    const struct curl_sockets *sockets;
    CURL *easy;
    struct curl_slist *headers; /* wiped: holds the authorization */
    char reason[CURL_ERROR_SIZE];
    char host_port[NET_HOST_PORT_BYTES]; /* for messages */
    char host[NET_HOST_BYTES];           /* the name that the certificate must carry; "": any */

    /* the answer so far */
    size_t header_bytes;
    size_t header_lines;
    unsigned seen; /* bit per enum answer_header */
    uint64_t content_length;
    uint64_t body_bytes; /* of a 200, wherever they went */
    bool in_header;      /* between a status line and its empty line */
    bool header_done;    /* of the final answer; later lines are trailers */
    bool is_sent;        /* the request: from then on the server decides what comes */
    bool stale;          /* the kept connection was refused: again, on a new one */
    bool body_cut;       /* an error's body beyond what is kept: the answer counts, the rest not */
    bool done;
};

/* Callbacks of the answer; each ends the transfer by an error in the response. */
size_t curl_answer_header(char *line, size_t size, size_t count, void *transfer);
size_t curl_answer_body(char *bytes, size_t size, size_t count, void *context);
/* Judges the end: fills the response's status and error. */
void curl_answer_finish(struct curl_transfer *transfer, CURLcode code);

struct curl_proxies {
    char *https; /* never NULL: "" is none */
    char *http;
    char *none; /* hosts reached directly */
};

struct curl_setup {
    const struct curl_library *curl;
    const struct curl_proxies *proxies;
    const struct curl_trust *trust;
    const char *user_agent; /* NULL: none */
    struct curl_sockets *sockets;
    CURLSH *share; /* connections and TLS sessions of this request's net_tls */
    int64_t timeout_ms;
};

/* Makes the easy handle of transfer->request, every option checked. Failures of this request alone
 * go to the response: ASSAY_OK with a NULL easy. */
MUST_CHECK enum assay_status curl_transfer_prepare(struct curl_transfer *transfer,
                                                   const struct curl_setup *setup,
                                                   struct assay_error *err);
void curl_transfer_clear(struct curl_transfer *transfer, const struct curl_library *curl);

#endif
