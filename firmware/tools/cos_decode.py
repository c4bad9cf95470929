#!/usr/bin/env python3
"""Makes a ClusterOS console readable: adds functions and source lines to crash dumps and formats log records.

    cos_decode.py --elf IMAGE [--elf CLUSTER=IMAGE ...] [--addr2line PROGRAM] [CONSOLE]

CONSOLE is a file with the output of UART 0 (default: standard input). IMAGE is the ELF file that runs on all clusters, or,
with a cluster number, on one of them. addr2line is that of the kvx-elf binutils: by default the one in $KVX_BINUTILS/bin,
else the one scripts/binutils.sh has built.
"""
import argparse
import os
import re
import struct
import subprocess
import sys

LEVELS = ["ERROR", "WARNING", "INFO", "DEBUG", "TRACE"]


class Elf:
    """What the tool needs of an ELF64 little-endian file: bytes by address."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.data = file.read()
        if self.data[:6] != b"\x7fELF\x02\x01":
            sys.exit(f"cos_decode: {path} is not a 64-bit little-endian ELF file")
        (offset,) = struct.unpack_from("<Q", self.data, 32)
        size, count = struct.unpack_from("<HH", self.data, 54)
        self.segments = []
        for i in range(count):
            kind, _, start, address, _, in_file, _, _ = struct.unpack_from("<IIQQQQQQ", self.data, offset + i * size)
            if kind == 1:
                self.segments.append((address, start, in_file))

    def string(self, address):
        for base, start, size in self.segments:
            if base <= address < base + size:
                at = start + address - base
                return self.data[at:self.data.index(b"\0", at)].decode(errors="replace")
        return None


def default_addr2line():
    prefix = os.environ.get("KVX_BINUTILS")
    if not prefix:
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts/binutils.sh")
        prefix = subprocess.run([script, "--check"], capture_output=True, text=True).stdout.strip()
    return os.path.join(prefix, "bin/kvx-elf-addr2line")


class Decoder:
    def __init__(self, images, addr2line):
        self.images = images
        self.addr2line = addr2line
        self.cluster = 0  # of the crash being read

    def image(self, cluster):
        return self.images.get(cluster, self.images.get(None))

    def place(self, cluster, address):
        """function (file:line) of a code address; None if the image does not know it."""
        image = self.image(cluster)
        if image is None:
            return None
        try:
            result = subprocess.run([self.addr2line, "-f", "-e", image.path, hex(address)], capture_output=True, text=True)
        except OSError as error:
            sys.exit(f"cos_decode: {self.addr2line}: {error.strerror}")
        lines = result.stdout.split("\n")
        if len(lines) < 2 or lines[0] == "??":
            return None
        return f"{lines[0]} ({lines[1]})"

    def line(self, text):
        """The lines that take the place of `text`."""
        crash = re.match(r"\*\*\* cluster (\d+) core ", text)
        if crash:
            self.cluster = int(crash.group(1))
        if text.startswith("@log "):
            return [self.record(text)]
        places = []
        registers = re.match(r"\s+pc ([0-9a-f]+)  ra ([0-9a-f]+)", text)
        if registers:
            for name, value in zip(("pc", "ra"), registers.groups()):
                # The return address is behind the call: ask for the bundle before.
                address = int(value, 16) - (1 if name == "ra" else 0)
                place = self.place(self.cluster, address)
                if place:
                    places.append(f"    {name} in {place}")
        return [text] + places

    def record(self, text):
        try:
            cluster, core, number, cycles, level, address, *arguments = (int(word, 16) for word in text.split()[1:])
        except ValueError:
            return text
        image = self.image(cluster)
        template = image.string(address) if image else None
        if template is None:
            return text
        return (f"[cluster {cluster} core {core} #{number} at {cycles}] {LEVELS[level] if level < len(LEVELS) else level}: "
                + format_c(template, arguments))


def format_c(template, arguments):
    """printf with integer arguments that were stored as 64-bit words."""
    rest = list(arguments)

    def convert(match):
        flags, length, kind = match.groups()
        if kind == "%":
            return "%"
        value = rest.pop(0) if rest else 0
        if "l" not in length and "z" not in length and "j" not in length and kind != "p":
            value &= 0xFFFFFFFF
            bits = 32
        else:
            bits = 64
        if kind in "di" and value >> (bits - 1):
            value -= 1 << bits
        if kind == "c":
            return chr(value & 0xFF)
        if kind == "p":
            return f"{value:#x}"
        return ("%" + flags + {"u": "d", "i": "d"}.get(kind, kind)) % value

    return re.sub(r"%([-+ #0]*\d*(?:\.\d+)?)(hh|h|ll|l|z|j|t|)([diuxXocp%])", convert, template)


def main():
    parser = argparse.ArgumentParser(description="Decode crash dumps and log records of a ClusterOS console.")
    parser.add_argument("--elf", action="append", required=True, metavar="[CLUSTER=]IMAGE")
    parser.add_argument("--addr2line")
    parser.add_argument("console", nargs="?")
    options = parser.parse_args()
    images = {}
    for text in options.elf:
        match = re.match(r"([0-4])=(.+)", text)
        images[int(match.group(1)) if match else None] = Elf(match.group(2) if match else text)
    decoder = Decoder(images, options.addr2line or default_addr2line())
    source = open(options.console, errors="replace") if options.console else sys.stdin
    for text in source:
        for line in decoder.line(text.rstrip("\r\n")):
            print(line)


if __name__ == "__main__":
    main()
