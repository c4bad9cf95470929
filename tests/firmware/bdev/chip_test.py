"""The driver and the bdev layer on the chip, with SSDs that fail: `chip_test.py MPPASIM SOURCE_DIR OUT_DIR`.

firmware/apps/bdev_bench reads and writes two SSDs; SSD 0 is made to fail. The program itself checks every read, refuses
an I/O that ends twice and does not end before every I/O has. Here: how they ended, and that SSD 1 was not disturbed.
"""

import os
import re
import subprocess
import sys
import unittest

MPPASIM, SOURCE, OUT = sys.argv[1:4]

SYSTEM = """include: {source}/configs/boards/k200lp.yaml
simulation: {{deadline: 1 s}}
components:
  card: {{firmware: bdev_bench.elf, arguments: [clusters=1, {arguments}]}}
  switch: {{type: pcie_switch, slots: {ssds}}}
  ssd[0..{last}]: {{type: ssd, profile: tlc-gen4}}
  ssd[0]: {{{ssd0}}}
links:
  - card.uart[0] -- console.uart
  - card.pcie[4] -- switch.upstream
  - switch.slot[0..{last}] -- ssd[0..{last}].pcie[0]
"""

# Status fields: [10:8] type, [7:0] code, bit 14 do not retry.
ABORTED = "0007"
ABORTED_BY_RESET = "0008"
GONE = "4006"
DATA_TRANSFER_ERROR = "0004"
UNRECOVERED_READ_ERROR = "4281"
UNRECOVERED_READ = "0281"


class Result:
    """What the firmware printed."""

    def __init__(self, text):
        self.text = text
        self.ok, self.removed, self.failed = {}, {}, {}
        bdevs = r"^(\w+): ok (\d+), removed from (\d+) cores, failed(.*)$"
        for name, ok, cores, failed in re.findall(bdevs, text, re.M):
            self.ok[name], self.removed[name] = int(ok), int(cores)
            self.failed[name] = {status: int(n) for n, status in re.findall(r"(\d+) x (\w{4})", failed)}
        self.resets, self.aborts = {}, {}
        ctrlrs = r"^(\w+): resets (\d+), aborts (\d+), bad completions (\d+)$"
        for name, resets, aborts, bad in re.findall(ctrlrs, text, re.M):
            self.resets[name], self.aborts[name] = int(resets), int(aborts)
            assert bad == "0", text

    def number(self, pattern):
        return int(re.search(pattern, self.text).group(1))


