"""Certificates, keys and secrets in a configuration: `validate --files` and `serve` report the same."""
import harness
from authority import Authority

SECRET = "a-planted-secret"


class NamedFiles(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.dir)
        self.cert, self.key = self.authority.issue("good")
        self.token = self.dir / "token"
        self.token.write_text(SECRET + "\n")

    def write(self, **changes):
        files = {"cert": self.cert, "key": self.key, "token": f"{{file: {self.token}}}", "ca": self.authority.cert,
                 "header": "{env: TELLTALE_TEST_SECRET}", **changes}
        (self.dir / "telltale.yaml").write_text("""\
server:
  drain_delay: 0s
  tls:
    cert: {cert}
    key: {key}
  token: {token}
checks:
  - {{name: root, type: disk, path: /, warn: 100%, fail: 100%}}
  - {{name: ws, type: websocket, url: "wss://127.0.0.1:1/", ca_file: {ca}, headers: {{Authorization: {header}}}}}
""".format(**files))

    def validate(self, *arguments):
        done = self.run_telltale("validate", *arguments, "telltale.yaml", env={"TELLTALE_TEST_SECRET": SECRET})
        self.assertNotIn(SECRET, done.stdout + done.stderr)
        return done

    def expect_refused(self, *lines, **changes):
        """Reported by validate and in the same words by serve; without --files the text alone is valid."""
        self.write(**changes)
        self.assertEqual(self.validate().returncode, 0)
        done = self.validate("--files")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done)
        self.assertEqual(len(done.stderr.splitlines()), len(lines), done.stderr)
        for line, words in zip(done.stderr.splitlines(), lines):
            self.assertTrue(line.startswith(f"telltale.yaml:{words[0]}: "), line)
            for word in words[1:]:
                self.assertIn(str(word), line)
        serve = self.run_telltale("serve", "-c", "telltale.yaml", "--listen", "127.0.0.1:0",
                                  env={"TELLTALE_TEST_SECRET": SECRET})
        self.assertEqual((serve.returncode, serve.stderr), (2, "telltale: " + done.stderr))

    def test_valid_files(self):
        self.write()
        done = self.validate("--files")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        self.assertEqual(done.stdout, "telltale.yaml: ok (2 checks)\n")

    def test_every_missing_file_is_reported_at_its_location_with_advice(self):
        mend = "no such file - mount it or correct the path"
        self.expect_refused(("4:11", "/no/crt", mend), ("6:10", "token:", "/no/token", mend), ("9:5", "check 'ws'", "/no/ca"),
                            cert="/no/crt", key="/no/key", token="{file: /no/token}", ca="/no/ca")
        self.expect_refused(("5:10", "/no/key", mend), ("6:10", "TELLTALE_TEST_ABSENT is not set"),
                            key="/no/key", token="{env: TELLTALE_TEST_ABSENT}")
        self.expect_refused(("9:5", "check 'ws'", "TELLTALE_TEST_ABSENT is not set"), header="{env: TELLTALE_TEST_ABSENT}")

    def test_files_with_other_contents(self):
        _, other = self.authority.issue("other")
        empty = self.dir / "empty"
        empty.touch()
        self.expect_refused(("5:10", other, "does not match the certificate", self.cert), key=other)
        self.expect_refused(("4:11", self.token, "not a certificate in PEM"), cert=self.token)
        self.expect_refused(("5:10", self.token, "not a private key in PEM"), key=self.token)
        self.expect_refused(("6:10", empty, "is empty"), token=f"{{file: {empty}}}")
        self.expect_refused(("9:5", self.token, "not a certificate in PEM"), ca=self.token)

    def test_an_expired_certificate_is_a_warning(self):
        cert, key = self.authority.issue("expired", days=-1)
        self.write(cert=cert, key=key)
        done = self.validate("--files")
        self.assertEqual((done.returncode, done.stdout), (0, "telltale.yaml: ok (2 checks)\n"), done)
        self.assertRegex(done.stderr, rf"^telltale\.yaml:4:11: warning: TLS certificate {cert}: expired on \d{{4}}-\d\d-\d\d "
                                      r"\d\d:\d\d UTC; renew it, verifying clients reject it\n$")
        sidecar = self.start((self.dir / "telltale.yaml").read_text(), env={"TELLTALE_TEST_SECRET": SECRET})
        logged = [line for line in sidecar.log if "certificate" in line["msg"]]
        self.assertEqual(len(logged), 1, logged)
        self.assertEqual(logged[0]["level"], "warn")
        self.assertIn(f"TLS certificate {cert}: expired on", logged[0]["msg"])


if __name__ == "__main__":
    harness.main()
