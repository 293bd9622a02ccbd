"""Hostile clients, one process per mode: attackers.py MODE PORT INDEX, until standard input closes.

What each client did is printed as one JSON object at the end. Rate and priority are limited: on a machine with few
processors the attack must not starve the legitimate client instead of the sidecar.
"""
import errno
import json
import os
import random
import resource
import select
import socket
import struct
import sys
import time

TICK = 0.05
CONNECTS_PER_TICK = 70


def count(done, what, number=1):
    done[what] = done.get(what, 0) + number


def connect(port, source, receive_buffer=None):
    """Connects from another loopback address, so that the legitimate client does not run out of ports."""
    s = socket.socket()
    try:
        if receive_buffer:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        s.setsockopt(socket.SOL_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
        s.bind((source, 0))
        s.settimeout(10)
        s.connect(("127.0.0.1", port))
    except OSError:
        s.close()
        raise
    return s


class Held:
    """Keeps a number of connections open: closed ones, and those older than `life` seconds, are replaced."""

    def __init__(self, port, source, wanted, done, greet, drip=None, receive_buffer=None, life=None):
        self.port, self.source, self.wanted, self.done = port, source, wanted, done
        self.greet, self.drip, self.receive_buffer, self.life = greet, drip, receive_buffer, life
        self.since = time.monotonic()
        self.poll = select.epoll()
        self.all = {}
        self.turn = []

    def tick(self):
        if self.life and time.monotonic() - self.since > self.life:
            self.since = time.monotonic()
            for fd in list(self.all):
                self.gone(fd)
        for _ in range(min(CONNECTS_PER_TICK, self.wanted - len(self.all))):
            try:
                s = connect(self.port, self.source, self.receive_buffer)
                s.setblocking(False)
                s.send(self.greet)
            except OSError as e:
                count(self.done, f"connect_{errno.errorcode.get(e.errno, 'timeout')}")
                break
            self.all[s.fileno()] = s
            # A client that never reads notices its eviction only then.
            self.poll.register(s, select.EPOLLRDHUP if self.receive_buffer else select.EPOLLIN | select.EPOLLRDHUP)
            count(self.done, "opened")
        for fd, _ in self.poll.poll(0):
            self.gone(fd)
        if self.drip:
            self.drip_some()
        self.done["most_held"] = max(self.done.get("most_held", 0), len(self.all))

    def drip_some(self):
        """Sends a byte to a fortieth of them: each gets one every two seconds."""
        if not self.turn:
            self.turn = list(self.all)
        share = max(1, int(len(self.all) * TICK / 2))
        for fd in self.turn[:share]:
            if fd in self.all:
                try:
                    self.all[fd].send(self.drip)
                    count(self.done, "dripped")
                except OSError:
                    self.gone(fd)
        del self.turn[:share]

    def gone(self, fd):
        s = self.all.pop(fd, None)
        if s is None:
            return
        self.poll.unregister(fd)
        if not self.receive_buffer:
            try:
                if s.recv(64).startswith(b"HTTP/1.1 408"):
                    count(self.done, "told_408")
            except OSError:
                pass
        s.close()
        count(self.done, "thrown_out")


GET = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def request(line, *headers, after=b""):
    return b"\r\n".join([line, b"Host: a", *headers, b"", b""]) + after


# Bytes and the expected status.
ODDITIES = {
    "header_1_mib": (request(b"GET / HTTP/1.1", b"X: " + b"a" * (1 << 20)), 431),
    "many_headers": (request(b"GET / HTTP/1.1", *[b"X%d: y" % i for i in range(2000)]), 431),
    "endless_target": (b"GET /" + b"a" * 9000, 431),
    "body": (request(b"POST /health HTTP/1.1", b"Content-Length: 100000", after=b"x" * 100000), 413),
    "body_on_get": (request(b"GET /health HTTP/1.1", b"Content-Length: 5", after=b"hello"), 413),
    "length_lie": (request(b"GET /health HTTP/1.1", b"Content-Length: 99999999999"), 413),
    "two_lengths": (request(b"GET / HTTP/1.1", b"Content-Length: 0", b"Content-Length: 5", after=GET), 400),
    "chunked": (request(b"POST / HTTP/1.1", b"Transfer-Encoding: chunked", after=b"5\r\nhello\r\n0\r\n\r\n"), 413),
    "chunked_on_get": (request(b"GET / HTTP/1.1", b"Transfer-Encoding: chunked", after=b"0\r\n\r\n" + GET), 413),
    "te_gzip": (request(b"GET / HTTP/1.1", b"Transfer-Encoding: gzip", after=GET), 413),
    "te_identity": (request(b"GET / HTTP/1.1", b"Transfer-Encoding: identity", after=GET), 413),
    "te_and_length": (request(b"POST / HTTP/1.1", b"Content-Length: 5", b"Transfer-Encoding: chunked",
                              after=b"0\r\n\r\n" + GET), 413),
    "te_with_space": (request(b"POST / HTTP/1.1", b"Transfer-Encoding : chunked", after=b"0\r\n\r\n"), 400),
    "te_folded": (request(b"POST / HTTP/1.1", b"Transfer-Encoding:\r\n chunked", after=b"0\r\n\r\n"), 400),
    "te_header": (request(b"GET /health HTTP/1.1", b"TE: trailers, deflate", b"Connection: TE, close"), 200),
    "expect": (request(b"POST / HTTP/1.1", b"Content-Length: 5", b"Expect: 100-continue"), 413),
    "two_hosts": (b"GET /health HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    "no_host": (b"GET /health HTTP/1.1\r\n\r\n", 400),
    "absolute_form": (b"GET http://elsewhere/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 200),
    "absolute_with_user": (b"GET http://u:p@elsewhere/health HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "connect": (b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    "options_star": (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    "nul": (b"GET /hea\0lth HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "nul_in_header": (b"GET /health HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 400),
    "invalid_utf8": (b"GET /checks/\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "encoded_nul": (b"GET /checks/%00%ff%c3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 404),
    "bare_lf": (b"GET /health HTTP/1.1\nHost: a\n\n", 400),
    "http_2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "tls": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 600, 400),
}


def read_all(s):
    received = b""
    try:
        while chunk := s.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    return received


class Odd:
    """Sends one after the other, a few per tick, and reports unexpected responses."""

    def __init__(self, port, source, done):
        self.port, self.source, self.done = port, source, done
        self.names = []

    def tick(self):
        for _ in range(3):
            if not self.names:
                self.names = random.sample(list(ODDITIES), len(ODDITIES))
            self.send(self.names.pop())

    def send(self, name):
        data, wanted = ODDITIES[name]
        try:
            with connect(self.port, self.source) as s:
                try:
                    s.sendall(data)
                    s.shutdown(socket.SHUT_WR)  # every one of them half-closes
                except OSError:
                    pass  # refused before everything was sent: the response counts
                answer = read_all(s)
        except OSError as e:
            self.done.setdefault("complaints", []).append(f"{name}: {e}")
            return
        count(self.done, "odd_requests")
        if not answer.startswith(b"HTTP/1.1 %d " % wanted):
            self.done.setdefault("complaints", []).append(f"{name}: {answer[:60]!r}, not {wanted}")


class Floods:
    """Sends a hundred requests in one write and reads all responses, or resets the connection during responses."""

    def __init__(self, port, source, done):
        self.port, self.source, self.done = port, source, done

    def tick(self):
        with connect(self.port, self.source) as s:
            s.sendall(GET * 99 + LAST + GET * 50)
            answered = read_all(s).count(b"HTTP/1.1 200")
        count(self.done, "pipelined", answered)
        if answered != 100:
            self.done.setdefault("complaints", []).append(f"100 pipelined requests, {answered} answers")
        s = connect(self.port, self.source)
        s.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n" * 20)
        s.recv(100)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()
        count(self.done, "resets")


def main():
    mode, port, index, number = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.setpriority(os.PRIO_PROCESS, 0, 15)
    source, done = f"127.0.1.{index}", {}
    metrics = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
    attack = {
        "slow": lambda: Held(port, source, number, done, b"GET /ready HTTP/1.1\r\nX: ", b"x"),
        "deaf": lambda: Held(port, source, number, done, metrics * 20, receive_buffer=2048, life=3),
        "odd": lambda: Odd(port, source, done),
        "flood": lambda: Floods(port, source, done),
    }[mode]()
    while not select.select([sys.stdin], [], [], TICK)[0]:
        began = time.process_time()
        attack.tick()
        count(done, "cpu_ms", round(1000 * (time.process_time() - began)))
    done["complaints"] = sorted(set(done.get("complaints", [])))
    print(json.dumps(done))


main()
