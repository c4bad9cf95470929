"""Runs a shipped configuration: shipped_test.py MPPASIM CONFIG [IOS]

It runs twice: it succeeds, its report is complete, and everything but the host's figures is the same to the byte. With IOS
it runs once, until its workloads have completed so many I/Os: for the large ones, whose small variants run twice."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

MPPASIM, CONFIG = (str(pathlib.Path(p).resolve()) for p in sys.argv[1:3])
IOS = sys.argv[3] if len(sys.argv) > 3 else None
LATENCIES = {"min", "mean", "p50", "p90", "p99", "p99_9", "max"}


def contents(directory):
    """Bytes by name of all files; of the report without `host`."""
    files = {str(f.relative_to(directory)): f.read_bytes() for f in sorted(directory.rglob("*")) if f.is_file()}
    report = json.loads(files["report.json"])
    del report["host"]
    files["report.json"] = json.dumps(report, indent=1).encode()
    return files


class Shipped(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.first, self.second = pathlib.Path(scratch.name, "first"), pathlib.Path(scratch.name, "second")

    def run_first(self, *options):
        run = subprocess.run([MPPASIM, "run", CONFIG, "--quiet", "--out", self.first, *options], capture_output=True,
                             text=True)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))
        return json.loads((self.first / "report.json").read_text())

    @unittest.skipIf(IOS is None, "runs twice instead")
    def test_begins_well(self):
        report = self.run_first("--ios", IOS)
        for w in report["workloads"]:
            self.assertEqual((w["errors"], w["verify_errors"]), (0, 0), w["name"])

    @unittest.skipIf(IOS is not None, "its small variant runs twice")
    def test_runs_twice_alike(self):
        self.check_report(self.run_first())
        again = subprocess.run([MPPASIM, "rerun", self.first, "--out", self.second], capture_output=True, text=True)
        self.assertEqual((again.returncode, again.stdout), (0, "identical\n"), again.stderr)
        a, b = contents(self.first), contents(self.second)
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
