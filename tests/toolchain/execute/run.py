#!/usr/bin/env python3
"""Execution tests: compiles each program for KV3 at several levels and runs it on mppasim exec; status 0 is success.
A program whose first line is /* run: OPTIONS */ is run with these options of mppasim exec.

usage: run.py --kvx-cc PATH --mppasim PATH [--levels O0,O1,...] [--cflags FLAGS] program...
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile


def run(command, seconds):
    try:
        return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=seconds, errors="replace")
    except subprocess.TimeoutExpired as expired:
        return subprocess.CompletedProcess(command, 124, "", f"timeout after {expired.timeout} s")


def failure(arguments, source, level, work):
    """None if the program compiles and ends with status 0, else what went wrong."""
    program = pathlib.Path(work) / f"{source.stem}-{level}.elf"
    flags = ["-std=c++20"] if source.suffix == ".cc" else ["-std=gnu11", "-w"]
    built = run([arguments.kvx_cc, f"-{level}", *flags, *arguments.cflags.split(), source, "-o", program, "-lm"], 120)
    if built.returncode:
        return f"does not compile: {built.stderr.strip()[-1500:]}"
    own = re.match(r"/\* run: (.*) \*/", source.read_text())
    options = arguments.exec_options.split() + (own[1].split() if own else [])
    result = run([arguments.mppasim, "exec", "-q", *options, "--max-cycles", 100_000_000, program], 300)
    if result.returncode:
        return f"status {result.returncode}: {(result.stdout + result.stderr).strip()[-1500:]}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kvx-cc", required=True)
    parser.add_argument("--mppasim", required=True)
    parser.add_argument("--levels", default="O0,O1,O2,O3,Os")
    parser.add_argument("--cflags", default="")
    parser.add_argument("--exec-options", default="--timing functional")
    parser.add_argument("programs", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory(prefix="kvx-execute-") as work:
        for source in arguments.programs:
            for level in arguments.levels.split(","):
                why = failure(arguments, source, level, work)
                if why:
                    bad += 1
                    print(f"{source.name} -{level}: {why}", flush=True)
    print(f"{len(arguments.programs)} programs, {bad} failures at levels {arguments.levels}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
