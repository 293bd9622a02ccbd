"""A name server on 127.0.0.1:53 with a behaviour set by the file `mode`: `silent` sends nothing, `servfail` fails at
once, `refused` does not listen (the kernel responds with ICMP). It creates the file `asked` after a query.
Ends with the process that started it."""
import contextlib
import os
import pathlib
import socket
import time

MODE = pathlib.Path("mode")
LOOK_EVERY = 0.02


def question(listening):
    """The next query and its sender, or nothing for a while."""
    with contextlib.suppress(TimeoutError):
        return listening.recvfrom(4096)
    return None, None


def serve(parent):
    listening = None
    while os.getppid() == parent:
        mode = MODE.read_text()
        if mode == "refused":
            if listening:
                listening.close()
            listening = None
            time.sleep(LOOK_EVERY)
            continue
        if not listening:
            listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            listening.bind(("127.0.0.1", 53))
            listening.settimeout(LOOK_EVERY)
            pathlib.Path("resolver").touch()
        asked, client = question(listening)
        if asked:
            pathlib.Path("asked").touch()
        if asked and MODE.read_text() == "servfail":
            # RFC 1035 section 4.1.1: the query again, as a response with RCODE 2.
            listening.sendto(asked[:2] + b"\x81\x82" + asked[4:], client)


if __name__ == "__main__":
    serve(os.getppid())
