#!/usr/bin/env python3
"""Runs `mppasim bench core` for a few cycles: every program runs, and both engines count the same."""
import json
import pathlib
import subprocess
import sys
import tempfile

PROGRAMS = {"alu", "wide4", "copy32", "fma", "hwloop1", "chase_hit", "chase_miss", "calls", "diverse"}


def main():
    mppasim = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "bench.json"
        subprocess.run([mppasim, "bench", "core", "--cycles", "30000", "--json", str(path)], check=True,
                       stdout=subprocess.DEVNULL)
        rows = json.loads(path.read_text())["core"]
    failures = []
    counted = {}
    for row in rows:
        figures = (row["bundles"], row["instructions"], row["cycles"])
        other = counted.setdefault((row["program"], row["timing"]), figures)
        if other != figures:
            failures.append(f"{row['program']} {row['timing']}: engines count {other} and {figures}")
        if row["bundles"] == 0 or row["bundles_per_second"] <= 0:
            failures.append(f"{row['program']} {row['timing']} {row['engine']}: nothing was executed")
    missing = {(p, t) for p in PROGRAMS for t in ("pipeline", "functional")} - set(counted)
    if missing:
        failures.append(f"not measured: {sorted(missing)}")
    for failure in failures:
        print(failure)
    return 1 if failures else 0


sys.exit(main())
