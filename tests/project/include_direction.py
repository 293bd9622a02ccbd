#!/usr/bin/python3
"""Fails when an include violates the component order, or a third-party library is included outside its component.

usage: include_direction.py ROOT        exit 0: clean, 1: violations, printed as file:line: sentence
       include_direction.py --self-test
"""
import pathlib
import re
import sys

# Each component may include itself and those before it: first those of lib/, which checks/ may include too.
LIB = ["base", "api", "expect", "sasl", "net", "http"]
ORDER = ["log", "yaml", "config", "diagnostics", "reference", "worker", "client", "runner", "scheduler", "policy", "snapshot", "render",
         "routes", "http_server", "reload", "results", "app", "commands"]

# Where each third-party library may be included from, besides tests.
HOMES = {
    "yaml-cpp/": ["sidecar/yaml/reader"],
    "prometheus/": ["sidecar/render/"],
    "CLI/": ["sidecar/commands/command_line"],
    "sqlite3.h": ["checks/sqlite"],
    "zlib.h": ["sidecar/routes/gzip"],
    "re2/": ["lib/expect/pattern"],
    "ares": ["checks/dns"],
    "nghttp2/": ["checks/grpc"],
    "boost/beast": ["checks/websocket/session",
                    "checks/websocket/explain", "lib/http/body_framing", "lib/http/status", "lib/boost/"],
    "boost/url": ["lib/api/url", "lib/boost/"],
    "openssl/": ["lib/sasl/digest", "lib/net/tls_", "sidecar/http_server/tls_", "lib/api/version"],
    "boost/asio/ssl": ["lib/boost/"],
}

# Headers of one component that only these others may include.
HIDDEN = {"worker/worker_pool.hpp": ["sidecar/worker/", "sidecar/runner/"]}

# Pure components: their files do not include Asio, not even indirectly.
PURE = ["lib/base/", "lib/api/", "lib/expect/", "lib/sasl/", "sidecar/yaml/", "sidecar/config/", "sidecar/diagnostics/", "sidecar/reference/", "sidecar/results/", "sidecar/log/", "sidecar/policy/", "sidecar/snapshot/", "sidecar/render/", "sidecar/routes/",
        "sidecar/scheduler/timetable"]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def component(path):
    """The folder below lib/ or sidecar/; empty for main.cpp."""
    return path.split("/")[1] if path.count("/") > 1 else ""


def offences(path, text):
    """Yields (line number, sentence) for one file; path is relative to the root."""
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, target = match.groups()
        for library, homes in HOMES.items():
            if quote == "<" and target.startswith(library) and not any(path.startswith(h) for h in homes):
                yield number, f"<{target}> may only be included in {', '.join(homes)}"
        if quote == '"' and not any(path.startswith(home) for home in HIDDEN.get(target, [""])):
            yield number, f'"{target}" may only be included in {", ".join(HIDDEN[target])}'
        if target == "boost/asio.hpp":
            yield number, "include the narrow Asio headers"
        if path.startswith("include/") and quote == '"':
            yield number, f'the public API includes nothing of ours but <telltale/...>, not "{target}"'
        if path.startswith("checks/") and quote == '"' and target.split("/")[0] in ORDER:
            yield number, f'checks/ never includes sidecar/: "{target}"'
        if path.startswith("lib/base/") and target.startswith("boost/"):
            yield number, "lib/base stands on the C++ library and the kernel alone"
        if path.startswith(("lib/", "sidecar/")) and quote == '"':
            order = LIB if path.startswith("lib/") else LIB + ORDER
            own, other = component(path), target.split("/")[0]
            if other not in order:
                yield number, f'"{target}" is not a component that {path.split("/")[0]}/ may include'
            elif own in order and order.index(other) > order.index(own):
                yield number, f'{own} may not include {other}: the way is {" -> ".join(order)}'


def ours(target, quote):
    """The files of this project to which an include may refer."""
    if quote == "<":
        return [f"include/{target}"] if target.startswith("telltale/") else []
    return [f"{folder}/{target}" for folder in ("lib", "sidecar", "checks")]


def way_to_asio(path, texts, seen):
    """The chain of includes from a file to Asio, as a list of paths; empty when there is none."""
    if path in seen or path not in texts:
        return None
    seen.add(path)
    for line in texts[path].splitlines():
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, target = match.groups()
        if target.startswith("boost/asio"):
            return [path, target]
        for file in ours(target, quote):
            if way := way_to_asio(file, texts, seen):
                return [path, *way]
    return None


def impure(texts):
    for path in texts:
        if any(path.startswith(prefix) for prefix in PURE) and (way := way_to_asio(path, texts, set())):
            yield path, 1, f"a pure part reaches Asio: {' -> '.join(way)}"


def self_test():
    cases = [
        ("checks/disk.cpp", '#include "config/config.hpp"', True),
        ("checks/disk.cpp", "#include <telltale/check.hpp>", False),
        ("sidecar/policy/status.cpp", '#include "render/render.hpp"', True),
        ("sidecar/render/render.cpp", '#include "policy/status.hpp"', False),
        ("sidecar/render/render.cpp", '#include "disk/usage.hpp"', True),
        ("sidecar/config/settings.cpp", "#include <yaml-cpp/yaml.h>", True),
        ("sidecar/yaml/reader.cpp", "#include <yaml-cpp/yaml.h>", False),
        ("include/telltale/check.hpp", '#include "log/log.hpp"', True),
        ("sidecar/scheduler/scheduler.hpp", "#include <boost/asio.hpp>", True),
        ("checks/disk/look.cpp", '#include "base/descriptor.hpp"', False),
        ("sidecar/config/settings.cpp", '#include "base/ascii.hpp"', False),
        ("lib/api/secret.cpp", '#include "base/small_file.hpp"', False),
        ("lib/base/small_file.cpp", '#include "api/file_error.hpp"', True),
        ("lib/api/secret.cpp", '#include "log/log.hpp"', True),
        ("lib/base/utf8.cpp", "#include <boost/asio/buffer.hpp>", True),
        ("lib/net/dial.cpp", '#include "api/file_error.hpp"', False),
        ("lib/api/secret.cpp", '#include "net/endpoint.hpp"', True),
        ("checks/tcp.cpp", '#include "net/dial.hpp"', False),
        ("sidecar/scheduler/scheduler.cpp", '#include "worker/worker_pool.hpp"', True),
        ("sidecar/runner/process_runner.hpp", '#include "worker/worker_pool.hpp"', False),
    ]
    texts = {"sidecar/render/a.cpp": '#include "http_server/b.hpp"', "sidecar/http_server/b.hpp": "#include <telltale/c.hpp>",
             "include/telltale/c.hpp": "#include <boost/asio/buffer.hpp>", "sidecar/http_server/b.cpp": '#include "http_server/b.hpp"'}
    assert [path for path, _, _ in impure(texts)] == ["sidecar/render/a.cpp"]
    assert not list(impure({**texts, "include/telltale/c.hpp": ""}))
    for path, line, bad in cases:
        assert bool(list(offences(path, line))) == bad, (path, line)


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    self_test()
    root = pathlib.Path(sys.argv[1])
    texts = {file.relative_to(root).as_posix(): file.read_text()
             for folder in ("include", "lib", "checks", "sidecar") for file in sorted((root / folder).rglob("*.[ch]pp"))}
    found = [(path, *offence) for path, text in texts.items() for offence in offences(path, text)] + list(impure(texts))
    for path, number, sentence in found:
        print(f"{path}:{number}: {sentence}")
    print(f"{len(texts)} files, {len(found)} includes against the direction")
    sys.exit(1 if found or not texts else 0)


main()
