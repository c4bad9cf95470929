#!/usr/bin/env python3
"""Writes random legal KV3 bundles as assembler text, straight from the instruction description.

usage: random_bundles.py DESCRIPTION_DIR COUNT SEED > bundles.s

First every form that the assembler can write alone, then COUNT bundles of one to six instructions that fit the
reservation table and have no two writers of a register. The slots are the assembler's choice.
"""

import pathlib
import random
import sys

LABEL_EVERY = 8      # bundles between labels
LABEL_REACH = 40     # labels a branch may go forwards or backwards
GLOBAL_EVERY = 25    # every n-th label is a global symbol
LIMITS = (8, 4, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4)  # of the resources, in the order of classes.RESOURCES
CS_SIDE_EFFECTS = 0xffff0000003f  # carry and scalar floating-point flags

# SFR sets that the assembler refuses: no register of the architecture is in them.
UNWRITABLE = ("GetZSysS3", "SetSysT4Z", "RswapZSysS4", "WfxlSysT4Z", "WfxmSysT4Z")


class Generator:
    def __init__(self, source, seed):
        sys.path.insert(0, str(source / "gen"))
        import classes
        import description
        import emit_decode
        self.random = random.Random(seed)
        self.description = description
        self.forms = [f for f in description.load(source / "kv3_1.tsv") if f.id not in UNWRITABLE]
        self.modifiers = emit_decode.load_modifiers(source / "modifiers.tsv")
        self.sfr_names = [f"res{n}" for n in range(256)] + [f"vsfr{n}" for n in range(256)]
        with open(source / "sfr_names.tsv", encoding="utf-8") as f:
            for number, name in (line.split() for line in list(f)[1:]):
                self.sfr_names[int(number)] = name
        self.classes = {f.res_class: classes.resolve(f.res_class) for f in self.forms}
        self.by_slot = {}
        for f in self.forms:
            self.by_slot.setdefault(self.classes[f.res_class][0], []).append(f)
        self.label = 0
        self.total_labels = 0

    def register(self, op):
        count = self.description.REGISTER_KINDS[op.kind]
        width = sum(p.high - p.low + 1 for p in op.parts)
        number = self.random.randrange(1 << width) * op.scale + op.offset
        if op.kind == "XBR":
            return f"$a{number // 2}_{('lo', 'hi')[number % 2]}", number
        if op.kind == "XCR":
            return f"$a{number // 4}_{'xyzt'[number % 4]}", number
        file = "r" if op.kind in self.description.GENERAL_KINDS else "a"
        return "$" + "".join(f"{file}{number + i}" for i in range(count)), number

    def immediate(self, op):
        r = self.random
        if op.pc_relative:
            target = self.label + r.randrange(-LABEL_REACH, LABEL_REACH)
            return f".L{min(max(target, 0), self.total_labels - 1)}"
        bits = op.bits
        kind = r.randrange(4)
        if kind == 0:    # small numbers and the edges
            value = r.choice([0, 1, -1, 2, -2, (1 << (bits - 1)) - 1, -(1 << (bits - 1))])
        elif kind == 1:  # any length
            value = r.getrandbits(r.randrange(1, bits + 1))
        else:
            value = r.getrandbits(bits)
        value &= (1 << bits) - 1
        if op.signed != "u" and value >> (bits - 1):
            value -= 1 << bits
        if op.signed == "w" and r.randrange(2):
            value &= (1 << bits) - 1
        return hex(value) if r.randrange(2) else str(value)

    def modifier(self, form, op):
        suffixes = self.modifiers[op.modifier]
        return self.random.choice(suffixes)

    def operand(self, form, op, numbers):
        if op.kind == "mod":
            return self.modifier(form, op)
        if op.kind == "imm":
            return self.immediate(op)
        if op.kind == "SFR":
            return "$" + self.sfr_names[self.random.choice(sorted(self.description.parse_constraint(form)[1]))]
        text, numbers[op.index] = self.register(op)
        return text

    def writes(self, form, numbers, text):
        """What may have one writer only: general registers, quarters of vectors, CS as a whole or its flags."""
        kinds = {op.index: op.kind for op in form.operands if op.kind in self.description.REGISTER_KINDS}
        out = set()
        for a in form.writes:
            if a.what == "reg":
                out |= {("r", numbers[a.reg] + i) for i in range(a.first, a.first + a.count)}
            elif a.what == "vec":
                size = {"XBR": 2, "XCR": 1}.get(kinds[a.reg], 4)
                out |= {("v", (numbers[a.reg] + a.first) * size + i) for i in range(a.count * size)}
            elif a.what == "cs" and a.cs_mask & CS_SIDE_EFFECTS:
                out.add("cs flags")
            elif a.what == "sfr" and "$cs" in text.replace(",", " ").split():
                out.add("cs")
        return out

    def instruction(self, form):
        """(text, what it writes)."""
        numbers = {}
        text = form.syntax
        for op in form.operands:
            text = text.replace("{" + op.name + "}", self.operand(form, op, numbers), 1)
        return text, self.writes(form, numbers, text)

    def emit(self, lines, bundle):
        if bundle % LABEL_EVERY == 0:
            name = bundle // LABEL_EVERY
            self.label = name
            if name % GLOBAL_EVERY == 0:
                print(f".globl function_{name}\nfunction_{name}:")
            print(f".L{name}:")
        print("\n".join(lines) + "\n;;")

    def random_bundle(self):
        r = self.random
        used = [0] * 16
        issued = 0  # instructions in the slots ALU0, ALU1, MAU, LSU
        written = set()
        lines = []
        for _ in range(r.choice((1, 2, 3, 4, 5, 6, 8))):
            form = r.choice(self.by_slot[r.choice(list(self.by_slot))])
            slot, alone, use = self.classes[form.res_class]
            in_four = slot not in ("kBcu", "kExt")
            total = [a + b for a, b in zip(used, use)]
            if any(t > limit for t, limit in zip(total, LIMITS)) or (alone and lines) or issued + in_four > 4:
                continue
            text, writes = self.instruction(form)
            both = writes | written
            if (writes - {"cs flags"}) & written or {"cs", "cs flags"} <= both:
                continue
            used, written = total, both
            issued += in_four
            lines.append(text)
            if alone:
                break
        return lines

    def run(self, count):
        self.total_labels = (len(self.forms) + count) // LABEL_EVERY
        print(".text")
        number = 0
        for form in self.forms:
            self.emit([self.instruction(form)[0]], number)
            number += 1
        while number < len(self.forms) + count:
            lines = self.random_bundle()
            if lines:
                self.emit(lines, number)
                number += 1


def main(argv):
    if len(argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    Generator(pathlib.Path(argv[1]), int(argv[3])).run(int(argv[2]))
    return 0


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.exit(main(sys.argv))
