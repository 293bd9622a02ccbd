"""What the clients of one process asked and were answered, and what went wrong; shared by their threads."""
import collections
import threading


class Tally:
    """What was asked, by path and status as the sidecar counts them, and what went wrong."""

    def __init__(self):
        self.lock = threading.Lock()
        self.answered, self.unsure, self.did = collections.Counter(), collections.Counter(), collections.Counter()
        self.complaints = []

    def took(self, label, status, right):
        with self.lock:
            self.answered[f"{label} {status}"] += 1
            if status not in right:
                self.complaints.append(f"{label} answered {status}")

    def count(self, what, number=1):
        with self.lock:
            self.did[what] += number

    def may_have_asked(self, label, number=1):
        """A client that goes away does not know whether it was answered."""
        with self.lock:
            self.unsure[label] += number

    def complain(self, what):
        with self.lock:
            self.complaints.append(what)


tally = Tally()
running = threading.Event()  # clients make rounds while it is set
