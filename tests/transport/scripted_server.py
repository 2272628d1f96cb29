# SPDX-License-Identifier: Apache-2.0
"""A server on loopback that answers as a case says, byte for byte, and notes what it saw.

An answer is a dict; what it sends is either "raw" or made from "status", "headers" and "body". Its
texts are latin-1, either plain or a list of [text, how many times]. How it sends it:
  cut       only the first N bytes, then the end of the connection
  rst       the end is a reset
  close     the connection ends behind the answer
  endless   after the answer this text again and again
  drip_ms   one byte at a time, with this pause
  records   each text in a record of its own
  silent    nothing at all, for ever
"""
import socket
import ssl
import struct
import threading
import time

MAX_REQUEST = 256 * 1024


def make_text(text, fill):
    pieces = [[text, 1]] if isinstance(text, str) else text
    return b"".join(fill(piece).encode("latin-1") * count for piece, count in pieces)


def make_answer(answer, fill):
    if "raw" in answer:
        return make_text(answer["raw"], fill)
    body = make_text(answer.get("body", ""), fill)
    headers = dict(answer.get("headers", {}))
    headers.setdefault("Content-Length", str(len(body)))
    head = "HTTP/1.1 %d Scripted\r\n" % answer.get("status", 200)
    for name, value in headers.items():
        head += "%s: %s\r\n" % (name, fill(value))
    return (head + "\r\n").encode("latin-1") + body


class Server(threading.Thread):
    def __init__(self, name, script, certificates, fill):
        super().__init__(daemon=True)
        self.name_in_case = name
        self.routes = script.get("routes", {})
        self.tls = script.get("tls", "good")
        self.tunnel_to = script.get("tunnel", False)
        self.certificates = certificates
        self.fill = fill
        self.requests = []  # (method, target, headers, body)
        self.connections = 0
        self.sent = 0
        self.lock = threading.Lock()
        self.asked = {}
        self.stopping = False
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.start()

    def stop(self):
        self.stopping = True
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        connection.settimeout(20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self.tls == "silent":
                while not self.stopping:
                    time.sleep(0.05)
                return
            if self.tls:
                connection = self.certificates.context(self.tls).wrap_socket(
                    connection, server_side=True)
            while self.answer_one(connection):
                pass
        except (OSError, ssl.SSLError, ValueError):
            pass
        finally:
            connection.close()

    def read_request(self, connection):
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(65536)
            if not part or len(data) > MAX_REQUEST:
                return None
            data += part
            if not data[:1].isalpha():  # TLS spoken to a plain port
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                return None
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ", 2)
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        while len(body) < int(headers.get("content-length", "0")):
            body += connection.recv(65536)
        return method, target, headers, body.decode("latin-1")

    def answer_one(self, connection):
        request = self.read_request(connection)
        if request is None:
            return False
        method, target, headers, body = request
        with self.lock:
            self.requests.append(request)
        if method == "CONNECT":
            return self.tunnel(connection, target)
        path = target.split("?")[0]
        if path.startswith("http://"):
            path = "/" + path.split("/", 3)[3]
        answers = self.routes.get(path)
        if answers is None and path.startswith("/cut/"):
            _, _, offset, end = path.split("/")
            answers = [dict(self.routes["/cut"][0], cut=int(offset), rst=end == "rst")]
        if answers is None:
            answers = [{"status": 404, "body": "no such path"}]
        with self.lock:
            number = self.asked.get(path, 0)
            self.asked[path] = number + 1
        return self.send_answer(connection, answers[min(number, len(answers) - 1)])

    def send_answer(self, connection, answer):
        if answer.get("silent"):
            while not self.stopping:
                time.sleep(0.05)
            return False
        data = make_answer(answer, self.fill)
        if "cut" in answer:
            data = data[:answer["cut"]]
        if "drip_ms" in answer:
            for i in range(len(data)):
                self.send(connection, data[i:i + 1])
                time.sleep(answer["drip_ms"] / 1000)
        elif answer.get("records"):
            for piece in answer["raw"]:
                self.send(connection, make_text([piece], self.fill))
                time.sleep(0.03)
        else:
            self.send(connection, data)
        pattern = make_text(answer.get("endless", ""), self.fill)
        while pattern and not self.stopping:
            self.send(connection, pattern)
            if "pause_ms" in answer:
                time.sleep(answer["pause_ms"] / 1000)
        if answer.get("rst"):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return not (answer.get("close") or answer.get("rst") or "cut" in answer)

    def send(self, connection, data):
        connection.sendall(data)
        with self.lock:
            self.sent += len(data)

    def tunnel(self, connection, target):
        host, _, port = target.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as far:
            connection.sendall(b"HTTP/1.1 200 Tunnel\r\nDocker-Content-Digest: proxy\r\n\r\n")
            back = threading.Thread(target=relay, args=(far, connection), daemon=True)
            back.start()
            relay(connection, far)
            back.join(5)
        return False


def relay(source, sink):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
