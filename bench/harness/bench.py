"""One run of the benchmarks: paths, CPU assignment, and the processes that were started."""
import os
import pathlib
import platform
import sys
import time

from harness import namespace
from harness.process import Process

SOURCE = pathlib.Path(__file__).resolve().parents[2]


class Bench:
    """The context of every row. end_all ends everything it starts, at the latest at the end of the run."""

    def __init__(self, quick, folder, earlier=None):
        """`earlier`: the program of an earlier version, which is measured in the same rounds."""
        self.quick = quick
        self.earlier = earlier
        self.folder = folder
        self.build = pathlib.Path(os.environ.get("TELLTALE_BUILD", SOURCE / "build/release"))
        self.telltale = self.build / "telltale"
        self.peers = SOURCE / "bench/peers"
        cpus = sorted(os.sched_getaffinity(0))
        if len(cpus) < 2:
            sys.exit("bench: two processors are needed, one for the server and one for the client")
        self.server_cpu, self.client_cpu = cpus[0], cpus[1]
        self.running = []
        self.next_port = 9100

    def __enter__(self):
        namespace.prepare()
        namespace.come_first()
        os.sched_setaffinity(0, {self.client_cpu})
        return self

    def __exit__(self, *_):
        self.end_all()

    def tool(self, name):
        """A program that is built together with telltale."""
        return str(self.build / "bench" / name)

    def port(self):
        self.next_port += 1
        return self.next_port

    def start(self, name, command, beside=False, **options):
        """A process on the server's processor, or `beside` it on the client's. Its output is kept in a file, for when
        it does not come up."""
        cpu = self.client_cpu if beside else self.server_cpu
        process = Process(name, command, cpu=cpu, log=self.folder / f"{name}-{self.port()}.log", **options)
        self.running.append(process)
        return process

    def end_all(self):
        while self.running:
            self.running.pop().end()

    def rounds(self, full, quick):
        return quick if self.quick else full

    def say(self, what):
        print(f"bench: {what}", file=sys.stderr, flush=True)

    def about(self, seconds):
        model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
                     platform.machine())
        load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
        return (f"{time.strftime('%Y-%m-%d')}, {model}, Linux {platform.release().split('-')[0]}, "
                f"{'quick' if self.quick else 'full'} run of {seconds / 60:.0f} min, load average at its end {load}")
