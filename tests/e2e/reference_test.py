"""telltale checks, schema and validate: what the program says of its types and of a configuration."""
import json
import os
import pathlib

import jsonschema
import yaml

import harness
from commands import ROOT, Commands, checks

SOURCE = pathlib.Path(os.environ["TELLTALE_SOURCE"])


class Reference(Commands):
    def test_types_are_listed_and_each_is_described(self):
        listed = self.run_telltale("checks")
        self.assertEqual(listed.returncode, 0, listed)
        types = json.loads(self.run_telltale("checks", "--format", "json").stdout)
        for name, option in {"sqlite": "path", "disk": "path", "tcp": "address", "websocket": "url", "marker": "path"}.items():
            self.assertRegex(listed.stdout, rf"(?m)^{name} ")
            self.assertIn(f'"{name}"', json.dumps(types))
            one = self.run_telltale("checks", name)
            self.assertEqual((one.returncode, one.stderr), (0, ""), one)
            self.assertIn(option, one.stdout)
        done = self.run_telltale("checks", "dsk")
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1))
        self.assertIn("did you mean 'disk'", done.stderr)

    def test_the_schema_is_valid_and_accepts_the_examples(self):
        schema = json.loads(self.run_telltale("schema").stdout)
        jsonschema.Draft7Validator.check_schema(schema)
        validator = jsonschema.Draft7Validator(schema)
        examples = [*SOURCE.glob("examples/*.yaml"), *SOURCE.glob("examples/*/telltale.yaml")]
        self.assertGreaterEqual(len(examples), 5)
        for example in examples:
            errors = [e.message for e in validator.iter_errors(yaml.safe_load(example.read_text()))]
            self.assertEqual(errors, [], example)

    def test_the_schema_refuses_what_the_program_refuses(self):
        schema = json.loads(self.run_telltale("schema").stdout)
        validator = jsonschema.Draft7Validator(schema)
        for text in (checks("{name: a, type: dsik, path: /}"), checks("{name: a, type: disk, path: /, interval: 5}"),
                     checks("{name: a, type: disk, pfad: /}"), checks("{name: a, type: disk}"), "chekcs: []\n",
                     checks("{name: a, type: disk, path: /, severity: deadly}")):
            self.assertFalse(validator.is_valid(yaml.safe_load(text)), text)
            done = self.run_telltale("validate", "-", stdin=text)
            self.assertEqual(done.returncode, 2, text)

    def test_validate_reports_every_file(self):
        self.write(checks(ROOT), "one.yaml")
        self.write(checks(ROOT, "{name: two, type: dsik}"), "two.yaml")
        self.write("checks: [\n", "three.yaml")
        done = self.run_telltale("validate", "one.yaml", "two.yaml", "nowhere.yaml", "three.yaml")
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(done.stdout, "one.yaml: ok (1 check)\n")
        for place in (r"two\.yaml:3:\d+: ", r"nowhere\.yaml: ", r"three\.yaml:\d+:\d+: "):
            self.assertRegex(done.stderr, rf"(?m)^{place}")
        self.write(checks(ROOT, "{name: db, type: tcp, address: 'db:5432'}"), "hinted.yaml")
        done = self.run_telltale("validate", "hinted.yaml")
        self.assertEqual((done.returncode, done.stdout), (0, "hinted.yaml: ok (2 checks)\n"), done)
        self.assertRegex(done.stderr, r"^hinted\.yaml:3:\d+: hint: address: on port 5432 PostgreSQL .*\n$")
        done = self.run_telltale("validate", *map(str, SOURCE.glob("examples/*.yaml")))
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)


if __name__ == "__main__":
    harness.main()
