#!/usr/bin/env python3
"""Code-quality table: compiles the kernels, runs them on the pipeline model, prints a table in Markdown.

usage: table.py --kvx-cc PATH --mppasim PATH [--levels O2,O3] [--update docs/toolchain/code-quality.md] [--check]

--check compares the kernels' checksums with the host's (gcc) and fails on a difference.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parent / "kernels.c"
MARK = "<!-- table: tests/toolchain/quality/table.py -->"


def run(*command):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300)
    if result.returncode:
        sys.exit(f"table.py: {' '.join(map(str, command))}: status {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def measure(arguments, level, work):
    program = work / f"kernels-{level}.elf"
    run(arguments.kvx_cc, f"-{level}", SOURCE, "-o", program)
    rows = [line.split() for line in run(arguments.mppasim, "exec", "-q", "--max-cycles", 20_000_000, program).splitlines()]
    return [(name, *map(int, numbers)) for name, *numbers in rows]


def check(rows, work):
    run("gcc", "-O1", "-w", SOURCE, "-o", work / "host")
    host = {line.split()[0]: int(line.split()[5]) for line in run(work / "host").splitlines()}
    bad = [name for name, *_, result in rows if host[name] != result]
    if bad:
        sys.exit(f"table.py: checksums differ from the host's: {', '.join(bad)}")


def table(rows, level):
    lines = [f"### -{level}", "", "| kernel | instructions | bundles | instructions per bundle | cycles | work per cycle |",
             "|---|---:|---:|---:|---:|---:|"]
    for name, cycles, bundles, instructions, work, _ in rows:
        lines.append(f"| {name} | {instructions} | {bundles} | {instructions / bundles:.2f} | {cycles} | {work / cycles:.3f} |")
    bundles, instructions = sum(row[2] for row in rows), sum(row[3] for row in rows)
    mean = sum(row[3] / row[2] for row in rows) / len(rows)
    lines.append(f"| **all** | {instructions} | {bundles} | {instructions / bundles:.2f} (mean of kernels {mean:.2f}) | {sum(row[1] for row in rows)} | |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kvx-cc", required=True)
    parser.add_argument("--mppasim", required=True)
    parser.add_argument("--levels", default="O2,O3")
    parser.add_argument("--update", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    text = ""
    with tempfile.TemporaryDirectory(prefix="kvx-quality-") as work:
        for level in arguments.levels.split(","):
            rows = measure(arguments, level, pathlib.Path(work))
            if arguments.check:
                check(rows, pathlib.Path(work))
            text += table(rows, level) + "\n"
    if arguments.update:
        head = arguments.update.read_text().split(MARK)[0]
        arguments.update.write_text(head + MARK + "\n\n" + text.rstrip() + "\n")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
