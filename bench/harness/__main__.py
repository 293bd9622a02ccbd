"""Command line of the benchmarks: creates a directory and a namespace, and measures the rows inside."""
import argparse
import os
import pathlib
import sys
import time

from harness import build, namespace, rows, table
from harness.bench import Bench


def arguments():
    listed = "\n".join(f"  {row.NAME:16} {row.NUMBER:>3}  {row.TITLE}" for row in rows.ALL)
    parser = argparse.ArgumentParser(
        prog="bench/run.sh", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measures telltale and its peers in one run, in a network namespace of its own, and prints one\n"
                    "table. Builds a release first, and installs missing peers (bench/deps.sh).",
        epilog="names:\n" + listed)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds: some minutes, less steady")
    parser.add_argument("--save", metavar="FILE", type=pathlib.Path,
                        help="also write the table as Markdown; docs/performance.md keeps the text around its table")
    parser.add_argument("--earlier", metavar="PROGRAM", type=pathlib.Path,
                        help="also measure the telltale of an earlier version, in the same rounds")
    parser.add_argument("names", nargs="*", metavar="NAME", help="rows to measure, by name or number; default: all")
    found = parser.parse_args()
    known = {key: row for row in rows.ALL for key in (row.NAME, str(row.NUMBER))}
    unknown = [name for name in found.names if name not in known]
    if unknown:
        parser.error(f"no such row: {', '.join(unknown)} (see --help)")
    wanted = [known[name] for name in found.names]
    found.rows = [row for row in rows.ALL if not wanted or row in wanted]
    if found.earlier and not os.access(found.earlier, os.X_OK):
        parser.error(f"--earlier {found.earlier}: not a program")
    found.earlier = found.earlier and found.earlier.resolve()
    if found.save:
        found.save = found.save.resolve()
    return found


def measure(asked):
    begin = time.monotonic()
    lines = []
    with Bench(quick=asked.quick, folder=namespace.folder(), earlier=asked.earlier) as bench:
        for row in asked.rows:
            bench.say(f"{row.NUMBER} {row.TITLE}")
            try:
                lines += row.run(bench)
            except Exception as error:  # continue with the other rows; the table marks the failed one
                lines.append(table.failed(row, error))
            finally:
                bench.end_all()
        about = bench.about(time.monotonic() - begin)
    print(table.text(lines, about))
    if asked.save:
        table.save(asked.save, table.markdown(lines, about))
    return 1 if any(line.verdict == table.FAILED for line in lines) else 0


def main():
    asked = arguments()
    if not namespace.inside():
        build.prepare()
        return namespace.enter(sys.argv[1:])
    return measure(asked)


if __name__ == "__main__":
    sys.exit(main())
