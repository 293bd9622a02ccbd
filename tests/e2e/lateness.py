"""Measures how late healthy checks run while something beside them hangs, by the sidecar's own clock."""
import contextlib
import re
import sqlite3
import time

import harness

SLOWER = 6 if harness.SANITIZED else 1  # an instrumented worker takes this much longer to start
INTERVAL = 0.5 * SLOWER
TICK = 0.05
ALLOWED = 0.1 * SLOWER  # acceptable delay of another check by a hang
ROUNDS = 5  # other load on the machine may spoil some
LOOK_EVERY = 0.02
SOME_SECONDS = 6.0 * (2 if harness.SANITIZED else 1)

HEAD = ("server: {drain_delay: 0s, shutdown_timeout: 5s}\n"
        f"defaults: {{interval: {500 * SLOWER}ms, timeout: {400 * SLOWER}ms, jitter: 0%}}\nchecks:\n")
KINDS = {"disk": "type: disk, path: %s, warn: 100%%, fail: 100%%",
         "marker": "type: marker, path: %s/marker",
         "sqlite": "type: sqlite, path: %s/app.db"}
OF_EACH = 2


@contextlib.contextmanager
def healthy_files(directory):
    """Creates targets for the three check types. The database stays open with its -wal and -shm."""
    directory.mkdir()
    (directory / "marker").write_text("")
    with contextlib.closing(sqlite3.connect(directory / "app.db")) as db:
        db.execute("pragma journal_mode=wal")
        db.execute("create table t(x)")
        db.commit()
        yield


def checks(prefix, suffixes, directory):
    """One check of each type and suffix: name -> line of the configuration."""
    return {f"{prefix}{kind}{suffix}": f"  - {{name: {prefix}{kind}{suffix}, {KINDS[kind] % directory}}}\n"
            for kind in KINDS for suffix in suffixes}


class Healthy:
    """The checks beside those that hang. `get` queries the sidecar; `look` is called after each query."""

    def __init__(self, test, directory):
        self.test = test
        self.lines = checks("good_", range(OF_EACH), directory)

    def lateness(self, get, look, seconds):
        """One number per run; `/health` responds all along."""
        seen = {name: [] for name in self.lines}
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.test.assertEqual(get("/health").status, 200)
            found = re.findall(r'(?m)^telltale_check_last_run_timestamp_seconds{check="(good_\w+)".*} (\S+)',
                               get("/metrics").text)
            for name, moment in found:
                if seen[name][-1:] != [float(moment)]:
                    seen[name].append(float(moment))
            look()
            time.sleep(LOOK_EVERY)
        self.test.assertGreaterEqual(min(map(len, seen.values())), seconds / INTERVAL / 2, "a check starves")
        return sorted(max(0.0, b - a - INTERVAL - TICK) for runs in seen.values() for a, b in zip(runs, runs[1:]))

    def expect_on_schedule(self, get, what, again=lambda: None, look=lambda: None, figures=lambda: ""):
        """The machine may be late as well, so a round may be repeated; `again` begins one."""
        for _ in range(ROUNDS):
            again()
            late = self.lateness(get, look, SOME_SECONDS)
            p99 = late[int(len(late) * 0.99)]
            print(f"{what}: {len(late)} runs of healthy checks, late by p99 {p99 * 1000:.0f} ms, at most "
                  f"{late[-1] * 1000:.0f} ms{figures()}", flush=True)
            if p99 < ALLOWED:
                return
        self.test.assertLess(p99, ALLOWED, f"{what}: healthy checks are late")

    def expect_no_failure(self, log):
        """Since their first result: a busy machine may take long to start."""
        red = [line for line in log
               if line.get("check") in self.lines and line["state"] == "fail" and line["previous"] != "pending"]
        self.test.assertEqual(red, [], "a healthy check was red")
