"""Clients of every kind: each makes one round after the other, with a pause of `pace` seconds between them.

An unexpected response is an error; what a client cannot know, because it disconnected early, is recorded as well.
"""
import http.client
import itertools
import random
import re
import socket
import struct
import time

from tally import running, tally

PATIENCE = 60    # only a hang or a defect takes this long
TOKEN = "a token for a soak"
GATES = ["/health", "/ready", "/startup"]
RIGHT = {"/health": (200,), "/ready": (200, 503), "/startup": (200, 503), "/metrics": (200,), "/checks": (200,)}


def connect(address):
    s = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
    s.settimeout(PATIENCE)
    s.connect(address)
    return s


def request(target, *headers, last=False):
    lines = [f"GET {target} HTTP/1.1", "Host: soak", *headers, *(["Connection: close"] if last else []), "", ""]
    return "\r\n".join(lines).encode()


def read_all(s):
    """Reads until the end. A client refused before everything was read may be reset, but has its response."""
    received = b""
    try:
        while chunk := s.recv(65536):
            received += chunk
    except ConnectionResetError:
        if not received:
            raise
    return received


def status_of(answer):
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0


def targets():
    """The gates in turn, and sometimes an expensive path."""
    return itertools.cycle(GATES * 3 + ["/metrics"])


class Unanswered(Exception):
    """One or more requests without a response: label, number, what happened."""


def answer_to(address, label, data, half_close=False):
    """Everything received on a new connection; raises Unanswered when that is nothing."""
    try:
        with connect(address) as s:
            s.sendall(data)
            if half_close:
                s.shutdown(socket.SHUT_WR)
            received = read_all(s)
    except OSError as error:
        raise Unanswered(label, 1, repr(error)) from None
    if not received:
        raise Unanswered(label, 1, "closed without an answer")
    return received


class Kind:
    """A kind without state between rounds."""
    pace = 0.05

    def __init__(self, address):
        self.address, self.targets = address, targets()

    def close(self):
        pass


class Kept(Kind):
    """One connection for many requests, as used by Prometheus and load balancers."""
    pace = 0.004
    connection = None

    def round(self):
        target, spells = next(self.targets), tally.spells
        if self.connection and self.ask(target):
            return
        if self.connection:  # idle connections may be closed by the server
            self.close()
            tally.count("kept connections found closed")
            if spells % 2 or spells != tally.spells:
                tally.may_have_asked(target)
        self.connection = http.client.HTTPConnection("soak", timeout=PATIENCE)
        self.connection.sock = connect(self.address)
        if not self.ask(target):
            self.close()
            raise Unanswered(target, 1, "closed without an answer")

    def ask(self, target):
        """False when the connection was closed."""
        try:
            self.connection.request("GET", target, headers={"Authorization": f"Bearer {TOKEN}"})
            answer = self.connection.getresponse()
            answer.read()
        except (ConnectionError, http.client.HTTPException):
            return False
        tally.took(target, answer.status, RIGHT[target])
        tally.count("kept")
        if answer.getheader("Connection", "").lower() == "close":
            self.close()
        return True

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class Fresh(Kind):
    """A connection per request, as made by the kubelet; every other one is half-closed."""
    pace = 0.008

    def __init__(self, address):
        super().__init__(address)
        self.half = itertools.cycle((False, True))

    def round(self):
        target, half = next(self.targets), next(self.half)
        answer = answer_to(self.address, target, request(target, last=True), half)
        tally.took(target, status_of(answer), RIGHT[target])
        tally.count("half-closed" if half else "fresh")


class Pipelined(Kind):
    """Many requests in one write."""

    def round(self):
        received = answer_to(self.address, "/health", request("/health") * 19 + request("/health", last=True))
        statuses = [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+) ", received)]
        for status in statuses:
            tally.took("/health", status, (200,))
        tally.count("pipelined", len(statuses))
        if len(statuses) != 20:
            raise Unanswered("/health", 20 - len(statuses), f"of 20 pipelined requests {len(statuses)} were answered")


class Slow(Kind):
    """A header that arrives byte by byte, completely. Without descriptors it is the first to be evicted, and on a slow
    machine it is closed like one that never completes."""

    def round(self):
        with connect(self.address) as s:
            try:
                for byte in request("/checks", last=True):
                    s.sendall(bytes([byte]))
                    time.sleep(0.01)  # slows it down
                answer = read_all(s)
            except ConnectionError:
                answer = b""
        if status_of(answer) == 408:
            tally.took("malformed", 408, (408,))
            tally.count("slow, thrown out with 408")
        elif answer:
            tally.took("/checks", status_of(answer), RIGHT["/checks"])
            tally.count("slow")
        else:
            for label in ("/checks", "malformed"):  # its 408 may have been lost with the connection
                tally.may_have_asked(label)
            tally.count("slow, had to make room")


class TooSlow(Kind):
    """A header that never ends: it gets 408, unless the client has closed before."""

    def round(self):
        tally.may_have_asked("malformed")
        with connect(self.address) as s:
            s.sendall(b"GET /ready HTTP/1.1\r\nX: ")
            s.settimeout(0.2)
            while running.is_set():
                try:
                    if status_of(s.recv(65536)) == 408:
                        tally.count("thrown out with 408")
                    return
                except TimeoutError:
                    continue
                except ConnectionError:
                    return


class Resets(Kind):
    """Clients that disconnect during a response."""

    def round(self):
        tally.may_have_asked("/checks", 10)
        s = connect(self.address)
        s.sendall(request("/checks") * 10)
        try:
            s.recv(100)
        finally:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.close()
        tally.count("resets")


class Odd(Kind):
    """Invalid requests that are refused; slow readers may be disconnected."""
    ODDITIES = [(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 20000 + b"\r\n\r\n", 431, "malformed"),
                (b"POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n", 413, "malformed"),
                (b"GET /health HTTP/1.1\r\n\r\n", 400, "malformed"), (b"\0\1\2\3" * 100, 400, "malformed"),
                (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 405, "malformed"),
                (b"GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 404, "other")]

    def round(self):
        data, wanted, label = random.choice(self.ODDITIES)
        with connect(self.address) as s:
            try:
                s.sendall(data)
                s.shutdown(socket.SHUT_WR)
                answer = read_all(s)
            except TimeoutError:
                raise
            except OSError:
                answer = b""
        if answer:
            tally.took(label, status_of(answer), (wanted,))
        else:
            tally.may_have_asked(label)
        tally.count("odd" if answer else "odd, cut off")


class Stranger(Kind):
    """From an address other than loopback: /metrics requires the token."""

    def round(self):
        for headers, wanted in (((), 401), ((f"Authorization: Bearer {TOKEN}",), 200), (("Authorization: Bearer no",), 401)):
            answer = answer_to(self.address, "/metrics", request("/metrics", *headers, last=True))
            tally.took("/metrics", status_of(answer), (wanted,))
            tally.count("with and without token")
