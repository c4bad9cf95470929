"""Runs a shipped configuration twice: it succeeds, its report is complete, and everything but the host's figures is the
same to the byte. shipped_test.py MPPASIM CONFIG"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

MPPASIM, CONFIG = (str(pathlib.Path(p).resolve()) for p in sys.argv[1:3])
LATENCIES = {"min", "mean", "p50", "p90", "p99", "p99_9", "max"}


def contents(directory):
    """Bytes by name of all files; of the report without `host`."""
    files = {str(f.relative_to(directory)): f.read_bytes() for f in sorted(directory.rglob("*")) if f.is_file()}
    report = json.loads(files["report.json"])
    del report["host"]
    files["report.json"] = json.dumps(report, indent=1).encode()
    return files


class Shipped(unittest.TestCase):
    def test_runs_twice_alike(self):
        with tempfile.TemporaryDirectory() as scratch:
            first, second = pathlib.Path(scratch, "first"), pathlib.Path(scratch, "second")
            run = subprocess.run([MPPASIM, "run", CONFIG, "--quiet", "--out", first], capture_output=True, text=True)
            self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))
            again = subprocess.run([MPPASIM, "rerun", first, "--out", second], capture_output=True, text=True)
            self.assertEqual((again.returncode, again.stdout), (0, "identical\n"), again.stderr)
            self.check_report(json.loads((first / "report.json").read_text()))
            a, b = contents(first), contents(second)
            self.assertEqual(a.keys(), b.keys())
            for name in a:
                self.assertEqual(a[name], b[name], name)

    def check_report(self, report):
        self.assertGreater(report["simulation"]["simulated_s"], 0)
        self.assertGreater(report["host"]["wall_s"], 0)
        for w in report["workloads"]:
            self.assertGreater(w["ios"], 0, w["name"])
            self.assertGreater(w["iops"], 0, w["name"])
            self.assertEqual((w["errors"], w["verify_errors"]), (0, 0), w["name"])
            self.assertEqual(w["latency_ns"].keys(), LATENCIES)
            values = [w["latency_ns"][k] for k in ("min", "p50", "p90", "p99", "p99_9", "max")]
            self.assertEqual(values, sorted(values), w["name"])


unittest.main(argv=sys.argv[:1])
