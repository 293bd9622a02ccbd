"""A sidecar beside SQLite databases, where the whole program is needed: checks, backups, workers that die."""
import os
import signal
import sqlite3
import threading
import time

import harness

HEAD = "server: {drain_delay: 0s}\ndefaults: {interval: 500ms, timeout: 400ms}\nchecks:\n"
PAGE = 4096


class Sqlite(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.path = self.dir / "app.db"
        self.database = harness.Database(self, self.path)
        self.database.write(50)

    def wait_words(self, sidecar, name, words):
        try:
            return harness.wait_until(lambda: (c := sidecar.check(name)) and words in c["message"] and c, words)
        except AssertionError as error:
            raise AssertionError(f"{error}; it is {sidecar.check(name)}") from None

    def overwrite(self, path, page, content):
        with open(path, "r+b", buffering=0) as file:
            file.seek(PAGE * page)
            before = file.read(len(content))
            file.seek(PAGE * page)
            file.write(content)
        return before

    def test_damage_is_found_by_the_added_check_and_its_repair_by_its_next_run(self):
        self.database.sql("pragma wal_checkpoint(truncate)")
        self.database.write()
        sidecar = self.start(HEAD + f"  - {{name: db, type: sqlite, path: {self.path}, integrity: {{every: 1s, timeout: 900ms}}}}\n")
        self.wait_words(sidecar, "db-integrity", "intact")
        sidecar.wait_status("/ready", 200)
        self.assertRegex(sidecar.get("/metrics").text, r'telltale_sqlite_integrity_intact_timestamp_seconds\{check="db-integrity"\} [1-9]')
        before = self.overwrite(self.path, 7, b"\x55" * 200)
        found = sidecar.wait_check("db-integrity", "fail", "corrupt")
        self.assertIn("quick_check reports", found["message"])
        self.assertEqual(found["type"], "sqlite_integrity")
        self.assertEqual(sidecar.get("/ready").status, 503)
        self.assertEqual(sidecar.check("db")["state"], "pass")  # inspection reads no pages
        self.overwrite(self.path, 7, before)
        sidecar.wait_check("db-integrity", "pass", "ok")
        self.database.write()  # writing was not blocked

    def test_a_database_closed_between_writes_is_queried_and_keeps_its_last_result(self):
        self.database.close()
        old = time.time() - 60
        os.utime(self.path, (old, old))
        sidecar = self.start(HEAD + f"  - {{name: db, type: sqlite, path: {self.path}, mode: query, query: select count(*) from t, expect: '> 50'}}\n")
        self.wait_words(sidecar, "db", "the query returns '50', expected > 50")
        self.assertEqual(sidecar.get("/ready").status, 503)
        self.assertEqual([p.name for p in self.dir.glob("app.db*")], ["app.db"])
        exclusive = harness.Database(self, self.dir / "other.db")  # a process that can open the first one exclusively
        exclusive.sql("pragma locking_mode = exclusive")
        exclusive.sql(f"attach '{self.path}' as app")
        exclusive.sql("select * from app.t")
        self.wait_words(sidecar, "db", "its files are unchanged; it cannot be run now")
        self.assertEqual(sidecar.get("/ready").status, 503)
        exclusive.sql("insert into app.t values (1)")
        self.wait_words(sidecar, "db", "not queried: no other process can read in that mode")
        exclusive.close()
        found = sidecar.wait_check("db", "pass")
        self.assertIn("query returns '51'", found["message"])

    def test_the_check_command_runs_added_checks(self):
        self.database.sql("pragma wal_checkpoint(truncate)")
        self.database.write()
        (self.dir / "telltale.yaml").write_text(HEAD + f"  - {{name: db, type: sqlite, path: {self.path}, integrity: {{every: 6h}}}}\n")
        done = self.run_telltale("check", "-c", "telltale.yaml")
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("db-integrity", done.stdout)
        self.overwrite(self.path, 7, b"\x55" * 200)
        done = self.run_telltale("check", "-c", "telltale.yaml", "--format", "text")
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("quick_check reports", done.stdout)

    def test_a_backup_is_checked(self):
        backup = self.dir / "app.bak"
        sidecar = self.start(HEAD + f"  - {{name: app, type: sqlite, path: {self.path}, severity: degraded,\n"
                             f"     backup: {{path: {backup}, max_age: 1h, integrity: true}}}}\n")
        found = sidecar.wait_check("app-backup", "fail", "missing")
        self.assertIn("app.bak does not exist", found["message"])
        sidecar.wait_check("app-backup-integrity", "fail", "missing")
        self.assertEqual(sidecar.get("/ready").status, 200)
        self.database.sql(f"vacuum into '{backup}'")
        sidecar.wait_check("app-backup", "pass")
        sidecar.wait_check("app-backup-integrity", "pass", "ok")  # not only at its interval of 6h
        self.assertRegex(sidecar.get("/metrics").text, r'telltale_sqlite_backup_size_bytes\{check="app-backup"\} [1-9]')
        old = time.time() - 7200
        os.utime(backup, (old, old))
        sidecar.wait_check("app-backup", "fail", "threshold")

    def test_a_reload_that_changes_the_check_keeps_the_one_it_added(self):
        config = HEAD + f"  - {{name: db, type: sqlite, path: {self.path}, integrity: {{every: 6h}}}}\n"
        sidecar = self.start(config)
        self.wait_words(sidecar, "db-integrity", "intact")
        sidecar.config.write_text(config.replace("integrity:", "wal_size: 1GiB, integrity:"))
        sidecar.process.send_signal(signal.SIGHUP)
        line = harness.wait_until(lambda: next((l for l in list(sidecar.log) if l["msg"].startswith("reloaded")), None), "the reload")
        self.assertEqual((line["checks"], line["kept"], line["new"], line["gone"]), (2, 1, 1, 1))
        self.assertEqual(sidecar.check("db-integrity")["runs"], 1)

    def test_a_log_that_no_commit_restarts_fails_the_gate_and_its_restart_passes_it(self):
        reader = sqlite3.connect(self.path, isolation_level=None)
        self.addCleanup(reader.close)
        sidecar = self.start(HEAD + f"  - {{name: db, type: sqlite, path: {self.path}, wal_log: {{warn: 100KiB, fail: 2MiB}}}}\n")
        self.database.sql("pragma wal_autocheckpoint = 1")

        def read_again():
            if reader.in_transaction:
                reader.execute("commit")
            reader.execute("begin")
            reader.execute("select count(*) from t").fetchall()

        def seen(words):
            self.database.write(5)  # each is checkpointed as far as the reader allows
            read_again()
            return (found := sidecar.check("db")) and words in found["message"] and found
        found = harness.wait_until(lambda: seen("WAL log "), "a starved log")
        self.assertEqual((found["state"], found["reason"]), ("warn", "threshold"))
        self.assertIn("never restarted, because a reader is active at every commit", found["message"])
        found = harness.wait_until(lambda: seen("(limit 2.0 MiB)"), "a log over the fail limit")
        self.assertEqual(sidecar.get("/ready").status, 503)
        reader.execute("commit")
        self.database.write(2)
        sidecar.wait_check("db", "pass", "ok")
        self.assertRegex(sidecar.get("/metrics").text, r'telltale_sqlite_wal_log_bytes\{check="db"\} \d')

    def test_files_recreated_by_a_shell_under_the_application_fail_the_gate(self):
        sidecar = self.start(HEAD + f"  - {{name: db, type: sqlite, path: {self.path}}}\n")
        sidecar.wait_check("db", "pass", "ok")
        self.database.sql("pragma wal_checkpoint")
        for suffix in ("-wal", "-shm"):
            os.unlink(f"{self.path}{suffix}")
        shell = harness.Database(self, self.path)
        shell.write()
        found = sidecar.wait_check("db", "fail", "replaced")
        self.assertIn(f"app.db-shm is not the one in use by pid {self.database.process.pid}", found["message"])
        self.assertEqual(sidecar.get("/ready").status, 503)
        self.database.close()
        sidecar.wait_check("db", "pass")

    def test_an_index_truncated_under_readers_ends_only_workers(self):
        """A reader of a truncated mapping gets SIGBUS: a worker may die of it, the sidecar may not."""
        sidecar = self.start(HEAD + "".join(
            f"  - {{name: db{i}, type: sqlite, path: {self.path}, mode: query, query: select count(*) from t, "
            "interval: 100ms, timeout: 90ms}\n" for i in range(4)),
            env={"ASAN_OPTIONS": "handle_sigbus=0", "TSAN_OPTIONS": "handle_sigbus=0"})  # a sanitizer would report it as its own finding
        sidecar.wait_status("/ready", 200)
        index = self.dir / "app.db-shm"
        content = index.read_bytes()
        ended = threading.Event()

        def truncate_again_and_again():
            with open(index, "r+b", buffering=0) as file:
                while not ended.is_set():
                    file.truncate(0)
                    file.seek(0)
                    file.write(content)
                    ended.wait(0.0005)
        storm = threading.Thread(target=truncate_again_and_again)
        storm.start()
        try:
            end = time.monotonic() + 4
            while time.monotonic() < end:
                self.assertEqual(sidecar.get("/health").status, 200)
        finally:
            ended.set()
            storm.join()
        for i in range(4):
            sidecar.wait_check(f"db{i}", "pass", "ok")
        self.assertIsNone(sidecar.process.poll())


if __name__ == "__main__":
    harness.main()
