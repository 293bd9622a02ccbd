"""How each peer is started: one worker, no access log, as somebody who knows it would for this task."""
import dataclasses
import shutil
import string
import typing

from harness import load
from harness.server import Server

BODY = '{"status":"pass","version":"1","releaseId":"0.1.0","checks":{}}\n'


@dataclasses.dataclass
class Peer:
    needs: str  # a program
    package: str
    command: typing.Callable  # (bench, port) -> list of words
    share: float = 1.0


def filled(bench, name, port):
    """A configuration of bench/peers with its port and folder put in."""
    made = bench.folder / f"{port}-{name}"
    text = string.Template((bench.peers / name).read_text())
    made.write_text(text.safe_substitute(PORT=port, FOLDER=bench.folder, BODY=BODY.strip()))
    return made


def nginx(bench, port):
    return ["nginx", "-p", bench.folder, "-e", "stderr", "-c", filled(bench, "nginx.conf", port)]


def raw_epoll(bench, port):
    return [bench.tool("bench_raw_epoll"), port]


HEALTH = {
    "nginx": Peer("nginx", "nginx-light", nginx),
    "raw epoll": Peer("cc", "gcc", raw_epoll),
}


def start(bench, wanted, path="/health"):
    """{name: Server, or why there is none}, each answering `path`."""
    found = {}
    for name, peer in wanted.items():
        if not shutil.which(peer.needs):
            found[name] = f"{peer.package} is not installed"
            continue
        port = bench.port()
        process = bench.start(name.replace(" ", "-").replace("/", "-"), peer.command(bench, port), cwd=bench.folder)
        try:
            load.wait_for(process, port, path)
            found[name] = Server(process, port, peer.share)
        except RuntimeError as error:
            found[name] = str(error)
    return found
