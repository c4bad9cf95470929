"""Instruction forms: the encodings of kv3_1.tsv joined with the semantics, and how to encode one instruction."""

import csv
import re

from language import Parser, SyntaxFault
from machine import KNOWN_FUNCTIONS

MODIFIER_VALUES = {"scalarcond": 14, "comparison": 14, "simplecond": 8, "splat32": 2, "doscale": 2, "variant": 4}
MODIFIER_TEXT = {
    "scalarcond": ".dnez .deqz .dltz .dgez .dlez .dgtz .odd .even .wnez .weqz .wltz .wgez .wlez .wgtz".split(),
    "comparison": ".ne .eq .lt .ge .le .gt .ltu .geu .leu .gtu .all .nall .any .none".split(),
    "simplecond": ".nez .eqz .ltz .gez .lez .gtz .odd .even".split(),
    "splat32": ["", ".@"], "doscale": ["", ".xs"], "variant": ["", ".s", ".u", ".us"],
}
REGISTERS = {"GPR": 1, "PGR": 2, "QGR": 4}
EXTENSION_SLOT = {3: 0, 2: 2, 1: 3}  # steering of the first syllable -> bits 28:27 of its extensions
PARALLEL = 1 << 31


class Operand:
    def __init__(self, text):
        self.name, _, rest = text.partition("=")
        self.kind, _, bits = rest.partition("@")
        self.parts = []  # (word, high, low, position in the value)
        for part in bits.split("|"):
            word, high, low, shift = re.fullmatch(r"w(\d)\[(\d+):(\d+)\](?:<<(\d+))?", part).groups()
            self.parts.append((int(word), int(high), int(low), int(shift or 0)))
        self.width = sum(high - low + 1 for _, high, low, _ in self.parts)
        self.modifier = self.kind[4:] if self.kind.startswith("mod:") else ""
        self.scale, self.signed = 0, False
        if self.kind.startswith("imm:"):
            sign, scale = re.fullmatch(r"imm:([suw])\d+(?:<<(\d+))?(?::pc)?", self.kind).groups()
            self.signed, self.scale = sign != "u", int(scale or 0)

    def supported(self):
        return self.kind in REGISTERS or self.modifier in MODIFIER_VALUES or self.kind.startswith("imm:")

    def field(self, value):
        """The encoded field of an operand value (register number, modifier or immediate)."""
        if self.kind in REGISTERS:
            return value // REGISTERS[self.kind]
        return value >> self.scale & ((1 << self.width) - 1)


class Form:
    def __init__(self, encoding, semantics):
        self.id, self.mnemonic, self.syntax = encoding["id"], encoding["mnemonic"], encoding["syntax"]
        self.kind, self.size = encoding["kind"], int((encoding["mem"] or "0").split()[0])
        self.matches = [int(encoding[f"match{i}"], 16) for i in range(3) if encoding[f"match{i}"]]
        self.operands = [Operand(text) for text in encoding["operands"].split()]
        self.unsupported = ""
        if not all(operand.supported() for operand in self.operands):
            self.unsupported = "operand kinds"
            return
        parser = Parser(semantics)
        try:
            self.run = parser.program()
        except SyntaxFault as fault:
            self.unsupported = f"notation: {fault}"
            return
        unknown = parser.functions - KNOWN_FUNCTIONS - {"trap"}
        if unknown:
            self.unsupported = "operation " + ", ".join(sorted(unknown))

    def encode(self, values):
        words = list(self.matches)
        slot = EXTENSION_SLOT.get(words[0] >> 29 & 3)
        for i in range(1, len(words)):
            words[i] |= slot << 27
        for operand in self.operands:
            field = operand.field(values[operand.name])
            for word, high, low, shift in operand.parts:
                words[word] |= (field >> shift & ((1 << (high - low + 1)) - 1)) << low
        return [word | PARALLEL for word in words[:-1]] + [words[-1] & ~PARALLEL]

    def assembly(self, values):
        def text(match):
            operand = next(o for o in self.operands if o.name == match[1])
            value = values[operand.name]
            if operand.kind in REGISTERS:
                return "$" + "".join(f"r{value + i}" for i in range(REGISTERS[operand.kind]))
            return MODIFIER_TEXT[operand.modifier][value] if operand.modifier else str(value)
        return re.sub(r"\{(\w+)\}", text, self.syntax)


def read_table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def read_forms(encodings, semantics):
    """All canonical forms. The two tables list the same forms in the same order."""
    rows, meanings = read_table(encodings), read_table(semantics)
    if [r["mnemonic"] for r in rows] != [m["mnemonic"] for m in meanings]:
        raise SystemExit(f"{encodings} and {semantics} do not list the same forms")
    return [Form(row, meaning["semantics"]) for row, meaning in zip(rows, meanings) if not row["alias_of"]]
