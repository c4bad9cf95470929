#!/usr/bin/env python3
"""`mppasim exec` as a user meets it: exec_test.py MPPASIM. Builds its ELF files itself, from words."""

import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import unittest

TESTS = pathlib.Path(__file__).resolve().parents[2]
TRAPS, TIMERS = (TESTS / f"cluster/core/programs/{name}.elf" for name in ("traps", "timers"))
MISSES = TESTS / "bench/chase_miss.elf"
MPPASIM = str(pathlib.Path(sys.argv.pop(1)).resolve())

NOP = 0x7fffffff
LOOP = 0x10000000            # goto to itself
SCALL_EXIT = 0x0fe00fff      # scall 4095
SCALL_PRINT = 0x0fe00ffe     # scall 4094
ERROP = 0x00000000


def make(reg, value):
    """make $r<reg> = value (16-bit signed immediate)."""
    return 0x60000000 | reg << 18 | (value & 0xffff)


def elf(words, *, address=0x100000, entry=None, machine=256, kind=2, extra=(), sections=()):
    """A flat ELF64 file with one code segment, further (address, bytes) segments and (name, address, size) sections."""
    segments = [(address, struct.pack(f"<{len(words)}I", *words)), *extra]
    names = b"\0" + b"".join(n.encode() + b"\0" for n, _, _ in sections) + b".shstrtab\0"
    offset = 64 + 56 * len(segments)
    headers, data = b"", b""
    for where, content in segments:
        headers += struct.pack("<IIQQQQQQ", 1, 7, offset + len(data), where, where, len(content), len(content), 8)
        data += content
    names_at = offset + len(data)
    data += names
    table = struct.pack("<IIQQQQIIQQ", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    position = 1
    for name, where, size in sections:
        table += struct.pack("<IIQQQQIIQQ", position, 8, 3, where, 0, size, 0, 0, 8, 0)
        position += len(name) + 1
    table += struct.pack("<IIQQQQIIQQ", position, 3, 0, 0, names_at, len(names), 0, 0, 1, 0)
    count = 2 + len(sections)
    header = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack(
        "<HHIQQQIHHHHHH", kind, machine, 1, address if entry is None else entry, 64, offset + len(data), 0x1309, 64, 56,
        len(segments), 64, count, count - 1)
    return header + headers + data + table


class Kanata:
    """A pipeline log, checked while it is read: `stages` by id are (cycle, name), `retired` by id the cycle."""

    def __init__(self, lines):
        self.labels, self.stages, self.retired, self.flushed = {}, {}, {}, set()
        cycle = None
        assert lines[0] == "Kanata\t0004", lines[0]
        for line in lines[1:]:
            command, *fields = line.split("\t")
            if command == "C=":
                cycle = int(fields[0])
            elif command == "C":
                assert int(fields[0]) > 0, line
                cycle += int(fields[0])
            elif command == "I":
                assert int(fields[0]) == len(self.stages), "ids count up"
                self.stages[int(fields[0])] = []
            elif command == "L":
                self.labels.setdefault(int(fields[0]), []).append(fields[2])
            elif command == "S":
                self.stages[int(fields[0])].append((cycle, fields[2]))
            elif command == "R":
                self.retired[int(fields[0])] = cycle
                if fields[2] == "1":
                    self.flushed.add(int(fields[0]))
            else:
                raise AssertionError(line)


class Exec(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def run_exec(self, image, *options, arguments=()):
        program = self.path / "program.elf"
        program.write_bytes(image)
        result = subprocess.run([MPPASIM, "exec", *options, str(program), *arguments], capture_output=True, text=True,
                                timeout=60, cwd=self.path)
        # AddressSanitizer cannot follow SystemC's coroutine stacks and says so.
        result.stderr = re.sub(r"==\d+==WARNING: ASan.*\nFalse positive.*\nFor details.*\n", "", result.stderr)
        return result

    def assert_bad_input(self, result, text):
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertTrue(result.stderr.startswith("mppasim: "), result.stderr)
        self.assertIn(text, result.stderr)

    def test_status_is_the_programs(self):
        for status in (0, 7, 255):
            result = self.run_exec(elf([make(0, status), SCALL_EXIT]), "-q")
            self.assertEqual(result.returncode, status, result.stderr)
            self.assertEqual(result.stderr, "")

    def test_table_and_json(self):
        result = self.run_exec(elf([NOP, NOP, make(0, 3), SCALL_EXIT]), "--stats", "out.json")
        self.assertEqual(result.returncode, 3)
        self.assertIn("cycles", result.stderr)
        stats = json.loads((self.path / "out.json").read_text())
        self.assertEqual(stats["bundles"], 4)
        self.assertEqual(stats["exit_status"], 3)
        self.assertEqual(stats["stop"], "exit")
        self.assertEqual(stats["cycles"], stats["bundles"] + sum(stats["stalls"].values()))

    def test_functional_is_one_cycle_a_bundle(self):
        result = self.run_exec(elf([NOP] * 9 + [make(0, 0), SCALL_EXIT]), "--timing", "functional", "--stats", "o")
        self.assertEqual(result.returncode, 0)
        self.assertEqual(json.loads((self.path / "o").read_text())["cycles"], 11)

    def test_print(self):
        text = b"hello, world\n"
        words = [make(0, 0x4000), make(1, len(text)), SCALL_PRINT, make(0, 0), SCALL_EXIT]
        result = self.run_exec(elf(words, extra=[(0x4000, text)]), "-q")
        self.assertEqual((result.stdout, result.returncode), (text.decode(), 0))

    def test_a_hang_ends_at_the_limit(self):
        for engine in ("reference", "fast"):
            result = self.run_exec(elf([NOP, LOOP]), "-q", "--max-cycles", "5000", "--engine", engine)
            self.assertEqual(result.returncode, 124)
            self.assertIn("cycle limit", result.stderr)
            self.assertIn("100004", result.stderr)

    def test_a_hang_names_the_function(self):
        result = self.run_exec(TIMERS.read_bytes(), "-q", "--max-cycles", "3000")
        self.assertEqual(result.returncode, 124)
        self.assertRegex(result.stderr, r"^mppasim: cycle limit reached at pc [0-9a-f]+ <\w+(\+0x[0-9a-f]+)?>\n$")

    def test_a_crash_dumps_registers(self):
        result = self.run_exec(elf([ERROP]), "-q", "--max-cycles", "5000")
        self.assertEqual(result.returncode, 1)
        self.assertIn("crashed", result.stderr)
        self.assertIn("r63", result.stderr)
        self.assertIn("OPCODE at pc 0x100000", result.stderr)

    def test_explain_and_trace(self):
        result = self.run_exec(elf([NOP, make(0, 0), SCALL_EXIT]), "-q", "--explain", "--trace", "k.log")
        self.assertEqual(result.returncode, 0)
        self.assertIn("l1i_miss 10", result.stderr)
        self.assertIn("make $r0 = 0", result.stderr)
        log = (self.path / "k.log").read_text().splitlines()
        self.assertEqual(log[0], "Kanata\t0004")
        self.assertTrue(log[1].startswith("C=\t"))
        retired = [line for line in log if line.startswith("R\t")]
        self.assertEqual(len(retired), 3)

    def test_explain_and_trace_agree(self):
        """Every bundle of one is in the other, in the same cycle."""
        for program, has in ((TRAPS, "[exception]"), (MISSES, "l1d_miss 9")):
            with self.subTest(program=program.name):
                self.compare_explain_and_trace(program, has)

    def compare_explain_and_trace(self, program, has):
        result = self.run_exec(program.read_bytes(), "-q", "--max-cycles", "7000", "--explain", "--trace", "k.log")
        self.assertTrue(has in result.stderr, f"no {has}")
        explained = re.findall(r"^ *(\d+) +([0-9a-f]+)  (.*)$", result.stderr, re.M)
        log = Kanata((self.path / "k.log").read_text().splitlines())
        self.assertEqual(len(explained), len(log.stages))
        self.assertGreater(len(explained), 100)
        last = 0
        for i, (issue, address, text) in enumerate(explained):
            self.assertTrue(log.labels[i][0].startswith(address + ": "), text)
            self.assertGreater(int(issue), last - 1, text)
            last = int(issue)
            if i in log.flushed:
                self.assertIn("[exception]", text)
                continue
            cycles = dict((name, cycle) for cycle, name in log.stages[i])
            self.assertEqual([name for _, name in log.stages[i]], ["ID", "RR", "E1", "E2", "E3", "E4"])
            self.assertEqual(cycles["RR"], int(issue) + 1)
            self.assertEqual(log.retired[i], cycles["E4"] + 1)
            lost = dict((cause, int(n)) for cause, n in re.findall(r"(\w+) (\d+)", " ".join(log.labels[i][1:])))
            self.assertEqual(cycles["E4"] - cycles["E3"] - 1, lost.get("l1d_miss", 0) + lost.get("line_cross", 0) +
                             lost.get("uncached", 0) + lost.get("atomic", 0))

    def test_ddr_and_its_alias(self):
        code = [make(0, 0), SCALL_EXIT]
        for address in (0x100000000, 0x80000000):
            result = self.run_exec(elf(code, address=address), "-q", "--max-cycles", "100000", "--ddr-size", "16M")
            self.assertEqual(result.returncode, 0, result.stderr)

    def test_bad_files(self):
        self.assert_bad_input(self.run_exec(b"no elf at all, really not, but long enough to hold a header......"), "ELF")
        self.assert_bad_input(self.run_exec(elf([NOP], machine=62)), "machine")
        self.assert_bad_input(self.run_exec(elf([NOP], kind=1)), "linked")
        self.assert_bad_input(self.run_exec(elf([NOP])[:100]), "truncated")
        self.assert_bad_input(self.run_exec(elf([NOP], address=0x3ffffe)), "outside the memory")
        self.assert_bad_input(self.run_exec(elf([NOP], address=0x10000000)), "outside the memory")
        self.assert_bad_input(self.run_exec(elf([NOP], entry=0x7000000)), "entry")
        result = subprocess.run([MPPASIM, "exec", str(self.path / "absent.elf")], capture_output=True, text=True)
        self.assert_bad_input(result, "absent.elf")

    def test_bad_options(self):
        image = elf([NOP])
        self.assert_bad_input(self.run_exec(image, "--no-such-option"), "--no-such-option")
        self.assert_bad_input(self.run_exec(image, "--timing", "exact"), "timing")
        self.assert_bad_input(self.run_exec(image, "--max-cycles", "many"), "max-cycles")
        self.assert_bad_input(self.run_exec(image, "--pid", "17"), "pid")
        self.assert_bad_input(self.run_exec(image, "--root", "/does/not/exist"), "not a directory")
        self.assert_bad_input(self.run_exec(image, "--stats", "/does/not/exist/x"), "cannot be written")
        self.assert_bad_input(self.run_exec(image, "--trace", "/does/not/exist/x"), "cannot be written")
        self.assert_bad_input(subprocess.run([MPPASIM, "exec"], capture_output=True, text=True), "PROGRAM")

    def test_arguments(self):
        print_area = [make(0, 0x4000), make(1, 256), SCALL_PRINT, make(0, 0), SCALL_EXIT]
        image = elf(print_area, extra=[(0x4000, bytes(256))], sections=[(".mppa_args", 0x4000, 256)])
        program = self.path / "p.elf"
        program.write_bytes(image)
        result = subprocess.run([MPPASIM, "exec", "-q", "p.elf", "one", "--two"], capture_output=True, cwd=self.path)
        self.assertEqual(result.returncode, 0, result.stderr)
        area = result.stdout
        magic, _, _, _, hz, argc, envc, _ = struct.unpack_from("<8I", area)
        self.assertEqual((magic, hz, argc, envc), (0xDEADBEEF, 1000000000, 3, 0))
        argv, envp = struct.unpack_from("<QQ", area, 32)
        pointers = struct.unpack_from("<4Q", area, argv - 0x4000)
        strings = [area[p - 0x4000:].split(b"\0")[0] for p in pointers[:3]]
        self.assertEqual(strings, [b"p.elf", b"one", b"--two"])
        self.assertEqual(pointers[3], 0)
        self.assertEqual(struct.unpack_from("<Q", area, envp - 0x4000)[0], 0)

    def test_arguments_without_an_area(self):
        self.assert_bad_input(self.run_exec(elf([NOP]), arguments=["x"]), "takes no arguments")
        image = elf([NOP], sections=[(".mppa_args", 0x4000, 64)])
        self.assert_bad_input(self.run_exec(image, arguments=["x" * 100]), "argument area")


if __name__ == "__main__":
    unittest.main()
