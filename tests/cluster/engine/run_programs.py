#!/usr/bin/env python3
"""Runs the sample programs through `mppasim exec`.

  run_programs.py MPPASIM timing EXPECTED.tsv PROGRAMS.tar.xz [exec options]   printed cycle count against the table
  run_programs.py MPPASIM selfcheck PROGRAMS.tar.xz [exec options]             exit status 0 of every program
"""

import pathlib
import subprocess
import sys
import tarfile
import tempfile

MAX_CYCLES = "20000000"


def run(mppasim, options, elf):
    return subprocess.run([mppasim, "exec", "--quiet", "--max-cycles", MAX_CYCLES, *options, elf], capture_output=True,
                          text=True, timeout=120)


def timing(mppasim, folder, table, options):
    bad = 0
    rows = [line.split("\t") for line in pathlib.Path(table).read_text().splitlines()[1:]]
    for name, _group, rule, confidence, cycles, tolerance, what, _bundles in rows:
        result = run(mppasim, options, folder / f"{name}.elf")
        text = result.stdout.strip()
        allowed = 0 if confidence == "certain" else int(tolerance)
        if result.returncode != 0 or not text.isdigit() or abs(int(text) - int(cycles)) > allowed:
            bad += 1
            print(f"{name}: expected {cycles} +- {allowed}, got '{text}' status {result.returncode} ({rule}: {what})",
                  result.stderr)
    print(f"{len(rows) - bad} of {len(rows)} timing samples right")
    return bad == 0 and len(rows) > 0


def selfcheck(mppasim, folder, options):
    elfs = sorted(folder.glob("*.elf"))
    bad = 0
    for elf in elfs:
        result = run(mppasim, options, elf)
        if result.returncode != 0:
            bad += 1
            print(f"{elf.name}: status {result.returncode}", result.stderr)
    print(f"{len(elfs) - bad} of {len(elfs)} programs right")
    return bad == 0 and len(elfs) > 0


def main():
    mppasim, mode, *rest = sys.argv[1:]
    table = rest.pop(0) if mode == "timing" else None
    archive = rest.pop(0)
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(archive) as tar:
            tar.extractall(folder)
        folder = pathlib.Path(folder)
        right = timing(mppasim, folder, table, rest) if table else selfcheck(mppasim, folder, rest)
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
