"""How each peer is started: one worker, no access log, tuned for this task."""
import dataclasses
import os
import pathlib
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
    path: str = "/health"
    share: float = 1.0


def filled(bench, name, port):
    """A configuration of bench/peers with port and directory filled in."""
    made = bench.folder / f"{port}-{name}"
    text = string.Template((bench.peers / name).read_text())
    escaped = BODY.strip().replace("\\", "\\\\").replace('"', '\\"')
    made.write_text(text.safe_substitute(PORT=port, FOLDER=bench.folder, BODY=BODY.strip(), BODY_ESCAPED=escaped))
    made.chmod(0o600)  # monit requires it
    return made


def nginx(bench, port):
    return ["nginx", "-p", bench.folder, "-e", "stderr", "-c", filled(bench, "nginx.conf", port)]


def raw_epoll(bench, port):
    return [bench.tool("bench_raw_epoll"), port]


def haproxy(bench, port):
    return ["haproxy", "-q", "-db", "-f", filled(bench, "haproxy.cfg", port)]


def lighttpd(bench, port):
    www = bench.folder / "www"
    www.mkdir(exist_ok=True)
    (www / "health").write_text(BODY)
    return ["lighttpd", "-D", "-f", filled(bench, "lighttpd.conf", port)]


def caddy(bench, port):
    return ["env", f"XDG_DATA_HOME={bench.folder}", f"XDG_CONFIG_HOME={bench.folder}", "caddy", "run", "--adapter",
            "caddyfile", "--config", filled(bench, "Caddyfile", port)]


def go_server(bench, port):
    series = bench.folder / "series"
    command = ["env", f"BODY={BODY}", bench.tool("bench_go_server"), f"127.0.0.1:{port}"]
    return [*command, series] if series.exists() else command


def exposer(bench, port):
    return [bench.tool("bench_exposer"), f"127.0.0.1:{port}", bench.folder / "series"]


def fastapi(bench, port):
    return ["env", f"DATABASE={bench.folder / 'fastapi.db'}", "/usr/bin/python3", "-m", "uvicorn", "fastapi_app:app",
            "--app-dir", bench.peers, "--host", "127.0.0.1", "--port", port, "--workers", "1", "--no-access-log"]


def blackbox(bench, port):
    return ["prometheus-blackbox-exporter", f"--config.file={filled(bench, 'blackbox.yml', port)}",
            f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]


NGINX = Peer("nginx", "nginx-light", nginx)
RAW_EPOLL = Peer("bench_raw_epoll", "gcc", raw_epoll)
HAPROXY = Peer("haproxy", "haproxy", haproxy)
LIGHTTPD = Peer("lighttpd", "lighttpd", lighttpd)
CADDY = Peer("caddy", "caddy", caddy, share=0.3)
GO = Peer("bench_go_server", "golang-go or golang-github-prometheus-client-golang-dev", go_server, share=0.5)
FASTAPI = Peer("uvicorn", "python3-fastapi or uvicorn", fastapi, share=0.03)
EXPOSER = Peer("bench_exposer", "prometheus-cpp-dev", exposer, path="/metrics")
BLACKBOX = Peer("prometheus-blackbox-exporter", "prometheus-blackbox-exporter", blackbox, path="/-/healthy")

HEALTH = {"nginx": NGINX, "raw epoll": RAW_EPOLL, "haproxy": HAPROXY, "lighttpd": LIGHTTPD, "caddy": CADDY,
          "Go net/http": GO, "FastAPI": FASTAPI}


def is_there(bench, program):
    # Debian installs servers in directories of root's PATH.
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    return shutil.which(program, path=places) or pathlib.Path(bench.tool(program)).exists()


def start(bench, wanted):
    """{name: Server that answers, or the reason why there is none}."""
    found = {}
    for name, peer in wanted.items():
        if not is_there(bench, peer.needs):
            found[name] = f"{peer.package} is not installed"
            continue
        port = bench.port()
        process = bench.start(name.replace(" ", "-").replace("/", "-"), peer.command(bench, port), cwd=bench.folder)
        try:
            load.wait_for(process, port, peer.path)
            found[name] = Server(process, port, peer.share)
        except RuntimeError as error:
            bench.say(f"  {error}")
            found[name] = "does not start"
    return found
