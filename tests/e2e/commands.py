"""What the tests of commands share: configurations, and a folder for them."""
import harness

ROOT = "{name: root, type: disk, path: /, warn: 100%, fail: 100%, inodes: {fail: 100%}}"


def checks(*entries):
    return "checks:\n" + "".join(f"  - {e}\n" for e in entries)


def marker(name, path, **settings):
    more = "".join(f", {k}: {v}" for k, v in settings.items())
    return f'{{name: {name}, type: marker, path: "{path}"{more}}}'


class Commands(harness.TestCase):
    def write(self, text, name="telltale.yaml"):
        (self.dir / name).write_text(text)
        return name
