"""A process that is measured, with its children: processor time, wake-ups, private memory; and its end."""
import os
import pathlib
import signal
import subprocess
import time

TICK = 1 / os.sysconf("SC_CLK_TCK")


def cpu_clock(pid):
    """The clock of another process's CPU time in nanoseconds (clock_getcpuclockid(3)); /proc/PID/stat has 10 ms."""
    return (~pid << 3) | 2


class Process:
    def __init__(self, name, command, cpu, log, env=None, cwd=None):
        self.name = name
        self.log = log
        with open(log, "wb") as output:
            self.popen = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output,
                                          stderr=output, cwd=cwd, env={**os.environ, **(env or {})},
                                          preexec_fn=lambda: os.sched_setaffinity(0, {cpu}))

    def tree(self):
        """The pids of the process and all its descendants."""
        found = [self.popen.pid]
        for pid in found:
            try:
                for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                    found += [int(child) for child in (task / "children").read_text().split()]
            except OSError:
                pass
        return found

    def cpu_seconds(self):
        """Of all live processes of the tree, and of ended children through their parents."""
        total = 0.0
        for pid in self.tree():
            try:
                total += time.clock_gettime(cpu_clock(pid))
                fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total += (int(fields[13]) + int(fields[14])) * TICK
            except OSError:
                pass
        return total

    def wake_ups(self):
        """Voluntary and involuntary context switches of all threads of the tree."""
        total = 0
        for pid in self.tree():
            for status in pathlib.Path(f"/proc/{pid}/task").glob("*/status"):
                try:
                    lines = [line for line in status.read_text().splitlines() if "ctxt_switches" in line]
                    total += sum(int(line.split()[1]) for line in lines)
                except OSError:
                    pass
        return total

    def private_bytes(self):
        """Private memory of all processes of the tree."""
        total = 0
        for pid in self.tree():
            try:
                for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith(("Private_Clean:", "Private_Dirty:")):
                        total += int(line.split()[1]) * 1024
            except OSError:
                pass
        return total

    def end(self):
        pids = self.tree()
        self.popen.send_signal(signal.SIGTERM)
        try:
            self.popen.wait(5)
        except subprocess.TimeoutExpired:
            pass
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        self.popen.wait()

    def last_words(self):
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"
