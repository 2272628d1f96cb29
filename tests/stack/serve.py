#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""serve.py DIR CERTIFICATE KEY [limited]: serves a directory over TLS on a free loopback port, and prints
the port. For metadata that no real server can be made to keep, such as expired ones. limited: has had too
many requests, whatever is asked."""
import functools
import http.server
import ssl
import sys


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if "limited" in sys.argv[4:]:
            self.send_response(429)
            self.send_header("Retry-After", "1")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, format, *args):  # noqa: A002, the name is the base class's
        del format, args


def main():
    directory, certificate, key = sys.argv[1:4]
    handler = functools.partial(Handler, directory=directory)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    server.serve_forever()


main()
