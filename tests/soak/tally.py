"""Counts the requests and responses of the clients of one process, and their errors; shared by their threads."""
import collections
import threading


class Tally:
    """Requests by path and status as the sidecar counts them, and errors."""

    def __init__(self):
        self.lock = threading.Lock()
        self.answered, self.unsure, self.did = collections.Counter(), collections.Counter(), collections.Counter()
        self.complaints = []
        self.spells = 0  # odd while the sidecar has no descriptors and evicts clients

    def took(self, label, status, right):
        with self.lock:
            self.answered[f"{label} {status}"] += 1
            if status not in right:
                self.complaints.append(f"{label} answered {status}")

    def count(self, what, number=1):
        with self.lock:
            self.did[what] += number

    def may_have_asked(self, label, number=1):
        """A client that disconnects does not know whether it got a response."""
        with self.lock:
            self.unsure[label] += number

    def unanswered(self, label, number, spells, what):
        """Excused when the sidecar had no descriptors at a time since `spells` was read."""
        if spells % 2 or spells != self.spells:
            self.may_have_asked(label, number)
            self.count("had to make room", number)
        else:
            with self.lock:
                self.complaints.append(f"{label}: {what}")


tally = Tally()
running = threading.Event()  # clients run rounds while it is set