class OnTheChip(unittest.TestCase):
    def run_card(self, arguments, ssd0="", ssds=2, verify=2):
        out = os.path.join(OUT, self.id().split(".")[-1])
        os.makedirs(out, exist_ok=True)
        system = os.path.join(out, "system.yaml")
        with open(system, "w") as file:
            file.write(SYSTEM.format(source=SOURCE, arguments="verify={}, {}".format(verify, arguments), ssd0=ssd0,
                                     ssds=ssds, last=ssds - 1))
        process = subprocess.run([MPPASIM, "run", system, "--quiet", "--out", os.path.join(out, "run")],
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        console = os.path.join(out, "run", "card.uart0.txt")
        text = process.stdout
        if os.path.exists(console):
            with open(console) as file:
                text += file.read()
        self.assertEqual(process.returncode, 0, text)
        self.assertIn("mismatches 0", text)
        return Result(text)

    def run_with_faults(self, arguments, *faults):
        result = self.run_card(arguments + ", faults=1", "faults: [" + ", ".join(faults) + "]")
        self.assertEqual(result.failed["Nvme1n1"], {}, "the other SSD")
        self.assertEqual((result.removed["Nvme1n1"], result.resets["Nvme1"], result.aborts["Nvme1"]), (0, 0, 0))
        # It went on after the fault, which comes after a few of hundreds of I/Os.
        self.assertGreater(result.ok["Nvme1n1"], 200)
        return result

    def test_an_ssd_that_is_pulled(self):
        for interrupts in "01":
            result = self.run_with_faults("pes=4, depth=8, us=1500, interrupts=" + interrupts, "after 60 commands pull")
            self.assertEqual(set(result.failed["Nvme0n1"]), {GONE})
            self.assertEqual(result.failed["Nvme0n1"][GONE], 32, "all that is out in the end")
            self.assertEqual(result.removed["Nvme0n1"], 4, "every core is told")

    def test_a_link_that_goes_down(self):
        result = self.run_with_faults("pes=4, depth=8, us=3000", "after 60 commands down for 200 us")
        self.assertEqual(set(result.failed["Nvme0n1"]), {GONE})
        self.assertEqual(result.removed["Nvme0n1"], 4)

    def test_an_ssd_that_hangs_is_reset(self):
        result = self.run_with_faults("pes=2, depth=2, us=50000, timeout=10000", "after 30 commands hang",
                                      "at 42 ms answer")
        self.assertEqual(result.failed["Nvme0n1"], {ABORTED_BY_RESET: 4}, "all four slots were caught")
        self.assertEqual((result.aborts["Nvme0"], result.resets["Nvme0"]), (4, 1), "an abort is tried first")
        self.assertEqual(result.removed["Nvme0n1"], 0)
        self.assertGreater(result.ok["Nvme0n1"], 100, "and it works again")

    def test_commands_that_are_never_answered_are_aborted(self):
        result = self.run_with_faults("pes=2, depth=4, us=30000, timeout=10000, interrupts=1",
                                      "after 40 commands swallow 5")
        self.assertEqual(result.failed["Nvme0n1"], {ABORTED: 5})
        self.assertEqual((result.aborts["Nvme0"], result.resets["Nvme0"]), (5, 0))

    def test_completions_with_errors_for_data(self):
        """What the SSD reads for a write comes poisoned, or not at all."""
        for fault in "poison", "unsupported", "abort":
            result = self.run_with_faults("pes=4, depth=8, us=1000, read=0",
                                          "at 0 ps {} 1 received completions after 200".format(fault))
            self.assertEqual(result.failed["Nvme0n1"], {DATA_TRANSFER_ERROR: 1}, fault)
            self.assertEqual(result.resets["Nvme0"], 0)

    def test_a_poisoned_submission_queue_entry(self):
        """Fatal for the controller, which says so by CSTS.CFS; a reset heals it."""
        result = self.run_with_faults("pes=4, depth=2, us=12000, read=100",
                                      "at 0 ps poison 1 received completions after 100")
        self.assertEqual(set(result.failed["Nvme0n1"]), {ABORTED_BY_RESET})
        self.assertEqual(result.resets["Nvme0"], 1)
        self.assertGreater(result.ok["Nvme0n1"], 200)

    def test_media_errors(self):
        result = self.run_card("pes=4, depth=8, us=1000, faults=1", "media_errors: 20 %")
        self.assertEqual(set(result.failed["Nvme0n1"]), {UNRECOVERED_READ_ERROR})
        self.assertEqual(result.failed["Nvme1n1"], {})

    def test_modules(self):
        """Every kind of bdev moves the right data, from several cores."""
        names = {"passthru": ["passthru0", "passthru1"], "delay": ["delay0", "delay1"], "error": ["error0", "error1"],
                 "split": ["Nvme0n1p0", "Nvme0n1p1", "Nvme1n1p0", "Nvme1n1p1"], "raid0": ["raid0"],
                 "malloc": ["Nvme0n1", "Nvme1n1", "malloc"]}
        for kind, bdevs in names.items():
            with self.subTest(kind):
                result = self.run_card("pes=2, depth=8, us=1000, faults=1, stack=" + kind)
                self.assertEqual(sorted(result.ok), bdevs)
                self.assertGreater(min(result.ok.values()), 30)
                self.assertGreater(result.number(r"verified reads (\d+),"), 50)
                errors = {UNRECOVERED_READ: 10} if kind == "error" else {}
                self.assertEqual(list(result.failed.values()), [errors] * len(bdevs))
                if kind == "delay":
                    self.assertGreater(result.number(r"reads \d+, latency ns: min (\d+)"), 150000)
                    self.assertGreater(result.number(r"writes \d+, latency ns: min (\d+)"), 50000)
        null = self.run_card("pes=1, depth=8, us=200, faults=1, stack=null", verify=0)
        self.assertGreater(null.ok["null"], null.ok["Nvme0n1"], "nothing is faster")

    def test_a_deep_queue(self):
        """300 I/Os of one core are out on one SSD, all the time."""
        result = self.run_card("pes=1, depth=300, queue=512, us=2000", ssds=1)
        self.assertIn("1 SSDs, depth 300", result.text)
        self.assertGreater(result.number(r"I/Os (\d+),"), 100)
        self.assertIn("errors 0", result.text)

    def test_interrupts_let_cores_sleep(self):
        polled = self.run_card("pes=4, depth=2, us=400, interrupts=0")
        woken = self.run_card("pes=4, depth=2, us=400, interrupts=1")
        sleeps = r"cores slept (\d+) times"
        self.assertEqual(polled.number(r"cluster 0 (\d+) times"), 0)
        self.assertGreater(woken.number(r"cluster 0 (\d+) times"), 0, "its admin queues wake it")
        self.assertGreater(woken.number(sleeps), polled.number(sleeps) + 20)
        self.assertGreater(woken.number(r"I/Os (\d+),"), 0.9 * polled.number(r"I/Os (\d+),"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
