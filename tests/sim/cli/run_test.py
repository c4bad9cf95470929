"""`mppasim run` and what works on its results, through the command line: run_test.py MPPASIM PROGRAM, where PROGRAM is
tests/sim/system/programs/outcome.c, compiled: a program that ends as its argument says."""
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

MPPASIM, PROGRAM = (str(pathlib.Path(p).resolve()) for p in sys.argv[1:3])

ENDLESS = str(pathlib.Path(__file__).resolve().parents[2] / "bench/alu.elf")

CONFIG = f"""system: outcome
components:
  card:
    type: coolidge
    firmware: {PROGRAM}
    placement: memory
  console: {{type: console}}
links: ['card.uart[0] -- console.uart']
"""

HOST_CONFIG = """components:
  server: {type: host, jobs: jobs.fio}
  ssd: {type: ssd}
links: ['server.pcie[0] -- ssd.pcie[0]']
"""


class CliTest(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.dir = pathlib.Path(self.scratch.name)
        (self.dir / "outcome.yaml").write_text(CONFIG)

    def mppasim(self, *args):
        return subprocess.run([MPPASIM, *args], cwd=self.dir, capture_output=True, text=True, timeout=120)

    def run_system(self, argument, *options, out="out"):
        """Runs the program with `argument`; returns (process, report)."""
        process = self.mppasim("run", "outcome.yaml", "--out", out, "--set", f"card.arguments=[{argument}]", *options)
        return process, json.loads((self.dir / out / "report.json").read_text())

    def expect_bad_input(self, message, *args):
        process = self.mppasim(*args)
        self.assertEqual(process.returncode, 2, process.stdout + process.stderr)
        self.assertIn(message, process.stderr)


class Run(CliTest):
    def test_success(self):
        process, report = self.run_system("status")
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertIn("[console] outcome: status\n", process.stdout)
        self.assertIn("card: exit by the simulator's port, status 0", process.stdout)
        self.assertEqual((self.dir / "out/card.uart0.txt").read_text(), "outcome: status\n")
        self.assertEqual(report["simulation"]["end_reason"], "exit")
        self.assertEqual(len(report["cores"]), 85)
        self.assertEqual(report["simulation"]["bundles"], sum(c["bundles"] for c in report["cores"]))

    def test_report_has_what_outside_checks_rely_on(self):
        _, report = self.run_system("status", "--quiet")
        for member in "workloads", "config_hash", "firmware_hash", "version":
            self.assertIn(member, report)
        self.assertLessEqual({"simulated_s", "bundles", "cycles", "end_reason"}, report["simulation"].keys())
        self.assertLessEqual({"wall_s", "bundles_per_s", "slowdown", "peak_rss_bytes"}, report["host"].keys())
        core = {"path", "cycles", "bundles", "instructions", "idle_cycles", "stalls"}
        self.assertTrue(all(core <= c.keys() for c in report["cores"]))
        self.assertTrue(all({"path", "kind", "utilization"} <= r.keys() for r in report["resources"]))
        self.assertGreater(report["power"]["average_w"], 0)

    def test_failing_firmware(self):
        for argument, message in (
            ("status, 3", "status 3"),
            ("crash", "the RM of cluster 0"),
            ("sleep", "nothing will ever wake one"),
        ):
            with self.subTest(argument):
                process, report = self.run_system(argument)
                self.assertEqual(process.returncode, 1, process.stdout)
                self.assertIn(message, process.stderr)
                self.assertFalse(report["simulation"]["success"])

    def test_crash_shows_registers_and_source_lines(self):
        process, report = self.run_system("crash", "--quiet")
        self.assertEqual(process.returncode, 1)
        self.assertEqual(report["simulation"]["end_reason"], "crash")
        self.assertRegex(process.stderr, r"\n  pc  0000000040000040 ")
        self.assertRegex(process.stderr, r"\n  ra  [0-9a-f]{16}  called from main\+0x[0-9a-f]+ \(\S*outcome.c:\d+\)")
        self.assertRegex(process.stderr, r"\n  spc [0-9a-f]{16}  exception at main")
        self.assertRegex(process.stderr, r"\n  r60 ( ?[0-9a-f]{16}){4}")

    def test_crash_that_the_firmware_reports(self):
        process, report = self.run_system("fault", "--quiet", "--set", "card.firmware=crash.elf",
                                          "--set", "card.placement=flash")
        self.assertEqual(process.returncode, 1)
        self.assertEqual(report["simulation"]["end_reason"], "crash")
        self.assertIn("trap NOMAPPING write at 0x0", report["simulation"]["end_message"])
        self.assertRegex(process.stderr, r"\n    at          innermost\S* \(firmware/apps/crash/crash.c:\d+\)\n"
                                         r"    called from inner\S* \(firmware/apps/crash/crash.c:\d+\)\n    pc 00")

    def test_until(self):
        process, report = self.run_system("endless", "--until", "50us")
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertEqual(report["simulation"]["end_reason"], "until")
        self.assertEqual(report["simulation"]["simulated_s"], 50e-6)

    def test_quiet(self):
        process, _ = self.run_system("status", "--quiet")
        self.assertEqual((process.stdout, process.stderr), ("", ""))

    def test_interrupt_leaves_a_partial_report(self):
        process = subprocess.Popen(
            [MPPASIM, "run", "outcome.yaml", "--out", "out", "--set", "card.arguments=[endless]", "--log", "info"],
            cwd=self.dir, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn("cluster 0", process.stderr.readline(), "the program has been loaded")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertIn("interrupted; the report is partial", errors)
        report = json.loads((self.dir / "out/report.json").read_text())
        self.assertTrue(report["simulation"]["partial"])
        self.assertEqual(report["simulation"]["end_reason"], "interrupted")
        self.expect_bad_input("was interrupted", "rerun", "out")

    def test_profile(self):
        _, plain = self.run_system("wait", "--quiet", out="plain")
        process, report = self.run_system("wait", "--profile", out="profiled")
        self.assertIn("cycles    share", process.stdout)
        self.assertNotIn("profile", plain)
        self.assertEqual((self.dir / "plain/stats.json").read_text(), (self.dir / "profiled/stats.json").read_text())
        profile = report["profile"]
        self.assertEqual(profile["cycles"], sum(f["cycles"] for f in profile["functions"]))
        self.assertEqual(profile["cycles"], sum(layer["cycles"] for layer in profile["layers"]))
        busy = sum(c["cycles"] - c["idle_cycles"] for c in report["cores"])
        self.assertEqual(profile["cycles"] + profile["waiting_cycles"], busy)
        self.assertIn("main", [f["name"] for f in profile["functions"]])

    def test_log_levels(self):
        process, _ = self.run_system("status", "--log", "card=info")
        self.assertIn("info card: 0.000000 ms: cluster 0: outcome.elf status", process.stderr)
        process, _ = self.run_system("status")
        self.assertNotIn("info", process.stderr)
        self.assertIn("info card", (self.dir / "out/log.txt").read_text())

    def test_time_series(self):
        self.run_system("endless", "--until", "50us", "--sample", "10us", "--set", "simulation.sample=['*.rm.bundles']")
        lines = (self.dir / "out/series.csv").read_text().splitlines()
        self.assertEqual(lines[0], "time_ps," + ",".join(f"card.cluster[{c}].rm.bundles" for c in range(5)))
        self.assertEqual([int(line.split(",")[0]) for line in lines[1:]], [t * 10**7 for t in range(1, 6)])
        bundles = [int(line.split(",")[1]) for line in lines[1:]]
        self.assertEqual(bundles, sorted(set(bundles)), "the RM of cluster 0 goes on")
        series = json.loads((self.dir / "out/series.json").read_text())
        self.assertEqual(series["values"]["card.cluster[0].rm.bundles"], bundles)

    def test_bad_input(self):
        self.run_system("status")
        before = (self.dir / "out/report.json").read_text()
        run = ("run", "outcome.yaml", "--out", "out")
        self.expect_bad_input("cannot read 'gone.yaml'", "run", "gone.yaml")
        self.expect_bad_input("needs a unit", *run, "--until", "5")
        self.expect_bad_input("did you mean 'card'", *run, "--log", "carr=info")
        self.expect_bad_input("is not one of off, error", *run, "--log", "loud")
        self.expect_bad_input("unknown key 'clok'", *run, "--set", "card.clok=1GHz")
        self.expect_bad_input("there is no preset 'fast'", *run, "--preset", "fast")
        self.expect_bad_input("is no run directory", "run", "outcome.yaml", "--out", str(self.dir))
        self.assertEqual((self.dir / "out/report.json").read_text(), before, "earlier results survive bad input")


class Results(CliTest):
    def files(self, directory):
        out = {}
        for file in sorted((self.dir / directory).rglob("*")):
            if file.is_file():
                out[str(file.relative_to(self.dir / directory))] = file.read_bytes()
        report = json.loads(out["report.json"])
        del report["host"]
        out["report.json"] = json.dumps(report).encode()
        return out

    def test_two_runs_are_byte_identical(self):
        self.run_system("status", "--sample", "1us", out="a")
        self.run_system("status", "--sample", "1us", out="b")
        a, b = self.files("a"), self.files("b")
        self.assertEqual(a.keys(), b.keys())
        self.assertLessEqual({"resolved.yaml", "stats.json", "stats.csv", "series.csv", "log.txt"}, a.keys())
        for name in a:
            self.assertEqual(a[name], b[name], name)

    def test_skipping_loops_that_wait_changes_nothing(self):
        self.run_system("wait", out="a")
        self.run_system("wait", "--no-spin-skip", out="b")
        a, b = self.files("a"), self.files("b")
        self.assertEqual(a["stats.json"], b["stats.json"])
        self.assertGreater(json.loads(a["report.json"])["simulation"]["waiting_cycles"], 10_000)

    def test_rerun(self):
        self.run_system("status")
        (self.dir / "outcome.yaml").unlink()
        process = self.mppasim("rerun", "out")
        self.assertEqual((process.returncode, process.stdout), (0, "identical\n"), process.stderr)

    def test_rerun_from_a_copy_of_the_directory(self):
        (self.dir / "sources/traces").mkdir(parents=True)
        (self.dir / "sources/host.yaml").write_text(HOST_CONFIG)
        (self.dir / "sources/jobs.fio").write_text("[replay]\nfilename=/dev/nvme0n1\nread_iolog=traces/io.log\n")
        self.expect_bad_input("io.log", "validate", "sources/host.yaml")
        (self.dir / "sources/traces/io.log").write_text(
            "fio version 2 iolog\nf add\nf open\nf write 0 65536\nf wait 1000\nf read 0 65536\nf close\n")
        process = self.mppasim("run", "sources/host.yaml", "--out", "out", "--quiet")
        self.assertEqual(process.returncode, 0, process.stderr)
        report = json.loads((self.dir / "out/report.json").read_text())
        self.assertEqual(report["workloads"][0]["verified_bytes"], 65536)
        shutil.copytree(self.dir / "out", self.dir / "elsewhere/copy")
        shutil.rmtree(self.dir / "out")
        shutil.rmtree(self.dir / "sources")
        process = self.mppasim("rerun", "elsewhere/copy")
        self.assertEqual((process.returncode, process.stdout), (0, "identical\n"), process.stderr)

    def test_rerun_sees_a_difference(self):
        _, report = self.run_system("status")
        report["simulation"]["cycles"] += 1
        (self.dir / "out/report.json").write_text(json.dumps(report))
        process = self.mppasim("rerun", "out")
        self.assertEqual(process.returncode, 1)
        self.assertIn("simulation.cycles", process.stdout)
        self.expect_bad_input("is no run directory", "rerun", ".")

    def test_stats(self):
        _, report = self.run_system("status")
        process = self.mppasim("stats", "out", "cluster[0].rm.bundles")
        self.assertEqual(process.stdout.split()[:2], ["card.cluster[0].rm.bundles", str(report["simulation"]["bundles"])])
        self.assertEqual(len(self.mppasim("stats", "out", "*.rm.bundles").stdout.splitlines()), 5)
        self.assertEqual(self.mppasim("stats", "out", "nothing").returncode, 1)
        self.expect_bad_input("cannot be read", "stats", "gone")

    def test_compare(self):
        self.run_system("endless", "--until", "40us", out="a")
        self.run_system("endless", "--until", "80us", out="b")
        same = self.mppasim("compare", "a", "a")
        self.assertEqual((same.returncode, same.stdout), (0, "0 values differ, 0 beyond tolerance\n"))
        process = self.mppasim("compare", "a", "b")
        self.assertEqual(process.returncode, 1)
        self.assertRegex(process.stdout, r" 50[.0-9]* %  simulation.bundles +\d+ -> \d+\n")
        relative = [float(line.split("%")[0]) for line in process.stdout.splitlines() if " %  " in line]
        self.assertEqual(relative, sorted(relative, reverse=True), "largest first")
        tolerant = self.mppasim("compare", "a", "b", "--tolerance", "*=100%", "--tolerance", "config_hash=0")
        self.assertRegex(tolerant.stdout, r"values differ, 1 beyond tolerance\n$", "only the configuration's hash")
        self.expect_bad_input("expected path=1%", "compare", "a", "b", "--tolerance", "x")
        self.expect_bad_input("does not exist", "compare", "a", "gone")

    def test_golden(self):
        (self.dir / "golden").mkdir()
        where = ("--configs", ".", "--golden", "golden")
        self.expect_bad_input("holds no recorded results", "golden", "check", *where)
        process = self.mppasim("golden", "update", "outcome", *where)
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertEqual(self.mppasim("golden", "check", *where).stdout, "outcome: as recorded\n")
        slow = CONFIG.replace("memory\n", "memory\n    cluster[0]: {smem: {read_latency: 20}}\n")
        (self.dir / "outcome.yaml").write_text(slow)
        process = self.mppasim("golden", "check", *where)
        self.assertEqual(process.returncode, 1)
        self.assertIn("simulation.cycles", process.stdout)
        self.assertEqual(self.mppasim("golden", "check", *where, "--tolerance", "*=100%").returncode, 0)
        self.assertIn("simulation.cycles", self.mppasim("golden", "update", "outcome", *where).stdout)
        self.assertEqual(self.mppasim("golden", "check", *where).returncode, 0)
        self.expect_bad_input("cannot read './gone.yaml'", "golden", "check", "gone", *where)

    def test_golden_is_exact_for_the_recorded_firmware_only(self):
        (self.dir / "golden").mkdir()
        where = ("--configs", ".", "--golden", "golden")
        self.mppasim("golden", "update", "outcome", *where)
        recorded = json.loads((self.dir / "golden/outcome.json").read_text())
        recorded["simulation"]["cycles"] += 1
        tolerance = ("--other-firmware", "*=50%")
        (self.dir / "golden/outcome.json").write_text(json.dumps(recorded))
        self.assertEqual(self.mppasim("golden", "check", *where, *tolerance).returncode, 1)
        recorded["firmware_hash"] = "0"
        (self.dir / "golden/outcome.json").write_text(json.dumps(recorded))
        process = self.mppasim("golden", "check", *where, *tolerance)
        self.assertEqual(process.returncode, 0)
        self.assertIn("outcome: within tolerance, with other firmware", process.stdout)
        self.assertEqual(self.mppasim("golden", "check", *where).returncode, 1)
        self.assertEqual(self.mppasim("golden", "update", *where).returncode, 0)
        self.assertEqual(self.mppasim("golden", "check", *where).stdout, "outcome: as recorded\n")


class BenchStats(CliTest):
    def test_success(self):
        process = self.mppasim("bench", "stats", "outcome.yaml", "--rounds", "1", "--period", "1us")
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertRegex(process.stdout, r"with all statistics every 1us: overhead -?[0-9.]+ %")

    def test_bad_input(self):
        self.expect_bad_input("cannot read 'gone.yaml'", "bench", "stats", "gone.yaml")
        self.expect_bad_input("needs a unit", "bench", "stats", "outcome.yaml", "--period", "5")


class Interruption(CliTest):
    """Ctrl-C: what runs a system ends it in order; what only computes ends at once."""

    def interrupt(self, *args, ready, **environment):
        """Sends SIGINT to the command once ready() is true; returns (status, stderr)."""
        process = subprocess.Popen([MPPASIM, *args], cwd=self.dir, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   text=True, env={**os.environ, **environment})
        deadline = time.monotonic() + 60
        while not ready():
            self.assertLess(time.monotonic(), deadline, "it never began")
            self.assertIsNone(process.poll(), "it ended by itself")
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        return process.returncode, errors

    def logged(self, directory):
        """A function that tells whether the run with results in `directory` has begun."""
        return lambda: any(self.dir.glob(f"{directory}/log.txt")) or any(self.dir.glob(f"{directory}/resolved.yaml"))

    def test_rerun(self):
        self.run_system("endless", "--until", "20us")
        resolved = self.dir / "out/resolved.yaml"
        resolved.write_text(re.sub(r"until: .*", "until: 100 s", resolved.read_text()))
        status, _ = self.interrupt("rerun", "out", "--out", "again", ready=self.logged("again"))
        self.assertEqual(status, 130)
        self.assertTrue(json.loads((self.dir / "again/report.json").read_text())["simulation"]["partial"])

    def test_on_a_terminal(self):
        """The state is one line that is rewritten, with the time that is left; Ctrl-C on the keyboard ends the run."""
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.dir)
            os.execv(MPPASIM, [MPPASIM, "run", "outcome.yaml", "--out", "out", "--until", "100ms", "--set",
                               "card.arguments=[endless]"])
        shown = b""
        try:
            while b"ETA" not in shown:
                shown += os.read(terminal, 4096)
            os.write(terminal, b"\x03")
            while True:
                shown += os.read(terminal, 4096)
        except OSError:  # the other side is closed
            pass
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.close(terminal)
        self.assertEqual(status, 130, shown)
        self.assertRegex(shown, rb"\r\x1b\[Krun +0\.\d+ s \(\d+ %\)  [0-9.]+ Mbundles/s  slowdown \d+  ETA \d+ s")
        self.assertIn(b"interrupted; the report is partial", shown)
        self.assertTrue(json.loads((self.dir / "out/report.json").read_text())["simulation"]["partial"])

    def test_golden(self):
        (self.dir / "golden").mkdir()
        (self.dir / "scratch").mkdir()
        (self.dir / "outcome.yaml").write_text(CONFIG.replace("memory\n", "memory\n    arguments: [endless]\n"))
        status, _ = self.interrupt("golden", "update", "outcome", "--configs", ".", "--golden", "golden",
                                   ready=self.logged("scratch/*"), TMPDIR=str(self.dir / "scratch"))
        self.assertEqual(status, 130)
        self.assertEqual(list((self.dir / "golden").iterdir()), [], "nothing is recorded")
        self.assertEqual(list((self.dir / "scratch").iterdir()), [], "nothing is left behind")

    def test_golden_check(self):
        (self.dir / "golden").mkdir()
        (self.dir / "golden/outcome.json").write_text("{}")
        (self.dir / "outcome.yaml").write_text(CONFIG.replace("memory\n", "memory\n    arguments: [endless]\n"))
        (self.dir / "scratch").mkdir()
        status, _ = self.interrupt("golden", "check", "--configs", ".", "--golden", "golden",
                                   ready=self.logged("scratch/*"), TMPDIR=str(self.dir / "scratch"))
        self.assertEqual(status, 130)
        self.assertEqual((self.dir / "golden/outcome.json").read_text(), "{}")
        self.assertEqual(list((self.dir / "scratch").iterdir()), [], "nothing is left behind")

    def test_bench_stats(self):
        (self.dir / "outcome.yaml").write_text(CONFIG.replace("memory\n", "memory\n    arguments: [endless]\n"))
        (self.dir / "scratch").mkdir()
        status, _ = self.interrupt("bench", "stats", "outcome.yaml", ready=self.logged("scratch/*"),
                                   TMPDIR=str(self.dir / "scratch"))
        self.assertEqual(status, 130)
        self.assertEqual(list((self.dir / "scratch").iterdir()), [], "nothing is left behind")

    def test_what_only_computes(self):
        begun = time.monotonic() + 0.2
        for args in (("exec", "--max-cycles", str(10**15), ENDLESS), ("bench", "core", "--seconds", "60", "--only", "alu"),
                     ("bench", "chip", "--seconds", "60")):
            with self.subTest(args[0]):
                status, _ = self.interrupt(*args, ready=lambda: time.monotonic() > begun)
                self.assertEqual(status, -signal.SIGINT)

    def test_what_only_reads(self):
        """Stopped while its input, a pipe that nobody fills, keeps it waiting."""
        (self.dir / "run").mkdir()
        for file, args in (("system.yaml", ("validate",)), ("code.elf", ("disasm",)), ("code.txt", ("vectors",)),
                           ("run/stats.json", ("stats", "run")), ("run/report.json", ("compare", "run", "run"))):
            with self.subTest(args[0]):
                path = self.dir / file
                os.mkfifo(path)
                opened = []

                def is_read():
                    try:  # fails as long as nobody reads
                        opened.append(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
                    except OSError:
                        return False
                    return True

                status, _ = self.interrupt(*args, *(() if "run" in args else (file,)), ready=is_read)
                self.assertEqual(status, -signal.SIGINT)
                os.close(opened[0])

    def test_what_only_writes(self):
        """Stopped while nobody takes its output, which is longer than a pipe holds."""
        process = subprocess.Popen([MPPASIM, "describe", "--json-schema"], stdout=subprocess.PIPE)
        self.assertTrue(process.stdout.read(1))
        process.send_signal(signal.SIGINT)
        process.stdout.close()
        self.assertEqual(process.wait(timeout=60), -signal.SIGINT)


unittest.main(argv=sys.argv[:1])
