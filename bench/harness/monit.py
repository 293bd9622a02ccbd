"""monit with the same kind of checks: files that exist, space of file systems."""
from harness import watched


def start(bench, files, disks):
    """Checks every second; it has no listener and gets no requests."""
    paths = watched.markers(bench)
    text = f"set daemon 1\nset log {bench.folder}/monit.log\n" + "".join(
        f"set {name}file {bench.folder}/monit.{name}\n" for name in ("pid", "id", "state"))
    for i in range(files):
        text += f"check file m{i} with path {paths[i % len(paths)]}\n  if does not exist then alert\n"
    for i in range(disks):
        text += f"check filesystem d{i} with path /\n  if space usage > 90% then alert\n"
    file = bench.folder / "monitrc"
    file.write_text(text)
    file.chmod(0o600)
    return bench.start("monit", ["monit", "-I", "-c", file])
