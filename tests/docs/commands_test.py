#!/usr/bin/env python3
"""Runs the ```sh blocks of README.md and docs/: commands_test.py SOURCE_DIR BUILD_DIR

Each file's blocks run in order, in a folder of their own that looks like the top of the source tree with this build as
build/release. A command that fails, fails the test. A block behind a line `<!-- not run: REASON -->` is left out. What is
not run, and what stands in the text, must at least name subcommands and options that exist. Commands stand in blocks."""

import functools
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv.pop(2)).resolve()
SOURCE = pathlib.Path(sys.argv.pop(1)).resolve()
BLOCK = re.compile(r"(?P<skip><!-- not run: \S.* -->\n)?```sh\n(?P<commands>.*?)^```$", re.M | re.S)

INLINE = re.compile(r"`((?:build/release/bin/)?mppasim [a-z][^`\n]*)`")
CALL = re.compile(r"(?:^|[\s/])mppasim ((?:[a-z]+ ?)+)([^|;&>#\n]*)")
INDENTED_COMMAND = re.compile(r"^    (?:(?:build/release/bin|scripts|tests)/\S+|ctest|cmake|git|ninja|kvx-cc)(?: |$)")


def documents():
    return [SOURCE / "README.md", *sorted((SOURCE / "docs").rglob("*.md"))]


def blocks_of(path):
    """(line, commands, left out) of each block."""
    text = path.read_text()
    return [(text.count("\n", 0, m.start("commands")), m["commands"], m["skip"] is not None) for m in BLOCK.finditer(text)]


@functools.cache
def help_of(*subcommands):
    """What --help says; None if there is no such subcommand."""
    text = subprocess.run([BUILD / "bin/mppasim", *subcommands, "--help"], capture_output=True, text=True, timeout=60).stdout
    return text if f"Usage: mppasim {' '.join(subcommands)} " in text else None


class Commands(unittest.TestCase):
    def run_blocks(self, path):
        with tempfile.TemporaryDirectory() as folder:
            top = pathlib.Path(folder)
            for entry in SOURCE.iterdir():
                if entry.name not in ("build", ".git"):
                    (top / entry.name).symlink_to(entry)
            (top / "build").mkdir()
            (top / "build/release").symlink_to(BUILD)
            for line, commands, skip in blocks_of(path):
                if skip:
                    continue
                result = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=top, capture_output=True,
                                        text=True, timeout=300, stdin=subprocess.DEVNULL)
                self.assertEqual(result.returncode, 0, f"{path.relative_to(SOURCE)}:{line}: {result.stderr[-2000:]}")

    def test_documents(self):
        found = 0
        for path in documents():
            found += len(blocks_of(path))
            with self.subTest(document=str(path.relative_to(SOURCE))):
                self.run_blocks(path)
        self.assertGreater(found, 3, "the documents have no ```sh blocks any more")

    def check_calls(self, text, where):
        """Every call of mppasim in `text` names what --help knows."""
        for call in CALL.finditer(text):
            words = call[1].split()
            subcommands = words[:2] if words[0] in ("bench", "golden") else words[:1]
            usage = help_of(*subcommands)
            self.assertIsNotNone(usage, f"{where}: there is no `mppasim {' '.join(subcommands)}`")
            for option in re.findall(r"(?<=\s)--?[a-z][a-z-]*", " " + call[2]):
                self.assertRegex(usage, rf"(?m)(^  |,){option}\b", f"{where}: mppasim {' '.join(subcommands)} has no {option}")

    def test_what_is_not_run(self):
        checked = 0
        for path in documents():
            texts = [commands for _, commands, skip in blocks_of(path) if skip]
            texts += [call[1] for call in INLINE.finditer(path.read_text())]
            for text in texts:
                self.check_calls(text, path.relative_to(SOURCE))
            checked += len(texts)
        self.assertGreater(checked, 20, "the documents have no commands in their text any more")

    def test_commands_stand_in_blocks(self):
        for path in documents():
            for number, line in enumerate(path.read_text().splitlines(), 1):
                self.assertNotRegex(line, INDENTED_COMMAND, f"{path.relative_to(SOURCE)}:{number}: not in a ```sh block")


if __name__ == "__main__":
    unittest.main()
