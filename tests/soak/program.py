"""The sidecar under test: its log lines are counted instead of kept, and so are requests."""
import collections
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess

import harness

# The faults make checks and gates fail and a reload be rejected; any other error is a finding.
EXPECTED_ERRORS = ("check ", "gate ", "not reloaded")


class Program(harness.Sidecar):
    def __init__(self, directory, config, **options):
        self.logged = collections.Counter()
        self.errors = []
        self.answered = collections.Counter()
        self.tail = collections.deque(maxlen=40)
        super().__init__(directory, config, start_new_session=True, **options)
        self.raw = self.tail

    def _read(self):
        for line in self.process.stderr:
            text = line.decode(errors="replace")
            self.tail.append(text)
            if "Sanitizer" in text or "runtime error" in text:
                self.errors.append(text)
            try:
                entry = json.loads(text)
            except ValueError:
                continue
            self.logged[entry["msg"]] += 1
            if entry["level"] == "error" and not entry["msg"].startswith(EXPECTED_ERRORS):
                self.errors.append(text)
            if entry["msg"] == "listening":
                self.log.append(entry)

    def lines(self, start):
        return sum(n for message, n in list(self.logged.items()) if message.startswith(start))

    def ask(self, method, path, headers=None):
        answer = super().ask(method, path, headers)
        label = "/checks/NAME" if path.startswith("/checks/") else path
        self.answered[f"{label} {answer.status}"] += 1
        return answer

    def metrics(self):
        """Values by name with labels, as in the text."""
        text = self.get("/metrics").text
        return {name: float(value) for name, value in re.findall(r"(?m)^([a-z_]+(?:{[^}]*})?) (\S+)$", text)}

    def states(self):
        return {c["name"]: c["state"] for c in self.get("/checks").json["checks"]}

    def all_pass(self):
        gates = [self.get(gate).status for gate in ("/ready", "/startup")]
        return gates == [200, 200] and set(self.states().values()) == {"pass"}

    def write_config(self, text):
        """Replaces the file as an editor does."""
        new = self.config.with_suffix(".new")
        new.write_text(text)
        os.replace(new, self.config)

    def stop(self):
        """One SIGTERM, as Kubernetes sends it; returns the exit code, or None when it had to be killed."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(harness.PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = None
        return code

    def clear_up(self):
        """Ends processes left behind, which would keep the pipe of the log open."""
        for pid in self.left_running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.reader.join()
        self.process.stderr.close()

    def left_running(self):
        """Processes of its session, which workers inherit: names by process id."""
        found = {}
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                text = stat.read_text()
            except OSError:  # ended meanwhile
                continue
            if int(text.rsplit(")", 1)[1].split()[3]) == self.process.pid:
                found[int(text.split()[0])] = text[text.index("("):text.rindex(")") + 1]
        return found
