"""What the clients of one process asked and were answered, and what went wrong; shared by their threads."""
import collections
import threading


class Tally:
    """What was asked, by path and status as the sidecar counts them, and what went wrong."""

    def __init__(self):
        self.lock = threading.Lock()
        self.answered, self.unsure, self.did = collections.Counter(), collections.Counter(), collections.Counter()
        self.complaints = []
        self.spells = 0  # odd while the sidecar has no descriptors, which is when it throws clients out to make room

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

    def unanswered(self, label, number, spells, what):
        """Excused when the sidecar had no descriptors at a time since `spells` was read."""
        if spells % 2 or spells != self.spells:
            self.may_have_asked(label, number)
            self.count("had to make room", number)
        else:
            with self.lock:
                self.complaints.append(f"{label}: {what}")


tally = Tally()
running = threading.Event()  # clients make rounds while it is set
