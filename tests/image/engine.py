#!/usr/bin/python3
"""Runs buildah and podman with a temporary store, within the privileges of the machine.

usage: engine.py        builds the image and runs every *_test.py of this directory with it (each also runs alone)

Caches in ~/.cache/telltale/image: the base image when no registry is available, and a digest of the inputs of the
Dockerfile's first stage. That stage compiles the whole program, so it is built only when the digest differs from that of
the last successful build. Otherwise an updated build/release/telltale replaces it.
"""
import hashlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEPT = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "telltale")
CACHE = KEPT / "image"
TOOLS = pathlib.Path(os.environ.get("TELLTALE_TOOLS") or KEPT / "tools")
PUBLIC_BASE = "debian:bookworm-slim"
OWN_BASE = "localhost/telltale-base:bookworm"
IMAGE = "localhost/telltale:test"
# What can break the first stage alone: the sources are compiled alike outside.
FIRST_STAGE = ("Dockerfile", ".dockerignore", "CMakeLists.txt", "cmake", "scripts/deps.sh", "image/root.sh")

# runc and cgroupfs work on more kernels than crun and systemd's cgroups; the limits never exceed the inherited ones.
CONFIGURATION = """[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
runtime = "runc"
events_logger = "file"
cgroup_manager = "cgroupfs"
lock_type = "file"
[network]
network_backend = "netavark"
"""
# Hardened options. The host's network is used, because a bridge needs privileges that not every machine grants.
HARDENED = ("--network", "host", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "65532")


def missing():
    """Why nothing can be built and run here, or None."""
    if os.geteuid() != 0:
        return "building and running images needs root here"
    wanted = ("buildah", "podman", "runc", "podman-compose", "docker-compose", "iptables", "nsenter", "ip")
    absent = [name for name in wanted if not shutil.which(name)]
    return f"{', '.join(absent)} not installed; scripts/deps.sh --test does that" if absent else None


class Engine:
    def __init__(self):
        CACHE.mkdir(parents=True, exist_ok=True)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="store-", dir=CACHE))
        (self.folder / "containers.conf").write_text(CONFIGURATION)
        (CACHE / "tmp").mkdir(exist_ok=True)
        self.environment = {**os.environ, "CONTAINERS_CONF": str(self.folder / "containers.conf"),
                            "TMPDIR": str(CACHE / "tmp"), "DISABLE_HC_SYSTEMD": "true"}
        self.store = ("--root", str(self.folder / "root"), "--runroot", str(self.folder / "run"))

    def buildah(self, *arguments, **options):
        return self._run("buildah", *self.store, *arguments, **options)

    def options(self):
        """Options of every podman command."""
        return (*self.store, "--tmpdir", str(self.folder / "tmp"), "--network-config-dir", str(self.folder / "networks"))

    def podman(self, *arguments, **options):
        return self._run("podman", *self.options(), *arguments, **options)

    def _run(self, *command, check=True, timeout=120, show=False):
        done = subprocess.run([str(word) for word in command], stdout=None if show else subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=timeout, env=self.environment, stdin=subprocess.DEVNULL)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode}\n{(done.stdout or '')[-3000:]}{done.stderr[-3000:]}")
        return done

    def build(self, tag, *arguments, context=ROOT, timeout=1500):
        self.buildah("bud", "--isolation", "chroot", "--network", "host", "--format", "docker", "-t", tag, *arguments,
                     context, timeout=timeout, show=True)

    def base_image(self):
        """The name of a Debian 12 image in the store: a public one, or one created here."""
        named = os.environ.get("TELLTALE_BASE_IMAGE", PUBLIC_BASE)
        try:
            self.buildah("pull", "-q", named, timeout=60)
            return named
        except (AssertionError, subprocess.TimeoutExpired):
            if "TELLTALE_BASE_IMAGE" in os.environ:
                raise
            print("no registry answers: the base image is made of Debian's packages")
        archive = CACHE / "bookworm.tar"
        if not archive.exists():
            subprocess.run([pathlib.Path(__file__).with_name("base_image.sh"), archive], check=True, timeout=600)
        self.podman("import", "-q", "--change", 'CMD ["bash"]', archive, OWN_BASE)
        return OWN_BASE

    def files(self, image):
        """{path: size} of the files and links of an image, and the sum of the sizes."""
        mounted = pathlib.Path(self.podman("image", "mount", image).stdout.strip())
        try:
            found = {str(path.relative_to(mounted)): path.lstat().st_size for path in mounted.rglob("*")
                     if path.is_symlink() or path.is_file()}
        finally:
            self.podman("image", "unmount", image)
        return found

    def inspect(self, name):
        return json.loads(self.podman("inspect", name).stdout)[0]

    def close(self):
        self.podman("rm", "--force", "--all", "--volumes", "--time", "0", check=False)
        for line in sorted(pathlib.Path("/proc/self/mounts").read_text().splitlines(), reverse=True):
            target = line.split()[1]
            if target.startswith(str(self.folder) + "/"):
                subprocess.run(["umount", target], check=True)
        shutil.rmtree(self.folder)


def first_stage_digest():
    """Changes with the name or the content of any file of FIRST_STAGE."""
    digest = hashlib.sha256()
    for path in (ROOT / name for name in FIRST_STAGE):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            digest.update(f"{file.relative_to(ROOT)}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def compiled_outside(folder):
    """The first stage's result as a folder, from build/release: what the first stage would copy out of it."""
    for step in (("cmake", "--preset", "release"), ("cmake", "--build", "--preset", "release", "--target", "telltale"),
                 ("strip", "-o", folder / "telltale", "build/release/telltale"),
                 ("image/root.sh", folder / "telltale", ROOT, folder / "image")):
        subprocess.run(step, cwd=ROOT, check=True, timeout=1200)
    return folder


def build_image(host):
    known, digest = CACHE / "first_stage", first_stage_digest()
    arguments = ["--build-arg", f"BASE={host.base}", "--build-arg", "REVISION=0123abc"]
    if known.exists() and known.read_text() == digest:
        arguments += ["--build-context", f"build={compiled_outside(pathlib.Path(tempfile.mkdtemp(dir=host.folder)))}"]
    else:
        print("the Dockerfile's first stage has changed or was never built here: it compiles the program (minutes)", flush=True)
    host.build(IMAGE, *arguments)
    known.write_text(digest)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


_shared = []


def shared():
    """The engine of this run with the image in its store; built on first use."""
    if not _shared:
        host = Engine()
        _shared.append(host)
        started = time.monotonic()
        host.base = host.base_image()
        print(f"base image {host.base} after {time.monotonic() - started:.0f} s", flush=True)
        started = time.monotonic()
        build_image(host)
        print(f"image built in {time.monotonic() - started:.0f} s", flush=True)
    return _shared[0]


def main():
    """Runs the tests of a script, or all of this directory; 77 tells ctest to skip."""
    reason = missing()
    if reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    here = pathlib.Path(__file__).parent
    own = sys.modules["__main__"].__file__ != __file__
    sys.modules["engine"] = sys.modules[__name__]
    tests = (unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]) if own
             else unittest.defaultTestLoader.discover(here, "*_test.py"))
    try:
        done = unittest.TextTestRunner(verbosity=2, stream=sys.stdout).run(tests)
    finally:
        for host in _shared:
            host.close()
    sys.exit(not (done.testsRun and done.wasSuccessful()))


if __name__ == "__main__":
    main()
