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
