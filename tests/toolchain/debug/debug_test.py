#!/usr/bin/env python3
"""Tests of debug information: call frame information, line tables, and that -g leaves the code as it is.

usage: debug_test.py --kvx-cc PATH --mppasim PATH --binutils PREFIX [unittest options]

frames.c prints registers and stack at several calls; the stack is unwound here with the rows that readelf interprets
from .debug_frame, as a debugger would.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE / "frames.c"
LEVELS = ("O0", "O1", "O2", "O3", "Os")
RA, SP = 64, 12  # RA's place in the dump; the stack pointer
CHAIN = ["leaf_caller", "variable_frame", "big_result", "variadic", "many_registers", *["recursive"] * 4, "aligned_frame", "main"]
CHAINS = [CHAIN, CHAIN[1:], CHAIN[2:], ["leaf_caller", *CHAIN[4:]]]
ARGUMENTS = None


def run(*command):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120)
    if result.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}: status {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def tool(name, *arguments):
    return run(f"{ARGUMENTS.binutils}/bin/kvx-elf-{name}", *arguments)


class Frames:
    """The rows of .debug_frame: address -> (CFA register, offset, {register: offset from CFA})."""

    def __init__(self, program):
        self.rows = []
        names, end = [], 0
        for line in tool("readelf", "--debug-dump=frames-interp", program).splitlines():
            words = line.split()
            if match := re.search(r"FDE .*pc=([0-9a-f]+)\.\.([0-9a-f]+)", line):
                end = int(match[2], 16)
            elif words[:2] == ["LOC", "CFA"]:
                names = words[2:]
            elif end and len(words) == len(names) + 2 and re.fullmatch("[0-9a-f]{16}", words[0]):
                register, offset = re.fullmatch(r"r(\d+)([+-]\d+)", words[1]).groups()
                saved = {RA if name == "ra" else int(name[1:]): int(rule[1:]) for name, rule in zip(names, words[2:])
                         if rule.startswith("c")}
                self.rows.append((int(words[0], 16), end, int(register), int(offset), saved))

    def at(self, address):
        rows = [row for row in self.rows if row[0] <= address < row[1]]
        if not rows:
            raise AssertionError(f"no call frame information for {address:#x}")
        return max(rows)[2:]


def unwind(frames, registers, memory, depth):
    """Return addresses from the innermost caller outwards."""
    addresses = []
    for _ in range(depth):
        address = registers[RA]
        addresses.append(address)
        base, offset, saved = frames.at(address - 1)
        cfa = registers[base] + offset
        for register, where in saved.items():
            registers[register] = memory[cfa + where]
        registers[SP] = cfa
    return addresses


class DebugTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="kvx-debug-")
        self.addCleanup(directory.cleanup)
        self.work = pathlib.Path(directory.name)

    def dumps(self, program):
        lines = run(ARGUMENTS.mppasim, "exec", "-q", "--timing", "functional", program).splitlines()
        for registers, stack in zip(lines, lines[1:]):
            if registers.startswith("dump"):
                sp, *words = [int(word, 16) for word in stack.split()[1:]]
                yield [int(word, 16) for word in registers.split()[1:]], {sp + 8 * i: word for i, word in enumerate(words)}

    def test_unwinding(self):
        text = SOURCE.read_text().splitlines()
        for level in LEVELS:
            with self.subTest(level):
                program = self.work / f"{level}.elf"
                run(ARGUMENTS.kvx_cc, f"-{level}", "-g", SOURCE, "-o", program)
                frames = Frames(program)
                dumps = list(self.dumps(program))
                self.assertEqual(len(dumps), len(CHAINS))
                for (registers, memory), chain in zip(dumps, CHAINS):
                    addresses = unwind(frames, registers, memory, len(chain))
                    places = tool("addr2line", "-f", "-e", program, *[hex(a - 1) for a in addresses]).splitlines()
                    self.assertEqual(places[::2], chain)
                    for place, callee in zip(places[1::2], ["dump", *chain]):
                        line = text[int(re.search(r":(\d+)", place)[1]) - 1]
                        self.assertIn(f"{callee}(", line, place)

    def test_disassembly_with_lines(self):
        run(ARGUMENTS.kvx_cc, "-O2", "-g", "-c", SOURCE, "-o", self.work / "frames.o")
        shown = {int(n) for n in re.findall(r"frames\.c:(\d+)", tool("objdump", "-dl", self.work / "frames.o"))}
        calls = {n for n, line in enumerate(SOURCE.read_text().splitlines(), 1)
                 if re.match(r"\s+(const )?(long|struct big)? ?\w+ = \w+\(", line)}
        self.assertTrue(calls)
        self.assertLessEqual(calls, shown)

    def test_code_is_the_same_without(self):
        programs = [SOURCE, *sorted((HERE.parent / "execute").glob("*.c")), HERE.parent / "quality" / "kernels.c"]
        for level in ("O2", "Os"):
            for program in programs:
                texts = []
                for debug in ("-g0", "-g"):
                    target = self.work / "object.o"
                    run(ARGUMENTS.kvx_cc, f"-{level}", debug, "-w", "-c", program, "-o", target)
                    tool("objcopy", "-O", "binary", "-j", ".text", target, self.work / "text")
                    texts.append((self.work / "text").read_bytes())
                with self.subTest(f"{program.name} -{level}"):
                    self.assertTrue(texts[0])
                    self.assertEqual(texts[0], texts[1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    for option in ("--kvx-cc", "--mppasim", "--binutils"):
        parser.add_argument(option, required=True)
    ARGUMENTS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
