#!/usr/bin/env python3
"""Runs the ```sh blocks of README.md and docs/: commands_test.py SOURCE_DIR BUILD_DIR

Each file's blocks run in order, in a folder of their own that looks like the top of the source tree with this build as
build/release. A command that fails, fails the test. A block behind a line `<!-- not run: REASON -->` is left out."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv.pop(2)).resolve()
SOURCE = pathlib.Path(sys.argv.pop(1)).resolve()
BLOCK = re.compile(r"(?P<skip><!-- not run: \S.* -->\n)?```sh\n(?P<commands>.*?)^```$", re.M | re.S)


def blocks_of(path):
    """(line, commands, left out) of each block."""
    text = path.read_text()
    return [(text.count("\n", 0, m.start("commands")), m["commands"], m["skip"] is not None) for m in BLOCK.finditer(text)]


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
        for path in [SOURCE / "README.md", *sorted((SOURCE / "docs").rglob("*.md"))]:
            found += len(blocks_of(path))
            with self.subTest(document=str(path.relative_to(SOURCE))):
                self.run_blocks(path)
        self.assertGreater(found, 3, "the documents have no ```sh blocks any more")


if __name__ == "__main__":
    unittest.main()
