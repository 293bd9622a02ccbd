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
import time

FOLDER = "TELLTALE_BENCH_FOLDER"


def inside():
    return FOLDER in os.environ


def folder():
    return pathlib.Path(os.environ[FOLDER])


def enter(arguments):
    """Runs this program again inside the namespace; returns its exit code."""
    made = tempfile.mkdtemp(prefix="telltale-bench-")
    os.chmod(made, 0o755)  # peers that drop privileges read their files there
    rights = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["setpriv", "--pdeathsig", "KILL",
               "unshare", *rights, "--net", "--pid", "--fork", "--kill-child", "--mount-proc",
               sys.executable, "-B", "-m", "harness", *arguments]
    child = subprocess.Popen(command, env={**os.environ, FOLDER: made}, start_new_session=True)
    stopped = []

    def stop(number, _):
        stopped.append(number)
        child.kill()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    code = child.wait()
    remove(made)
    if stopped:
        print("bench: interrupted", file=sys.stderr)
        return 128 + stopped[0]
    return code if code >= 0 else 128 - code


def remove(made):
    """The last processes may still be ending."""
    for _ in range(50):
        shutil.rmtree(made, ignore_errors=True)
        if not os.path.exists(made):
            return
        time.sleep(0.1)


def come_first():
    """A machine that does other things as well disturbs less. A session is one share of the scheduler, whatever the
    priorities within it (sched(7), autogroup), and this one is the harness's own."""
    try:
        pathlib.Path("/proc/self/autogroup").write_text("-20")
    except OSError:
        pass


def prepare():
    """Brings loopback up, and lets it forget closed connections soon: a client makes many thousands of them."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for name, value in (("ip_local_port_range", "10000 65535"), ("tcp_tw_reuse", "1")):
        try:
            pathlib.Path("/proc/sys/net/ipv4", name).write_text(value)
        except OSError as error:
            print(f"bench: {name} stays as it is: {error}", file=sys.stderr)
