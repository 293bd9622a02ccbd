"""Clients of every kind, as one process of bounded appetite: clients.py PORT UNIX_PATH [ADDRESS PORT].

Each client is a thread. `run` on standard input starts rounds; `pause` waits for current rounds, closes everything and
prints requests and responses so far as one JSON object. Between `spell` and `over` the sidecar has no descriptors.
"""
import json
import os
import sys
import threading
import time

from client_kinds import Fresh, Kept, Odd, Pipelined, Resets, Slow, Stranger, TooSlow, Unanswered
from tally import running, tally

SHARE = 0.5  # of one processor, for all of them


class Appetite:
    """Sleeps while the process has used more than its share."""

    def __init__(self):
        self.used, self.ran, self.since = time.process_time(), 0.0, time.monotonic()

    def started(self):
        self.since = time.monotonic()

    def stopped(self):
        self.ran += time.monotonic() - self.since

    def wait(self):
        while running.is_set() and time.process_time() - self.used > SHARE * (self.ran + time.monotonic() - self.since) + 0.1:
            time.sleep(0.02)


def work(client, appetite, quiet):
    while True:
        running.wait()
        with quiet:
            while running.is_set():
                spells = tally.spells
                try:
                    client.round()
                except Unanswered as error:
                    label, number, what = error.args
                    tally.unanswered(label, number, spells, f"{type(client).__name__}: {what}")
                except OSError as error:
                    client.close()
                    tally.unanswered("a connection", 0, spells, f"{type(client).__name__}: {error!r}")
                time.sleep(client.pace)
                appetite.wait()
            client.close()


def main():
    port, path = ("127.0.0.1", int(sys.argv[1])), sys.argv[2]
    os.setpriority(os.PRIO_PROCESS, 0, 10)
    clients = [Kept(port), Kept(port), Kept(path), Fresh(port), Fresh(path), Pipelined(port), Slow(port), Slow(path),
               *[TooSlow(port) for _ in range(3)], Resets(port), Resets(path), Odd(port)]
    if len(sys.argv) > 3:
        clients.append(Stranger((sys.argv[3], int(sys.argv[4]))))
    appetite, locks = Appetite(), [threading.Lock() for _ in clients]
    for client, lock in zip(clients, locks):
        threading.Thread(target=work, args=(client, appetite, lock), daemon=True).start()
    for line in sys.stdin:
        word = line.strip()
        if word == "run":
            appetite.started()
            running.set()
            continue
        if word in ("spell", "over"):
            tally.spells += 1
            print(word, flush=True)
            continue
        running.clear()
        appetite.stopped()
        for lock in locks:
            with lock:
                pass
        print(json.dumps({"answered": tally.answered, "unsure": tally.unsure, "did": tally.did,
                          "complaints": tally.complaints[:20], "complained": len(tally.complaints),
                          "cpu": time.process_time(), "ran": appetite.ran}), flush=True)


main()
