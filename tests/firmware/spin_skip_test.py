#!/usr/bin/env python3
"""Runs a configuration with and without skipping of loops in which cores only wait: every statistic and everything that
the UARTs have sent must be the same, byte for byte. Usage: spin_skip_test.py MPPASIM CONFIG"""
import pathlib
import subprocess
import sys
import tempfile


def run(mppasim, config, out, skip):
    command = [mppasim, "run", config, "--quiet", "--out", str(out), "--set", f"simulation.spin_skip={skip}"]
    subprocess.run(command, check=True)


def main():
    mppasim, config = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        skipped, executed = (pathlib.Path(folder) / name for name in ("skipped", "executed"))
        run(mppasim, config, skipped, "true")
        run(mppasim, config, executed, "false")
        names = sorted(p.name for p in skipped.iterdir() if p.name.startswith("stats.") or ".uart" in p.name)
        if not any(n.startswith("stats.") for n in names):
            sys.exit("the run has left no statistics")
        different = [n for n in names if (skipped / n).read_bytes() != (executed / n).read_bytes()]
    if different:
        sys.exit(f"{config}: different without skipping: {', '.join(different)}")


main()
