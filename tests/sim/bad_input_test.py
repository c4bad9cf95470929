#!/usr/bin/env python3
"""What every subcommand says to bad input: one clear line, exit status 2. bad_input_test.py MPPASIM SOURCE_DIR"""

import lzma
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv.pop(2)).resolve()
MPPASIM = str(pathlib.Path(sys.argv.pop(1)).resolve())
PROGRAM = SOURCE / "tests/bench/alu.elf"
MUTANTS = 60
SANITIZER_NOISE = (b"WARNING: ASan", b"False positive", b"For details see")


class BadInput(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.image = PROGRAM.read_bytes()

    def tearDown(self):
        self.folder.cleanup()

    def file(self, name, content):
        path = self.path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def run_command(self, *arguments, **options):
        result = subprocess.run([MPPASIM, *map(str, arguments)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                timeout=60, cwd=self.path, **{"stdout": subprocess.PIPE, **options})
        lines = result.stderr.splitlines()
        return result, [line.decode() for line in lines if not any(n in line for n in SANITIZER_NOISE)]

    def assert_refused(self, *arguments, says="", **options):
        with self.subTest(arguments=arguments):
            result, lines = self.run_command(*arguments, **options)
            self.assertEqual(result.returncode, 2, lines)
            self.assertEqual(len(lines), 1, lines)
            self.assertTrue(lines[0].startswith("mppasim: "), lines)
            self.assertIn(says, lines[0])

    def test_command_line(self):
        self.assert_refused(says="subcommand")
        self.assert_refused("fly", says="fly")
        self.assert_refused("--fly", says="--fly")
        self.assert_refused("bench", says="subcommand")
        for command in ("exec", "disasm", "vectors"):
            self.assert_refused(command, says="required")
            self.assert_refused(command, "--fly", PROGRAM, says="--fly")
        self.assert_refused("disasm", PROGRAM, "more", says="more")
        self.assert_refused("bench", "core", "--only", "nothing", says="nothing")

    def test_option_values(self):
        for option, value in (("--max-cycles", "-5"), ("--max-cycles", "soon"), ("--ddr-size", "0"), ("--ddr-size", "-1"),
                              ("--ddr-size", "1000000000000000"), ("--ddr-size", "99999999999999999999"),
                              ("--pid", "17"), ("--pid", "-1"), ("--timing", "exact"), ("--engine", "slow")):
            self.assert_refused("exec", option, value, PROGRAM, says=option)
        for option, value in (("--seconds", "-1"), ("--seconds", "x"), ("--cycles", "-1"), ("--timing", "exact")):
            self.assert_refused("bench", "core", "--only", "alu", option, value, says=option)

    def test_files_that_are_none(self):
        for command in ("exec", "disasm", "vectors"):
            self.assert_refused(command, "absent", says="absent")
            self.assert_refused(command, self.path, says=str(self.path))
            self.assert_refused(command, self.file("empty", b""), says="empty")
        self.assert_refused("bench", "core", "--programs", self.path, says="alu.elf")

    def test_elf_headers(self):
        def changed(offset, value):
            return self.file("changed.elf", self.image[:offset] + value + self.image[offset + len(value):])

        for command in ("exec", "disasm"):
            self.assert_refused(command, self.file("text", "no ELF file, but long enough to hold the header of one......"),
                                says="not an ELF file")
            for length in (4, 63, 64, 100, len(self.image) - 1):
                self.assert_refused(command, self.file("short.elf", self.image[:length]), says="truncated")
            self.assert_refused(command, changed(4, b"\1"), says="64-bit")
            self.assert_refused(command, changed(5, b"\2"), says="little-endian")
            self.assert_refused(command, changed(18, struct.pack("<H", 62)), says="machine is 62")
            self.assert_refused(command, changed(48, struct.pack("<I", 0x2309)), says="kv3-2")
            self.assert_refused(command, changed(32, struct.pack("<Q", 1 << 40)), says="truncated")
            self.assert_refused(command, changed(40, struct.pack("<Q", 1 << 40)), says="truncated")
            self.assert_refused(command, changed(54, struct.pack("<H", 8)), says="unknown size")
            self.assert_refused(command, changed(58, struct.pack("<H", 8)), says="unknown size")
        self.assert_refused("exec", changed(16, struct.pack("<H", 1)), says="not a linked program")
        self.assert_refused("exec", changed(24, struct.pack("<Q", 0x7000000)), says="entry point")
        self.assert_refused("exec", changed(64 + 24, struct.pack("<Q", 0x70000000)), says="outside the memory")
        self.assert_refused("exec", changed(64 + 40, struct.pack("<Q", 1 << 30)), says="outside the memory")

    def test_damaged_headers_never_crash(self):
        random.seed(1)
        sections, = struct.unpack_from("<Q", self.image, 40)
        areas = ((0, 64), (64, 64 + 2 * 56), (sections, len(self.image)))
        interesting = (0, 1, 0xff, 1 << 31, 1 << 32, 1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, len(self.image))
        statuses = set()
        for _ in range(MUTANTS):
            image = bytearray(self.image)
            for _ in range(random.choice((1, 1, 2, 4))):
                begin, end = random.choice(areas)
                size = random.choice((1, 2, 4, 8))
                offset = random.randrange(begin, end - size) // size * size
                value = random.choice((*interesting, random.getrandbits(64)))
                image[offset:offset + size] = (value & (1 << 8 * size) - 1).to_bytes(size, "little")
            path = self.file("mutant.elf", bytes(image))
            for command in (("exec", "-q", "--max-cycles", "500"), ("disasm",)):
                result, lines = self.run_command(*command, path)
                self.assertIn(result.returncode, (0, 1, 2, 124), lines)
                if result.returncode == 2:
                    self.assertEqual(len(lines), 1, lines)
                statuses.add(result.returncode)
        self.assertTrue({0, 2} <= statuses, statuses)

    def test_vector_files(self):
        first = "I 100500 7fffffff ; nop\n"
        for text, says in (("hello\n", ":1: "), ("V r1=0 |\n", ":1: "), (first + "V r1=0\n", ":2: "),
                           (first + "V r64=0 |\n", ":2: "), (first + "V r1=xyz |\n", ":2: "),
                           (first + "V | m600=00\n", ":2: "), (first + "V | r1=11112222333344445\n", ":2: "),
                           ("I 100500 zz ; nop\nV |\n", ":1: "), ("I 100500\n", ":1: "), ("# nothing\n", "no vectors"),
                           (first + "V\0 |\n", ":2: ")):
            self.assert_refused("vectors", self.file("v.txt", text), says=says)
        packed = lzma.compress((first + "V |\n").encode())
        self.assertEqual(self.run_command("vectors", self.file("v.txt.xz", packed))[0].returncode, 0)
        self.assert_refused("vectors", self.file("v.txt.xz", packed[:-8]), says="v.txt.xz")
        self.assert_refused("vectors", self.file("v.txt.xz", b"no xz file"), says="v.txt.xz")

    def test_outputs(self):
        for option in ("--stats", "--trace"):
            for path in ("/does/not/exist", self.path):
                self.assert_refused("exec", "-q", "--max-cycles", "100", option, path, PROGRAM, says=str(path))
            result, lines = self.run_command("exec", "-q", "--max-cycles", "2000", option, "/dev/full", PROGRAM)
            self.assertEqual((result.returncode, lines[-1]), (2, "mppasim: /dev/full: cannot be written"))
        self.assert_refused("bench", "core", "--json", "/does/not/exist", says="/does/not/exist")
        with open("/dev/full", "wb") as full:
            self.assert_refused("disasm", PROGRAM, stdout=full, says="standard output")


if __name__ == "__main__":
    unittest.main()
