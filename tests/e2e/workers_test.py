"""Worker processes that die, hang or are many, and unusual environments of a start: nothing accumulates."""
import contextlib
import fcntl
import os
import pathlib
import random
import re
import resource
import signal
import socket
import sqlite3
import subprocess
import time

import harness
from harness import ask_unix

HEAD = "server: {drain_delay: 0s}\ndefaults: {interval: 500ms, timeout: 400ms}\nchecks:\n"
ROOT = "  - {name: root, type: disk, path: /, warn: 100%, fail: 100%, inodes: {fail: 100%}}\n"
MOST_WORKERS = 16
NOBODY = 65534
# A loaded machine sometimes needs a second worker; surplus ones retire after half a minute of idleness.
FEW_WORKERS = 3
PER_WORKER = 4  # descriptors: both ends of the jobs, notifications, pidfd
RETIREMENT = 90.0
# Time limits of the tests; a sanitizer or a loaded machine makes everything slower.
SLACK = 10.0 if harness.SANITIZED else 5.0


def process_state(pid):
    """The state letter of ps, or None when there is no such process."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def children(pid):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def workers(pid):
    """The children that are workers: the same program."""
    def program(p):
        with contextlib.suppress(OSError):
            return os.stat(f"/proc/{p}/exe").st_ino
    return [p for p in children(pid) if program(p) == program(pid)]


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def zombies(pid):
    return [p for p in children(pid) if process_state(p) == "Z"]


def shell(redirections):
    """A prefix that starts the program with other standard streams."""
    return ["sh", "-c", f'exec "$@" {redirections}', "sh"]


class Workers(harness.TestCase):
    def metric(self, sidecar, name):
        return float(re.search(rf"(?m)^{name} (\S+)$", sidecar.get("/metrics").text).group(1))

    def test_workers_do_not_preempt_the_loop_unless_the_program_has_its_own_policy(self):
        sidecar = self.start(HEAD + ROOT)
        sidecar.wait_status("/ready", 200)
        self.assertEqual(os.sched_getscheduler(sidecar.process.pid), os.SCHED_OTHER)
        self.assertEqual({os.sched_getscheduler(w) for w in workers(sidecar.process.pid)}, {os.SCHED_BATCH})
        idle = self.start(HEAD + ROOT, prefix=["chrt", "--idle", "0"])
        idle.wait_status("/ready", 200)
        self.assertEqual({os.sched_getscheduler(w) for w in workers(idle.process.pid)}, {os.SCHED_IDLE})

    def test_after_any_failure_of_workers_every_status_recovers_and_nothing_accumulates(self):
        names = [f"m{i}" for i in range(20)]
        for name in names:
            (self.dir / name).write_text("")
        sidecar = self.start(HEAD + ROOT + "".join(f"  - {{name: {n}, type: marker, path: {self.dir}/{n}}}\n" for n in names))
        pid = sidecar.process.pid
        sidecar.wait_status("/ready", 200)

        def own_descriptors():
            return descriptors(pid) - PER_WORKER * len(sidecar.workers())
        harness.wait_until(lambda: len(sidecar.workers()) <= FEW_WORKERS, "few workers are enough", RETIREMENT)
        baseline = harness.wait_until(own_descriptors, "descriptors are counted")

        chance = random.Random(20240229)
        deadly = [signal.SIGKILL, signal.SIGSTOP, signal.SIGABRT, signal.SIGTERM, signal.SIGQUIT]
        if not harness.SANITIZED:  # a sanitizer reports these itself
            deadly += [signal.SIGSEGV, signal.SIGBUS]
        most_children = most_descriptors = 0
        hits = 0
        def in_the_act():  # most are hit between two runs, without an effect
            return {"crashed", "timeout"} & {l["reason"] for l in sidecar.log if "check" in l}
        end = time.monotonic() + 8
        while time.monotonic() < end or hits < 25 or (not in_the_act() and time.monotonic() < end + harness.PATIENCE):
            workers = [w for w in sidecar.workers() if process_state(w) not in (None, "Z", "T")]
            if workers:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(chance.choice(workers), chance.choice(deadly))
                    hits += 1
            most_children = max(most_children, len(sidecar.workers()))
            most_descriptors = max(most_descriptors, descriptors(pid))
            self.assertEqual(sidecar.get("/health").status, 200)
            time.sleep(chance.random() * 0.15)  # paces the failures; nothing waits for it
        self.assertLessEqual(most_children, 2 * MOST_WORKERS)
        self.assertLessEqual(most_descriptors, baseline + 6 * MOST_WORKERS)

        sidecar.wait_status("/ready", 200)
        for name in ("root", *names):
            sidecar.wait_check(name, "pass", "ok")
        self.assertTrue(in_the_act(), "nothing was hit")
        harness.wait_until(lambda: not zombies(pid) and len(sidecar.workers()) <= FEW_WORKERS,
                           "few workers, no zombie", RETIREMENT)
        harness.wait_until(lambda: own_descriptors() <= baseline, f"descriptors are back at {baseline}")
        self.assertEqual(sidecar.end(), 0)

    def test_200_blocking_checks_twice_a_second_all_run_on_schedule(self):
        for i in range(200):
            (self.dir / f"m{i}").write_text("")
        sidecar = self.start(HEAD + "".join(f"  - {{name: m{i}, type: marker, path: {self.dir}/m{i}}}\n" for i in range(200)))
        sidecar.wait_status("/ready", 200)

        def runs():
            return [c["runs"] for c in sidecar.get("/checks").json["checks"]]
        began, before = time.monotonic(), runs()
        harness.wait_until(lambda: min(a - b for a, b in zip(runs(), before)) >= 10, "ten runs of each", 60)
        took = time.monotonic() - began
        after = [a - b for a, b in zip(runs(), before)]
        self.assertGreaterEqual(min(after) * 2, max(after), "some checks starve")
        self.assertLess(took, 10 * 0.55 + SLACK)
        self.assertLessEqual(len(sidecar.workers()), MOST_WORKERS)
        sidecar.wait_status("/ready", 200)

    def test_only_the_check_whose_worker_hangs_times_out(self):
        database = self.dir / "app.db"
        with contextlib.closing(sqlite3.connect(database)) as db:
            db.execute("pragma journal_mode=wal")
            db.execute("create table t(x)")
            db.commit()
            # Counts until its deadline: meanwhile its worker is identified by the database it has open.
            endless = "with recursive n(i) as (select 1 union all select i+1 from n) select count(*) from n"
            sidecar = self.start(HEAD + "".join(ROOT.replace("root", f"root{i}") for i in range(5)) +
                                 f"  - {{name: slow, type: sqlite, path: {database}, mode: query, query: '{endless}', "
                                 "interval: 5s, timeout: 4s, failing_interval: 4500ms}\n")

            def busy():
                for worker in sidecar.workers():
                    with contextlib.suppress(OSError):
                        if any(os.readlink(f"/proc/{worker}/fd/{fd}") == str(database)
                               for fd in os.listdir(f"/proc/{worker}/fd")):
                            return worker
                return None
            worker = harness.wait_until(busy, "a worker has the database open")
            os.kill(worker, signal.SIGSTOP)
            began = time.monotonic()
            others = {c["name"]: c["runs"] for c in sidecar.get("/checks").json["checks"]}
            found = sidecar.wait_check("slow", "fail", "timeout")
            self.assertLess(time.monotonic() - began, 4 + 1 + SLACK)
            self.assertIn("4 s", found["message"])
            harness.wait_until(lambda: process_state(worker) is None, "the worker is gone")
            self.assertEqual(self.metric(sidecar, "telltale_workers_killed_total"), 1)
            for check in sidecar.get("/checks").json["checks"]:
                if check["name"] != "slow":
                    self.assertGreaterEqual(check["runs"] - others[check["name"]], 3, check)
            self.assertEqual({l["check"] for l in sidecar.log if l.get("reason") in ("crashed", "stuck", "internal")}, set())


class Places(harness.TestCase):
    """Start environments of containers, supervisors and shells."""

    def expect_it_works(self, sidecar):
        sidecar.wait_status("/ready", 200)
        sidecar.wait_check("root", "pass", "ok")
        self.assertEqual(sidecar.end(), 0)

    def namespace(self):
        prefix = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
        done = subprocess.run([*prefix, "true"], capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(f"PID namespaces are not permitted here: {done.stderr.strip()}")
        return prefix

    def test_as_pid_1_it_reaps_orphans_and_dies_on_sigterm(self):
        sidecar = self.start(HEAD + ROOT, prefix=self.namespace())
        sidecar.wait_status("/ready", 200)
        (pid,) = children(sidecar.process.pid)
        self.addCleanup(lambda: [os.kill(p, signal.SIGKILL) for p in children(sidecar.process.pid)])
        # Each sleeps on after the shell that started it has ended.
        script = 'for i in 1 2 3 4 5 6 7 8 9 10; do sleep "0.$i" & done'
        subprocess.run(["nsenter", "--target", str(pid), "--pid", "--mount", "sh", "-c", script], check=True, timeout=60)
        orphans = set(children(pid)) - set(workers(pid))
        self.assertTrue(orphans, "orphans were adopted")
        harness.wait_until(lambda: not orphans & set(children(pid)), "every orphan is reaped")
        harness.wait_until(lambda: not zombies(pid), "no zombie")
        for worker in workers(pid):  # the reaper leaves workers to the pool
            os.kill(worker, signal.SIGKILL)
        runs = sidecar.check("root")["runs"]
        harness.wait_until(lambda: sidecar.check("root")["runs"] >= runs + 2, "runs go on")
        sidecar.wait_status("/ready", 200)
        os.kill(pid, signal.SIGTERM)
        self.assertEqual(sidecar.process.wait(harness.PATIENCE), 0)

    def test_as_pid_1_an_invalid_configuration_is_still_exit_code_2(self):
        (self.dir / "bad.yaml").write_text("checks: []\n")
        done = subprocess.run([*self.namespace(), harness.TELLTALE, "-c", "bad.yaml"], capture_output=True, text=True,
                              cwd=self.dir, timeout=60)
        self.assertEqual(done.returncode, 2, done)

    def test_a_full_pipe_as_standard_error_blocks_nothing(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        capacity = fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
        os.set_blocking(writer, False)
        filled = os.write(writer, b"x" * capacity)
        os.set_blocking(writer, True)
        path = self.dir / "telltale.sock"
        model = self.dir / "model"
        process = self.unlogged(path, writer, HEAD + ROOT + f"  - {{name: model, type: marker, path: {model}}}\n")
        os.close(writer)
        for change, state in ((lambda: model.write_text(""), "pass"), (model.unlink, "fail")) * 3:  # lines to log
            change()
            harness.wait_until(lambda: ask_unix(path, "/checks/model").json["state"] == state, f"the model is {state}")
        dropped = re.search(r"(?m)^telltale_log_lines_dropped_total (\d+)", ask_unix(path, "/metrics").text)
        self.assertGreater(int(dropped.group(1)), 5)
        self.assertEqual(len(os.read(reader, 1 << 20)), filled)
        model.write_text("")  # the next line reports the dropped ones
        harness.wait_until(lambda: b"log lines dropped" in os.read(reader, 1 << 16), "a line about lost lines")
        process.terminate()
        self.assertEqual(process.wait(harness.PATIENCE), 0)

    def test_a_closed_reader_of_standard_error_ends_nothing(self):
        reader, writer = os.pipe()
        os.close(reader)
        path = self.dir / "telltale.sock"
        process = self.unlogged(path, writer, HEAD + ROOT)
        os.close(writer)
        harness.wait_until(lambda: ask_unix(path, "/ready").status == 200, "ready")
        process.terminate()
        self.assertEqual(process.wait(harness.PATIENCE), 0)

    def unlogged(self, path, stderr, config, prefix=()):
        """A sidecar whose log is not read, so it is identified by its socket only."""
        (self.dir / "telltale.yaml").write_text(config)
        process = subprocess.Popen([*prefix, harness.TELLTALE, "-c", "telltale.yaml", "--listen", f"unix:{path}"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr, cwd=self.dir)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def answers():
            self.assertIsNone(process.poll(), "the sidecar has ended")
            with contextlib.suppress(OSError):
                return ask_unix(path, "/health").status == 200
        harness.wait_until(answers, "it answers")
        return process

    def test_closed_standard_streams_are_not_replaced_by_other_files(self):
        """A log line must not be written to a socket that has number 2."""
        path = self.dir / "telltale.sock"
        for redirections, numbers in (("2>&-", [2]), ("<&- >&-", [0, 1]), ("<&- >&- 2>&-", [0, 1, 2])):
            process = self.unlogged(path, subprocess.DEVNULL, HEAD + ROOT, shell(redirections))
            harness.wait_until(lambda: ask_unix(path, "/ready").status == 200, "ready")
            for number in numbers:
                self.assertEqual(os.readlink(f"/proc/{process.pid}/fd/{number}"), "/dev/null")
            process.terminate()
            self.assertEqual(process.wait(harness.PATIENCE), 0)

    def test_commands_with_closed_standard_streams(self):
        patient = HEAD.replace("500ms", "10s").replace("400ms", "9s")
        (self.dir / "telltale.yaml").write_text(patient + ROOT)
        for redirections, code, words in (("<&-", 0, "root"), ("2>&-", 0, "root"), (">&-", 1, ""), ("<&- >&- 2>&-", 1, "")):
            done = subprocess.run([*shell(redirections), harness.TELLTALE, "check", "-c", "telltale.yaml"],
                                  capture_output=True, text=True, cwd=self.dir, timeout=60)
            self.assertEqual(done.returncode, code, (redirections, done))
            self.assertIn(words, done.stdout)

    def test_few_descriptors(self):
        sidecar = self.start(HEAD + ROOT, prefix=["prlimit", "--nofile=64:64"])
        sidecar.wait_status("/ready", 200)
        held = []
        for _ in range(100):  # more than the limit; the oldest idle ones are evicted
            with contextlib.suppress(OSError):
                held.append(socket.create_connection(("127.0.0.1", sidecar.port), timeout=20))
        self.addCleanup(lambda: [peer.close() for peer in held])
        runs = sidecar.check("root")["runs"]
        harness.wait_until(lambda: sidecar.check("root")["runs"] >= runs + 3, "runs go on")
        self.assertLessEqual(descriptors(sidecar.process.pid), 64)
        self.expect_it_works(sidecar)

    def test_as_another_user_in_a_directory_that_cannot_be_written(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to become another user")
        # The application belongs to root; the sidecar may only read.
        data = self.dir / "data"
        data.mkdir()
        database = harness.Database(self, data / "app.db")
        database.write()
        self.dir.chmod(0o755)
        (self.dir / "telltale.yaml").write_text("")
        somebody = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        try:
            subprocess.run([harness.TELLTALE, "--version"], capture_output=True, check=True, **somebody)
        except PermissionError as error:
            self.skipTest(f"the program is not readable for others: {error}")
        before = sorted(os.listdir(data))
        sidecar = self.start(HEAD + ROOT + f"  - {{name: db, type: sqlite, path: {data}/app.db}}\n", **somebody)
        sidecar.wait_check("db", "pass", "ok")
        harness.wait_until(lambda: sidecar.check("db")["runs"] > 3, "more runs")
        self.assertEqual(sorted(os.listdir(data)), before)
        self.assertEqual({p.owner() for p in data.iterdir()}, {"root"})
        database.write()
        self.expect_it_works(sidecar)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # workers are killed with signals that dump core
    harness.main()
