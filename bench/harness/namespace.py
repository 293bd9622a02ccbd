"""A network and a process namespace for one run: no connection tracking, free ports, and nothing is left behind.

The kernel ends every process of the namespace together with its first one, whatever happened to the harness.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

FOLDER = "TELLTALE_BENCH_FOLDER"


def inside():
    return FOLDER in os.environ


def folder():
    return pathlib.Path(os.environ[FOLDER])


def enter(arguments):
    """Runs this program again inside; returns its exit code."""
    made = tempfile.mkdtemp(prefix="telltale-bench-")
    os.chmod(made, 0o755)  # peers that give up their rights read their files there
    rights = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *rights, "--net", "--pid", "--fork", "--kill-child", "--mount-proc",
               sys.executable, "-B", "-m", "harness", *arguments]
    try:
        child = subprocess.Popen(command, env={**os.environ, FOLDER: made})
        # An interrupt from the terminal reaches the inner program by itself; anything else has to end it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: child.kill())
        signal.signal(signal.SIGHUP, lambda *_: child.kill())
        code = child.wait()
        return code if code >= 0 else 128 - code
    finally:
        shutil.rmtree(made, ignore_errors=True)


def prepare():
    """Brings loopback up, and lets it forget closed connections soon: a client makes many thousands of them."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for name, value in (("ip_local_port_range", "10000 65535"), ("tcp_tw_reuse", "1")):
        try:
            pathlib.Path("/proc/sys/net/ipv4", name).write_text(value)
        except OSError as error:
            print(f"bench: {name} stays as it is: {error}", file=sys.stderr)
