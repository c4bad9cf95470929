#!/usr/bin/env python3
"""The storage node behind cables that lose frames: soak_test.py MPPASIM CONFIG_DIR

Every I/O completes, every byte read is right, both ends count the losses they have repaired. Where tshark is installed
the captures are read by it: no malformed packet, no error; with digests on, every digest right."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CONFIG_DIR = pathlib.Path(sys.argv.pop(2)).resolve()
MPPASIM = pathlib.Path(sys.argv.pop(1)).resolve()

JOB = """[soak]
rw=randrw
rwmixread=60
bs=4k
iodepth=8
numjobs=2
size=4m
number_ios=150
filename=/dev/nvme0n1:/dev/nvme0n2
verify=pattern
[large]
rw=randrw
bs=64k
iodepth=2
numjobs=2
offset=16m
size=4m
number_ios=20
verify=pattern
"""

SYSTEM = """system: soak
include: {small}
simulation: {{until: 4 s}}
components:
  cable[0..1]: {{type: ethernet_cable, capture: true, seed: 7, {faults}}}
  hosts: {{jobs: soak.fio, queues: 2, {hosts}}}
links:
  - card.uart[0] -- console.uart
  - card.eth[0..1] -- cable[0..1].a
  - cable[0..1].b -- hosts.ethernet[0..1]
  - card.pcie[4] -- switch.upstream
  - switch.slot[0..1] -- ssd[0..1].pcie[0]
"""

TSHARK = ["-o", "tcp.desegment_tcp_streams:TRUE"]
for port in ("4420", "8009"):
    TSHARK += ["-d", f"tcp.port=={port},nvme-tcp"]


class Soak(unittest.TestCase):
    def run_with(self, faults, hosts="mtu: 9000"):
        """Report, and the captures."""
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        folder = pathlib.Path(scratch.name)
        (folder / "soak.fio").write_text(JOB)
        system = SYSTEM.format(small=CONFIG_DIR / "k200lp-nvmf-tcp-small.yaml", faults=faults, hosts=hosts)
        (folder / "soak.yaml").write_text(system)
        run = subprocess.run([MPPASIM, "run", folder / "soak.yaml", "--quiet", "--out", folder / "out"],
                             capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))
        return json.loads((folder / "out/report.json").read_text()), sorted((folder / "out").rglob("*.pcapng"))

    def check(self, report):
        for w in report["workloads"]:
            self.assertEqual((w["errors"], w["verify_errors"]), (0, 0), w["name"])
            self.assertGreater(w["verified_bytes"], 0, w["name"])
        self.assertEqual([w["ios"] for w in report["workloads"]], [2 * 2 * 150, 2 * 2 * 20])

    def tshark(self, capture, show, fields):
        command = ["tshark", "-r", capture, *TSHARK, "-Y", show, "-T", "fields"]
        for field in fields:
            command += ["-e", field]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()

    def test_1_percent(self):
        report, _ = self.run_with("loss: 1 %")
        self.check(report)

    def test_0_1_percent(self):
        report, _ = self.run_with("loss: 0.1 %")
        self.check(report)

    def test_bursts(self):
        report, _ = self.run_with("burst_start: 0.1 %, burst_frames: 10")
        self.check(report)

    def test_bit_errors_in_small_frames(self):
        report, _ = self.run_with("bit_error: 1 ppm", "mtu: 1500")
        self.check(report)

    @unittest.skipUnless(shutil.which("tshark"), "no tshark")
    def test_captures_are_clean(self):
        for digests in ("mtu: 9000", "mtu: 9000, header_digest: true, data_digest: true"):
            report, captures = self.run_with("length: 3 m", digests)
            self.check(report)
            self.assertEqual(len(captures), 2)
            for capture in captures:
                bad = self.tshark(capture, "_ws.malformed || _ws.expert.severity == \"Error\"",
                                  ["frame.number", "_ws.col.Protocol", "_ws.col.Info"])
                self.assertEqual(bad, [])
                pdus = self.tshark(capture, "nvme-tcp", ["nvme-tcp.type"])
                self.assertGreater(len(pdus), 100)
                if "digest" in digests:
                    wrong = self.tshark(capture, "nvme-tcp.hdgst.status == 0 || nvme-tcp.ddgst.status == 0",
                                        ["frame.number"])
                    self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
