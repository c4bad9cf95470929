#!/usr/bin/env python3
"""Fills in the words (W) and labels (L) of rules.txt with the kvx assembler: assemble_rules.py [rules.txt]

Needed only after an edit of the assembly; the tests read the words."""

import pathlib
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]


def tool(name):
    prefix = subprocess.run([ROOT / "scripts/binutils.sh"], check=True, capture_output=True, text=True).stdout.split()[-1] + "/bin/kvx-elf-"
    return prefix + name


def assemble(lines, offset, tools):
    """Words and labels of a snippet that starts at `offset` modulo 64."""
    with tempfile.TemporaryDirectory() as folder:
        source, obj, image = (pathlib.Path(folder) / n for n in ("a.s", "a.o", "a.bin"))
        source.write_text("\n".join([".text", ".align 64"] + ([f".skip {offset}, 0"] if offset else []) + lines) + "\n")
        subprocess.run([tools["as"], "-march=kv3-1", "-o", obj, source], check=True)
        linked = obj.with_suffix(".elf")
        subprocess.run([tools["ld"], "-Ttext=0x10000", "-e", "0x10000", "-o", linked, obj], check=True)
        subprocess.run([tools["objcopy"], "-O", "binary", "-j", ".text", linked, image], check=True)
        symbols = subprocess.run([tools["nm"], linked], check=True, capture_output=True, text=True).stdout
        data = image.read_bytes()[offset:]
        labels = {}
        for line in symbols.splitlines():
            value, kind, name = line.split()
            if kind == "t":
                labels[name] = int(value, 16) - 0x10000 - offset
        return struct.unpack(f"<{len(data) // 4}I", data[:len(data) // 4 * 4]), labels


def main():
    path = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("rules.txt"))
    tools = {n: tool(n) for n in ("as", "ld", "objcopy", "nm")}
    out, lines, offset = [], [], 0

    def finish():
        if lines:
            words, labels = assemble(lines, offset, tools)
            for i in range(0, len(words), 8):
                out.append("W " + ",".join(f"{w:08x}" for w in words[i:i + 8]))
            if labels:
                out.append("L " + " ".join(f"{n}={v:x}" for n, v in sorted(labels.items())))
            out.append("")
        lines.clear()

    for line in path.read_text().splitlines():
        if line.startswith("T "):
            finish()
            options = line.split("|")[4].strip().split(",") if line.count("|") >= 4 else []
            offset = next((int(o[3:], 16) for o in options if o.startswith("at=")), 0)
        if line.startswith("A "):
            lines.append(line[2:])
        if not line.startswith(("W ", "L ")) and line:
            out.append(line)
    finish()
    path.write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
