#!/usr/bin/env python3
"""Makes golden vectors from the formal semantics of the instructions.

Every form whose semantics need only integer operations, memory and control flow is run on random operands; the result
is a vector file in the format of tests/cluster/vectors/README.md. The simulator must agree with it bit for bit. The
interpreter shares nothing with the simulator but the encodings of kv3_1.tsv.
"""

import argparse
import random
import sys

from forms import REGISTERS, MODIFIER_VALUES, read_forms
from machine import MEMORY_BASE, MEMORY_SIZE, OutsideWindow, State, zx

BUNDLES_PER_FORM = 2
FIRST_PC = 0x100500
BACKGROUND = [zx(64, (n + 1) * 0x9E3779B97F4A7C15) for n in range(64)]


class Generator:
    def __init__(self, seed, trials):
        self.random = random.Random(seed)
        self.trials = trials
        self.pc = FIRST_PC

    def value(self):
        """A 64-bit number: random, sparse, near a power of two, or made of equal or extreme lanes."""
        r = self.random
        choice = r.randrange(7)
        if choice == 0:
            return r.choice([0, 1, 2, zx(64, -1), 1 << 63, (1 << 63) - 1, 1 << 31, (1 << 31) - 1, zx(64, -(1 << 31))])
        if choice == 1:
            return r.randrange(130)
        if choice == 2:
            return zx(64, (1 << r.randrange(64)) + r.randrange(-2, 3))
        if choice == 3:
            extreme = [0, 1, 0xffff, 0x8000, 0x7fff, 0x8001, r.getrandbits(16)]
            return sum(r.choice(extreme) << (16 * i) for i in range(4))
        if choice == 4:
            extreme = [0, 1, 0xffffffff, 0x80000000, 0x7fffffff, r.getrandbits(32)]
            return r.choice(extreme) << 32 | r.choice(extreme)
        return r.getrandbits(64)

    def immediate(self, operand):
        field = zx(operand.width, self.value() if self.random.randrange(2) else self.random.getrandbits(operand.width))
        if operand.signed and field >> (operand.width - 1):
            field -= 1 << operand.width
        return field << operand.scale

    def operand_values(self, form):
        """Registers do not overlap, so that an address can be set without touching the other operands."""
        values, free = {}, set(range(64))
        for operand in form.operands:
            if operand.kind in REGISTERS:
                count = REGISTERS[operand.kind]
                firsts = [n for n in range(0, 64, count) if all(n + i in free for i in range(count))]
                values[operand.name] = self.random.choice(firsts)
                free -= set(range(values[operand.name], values[operand.name] + count))
            elif operand.modifier:
                values[operand.name] = self.random.randrange(MODIFIER_VALUES[operand.modifier])
            else:
                values[operand.name] = self.immediate(operand)
        return values

    def merge_registers(self, form, values):
        """Now and then lets two single registers coincide: all reads come before all writes."""
        singles = [o.name for o in form.operands if o.kind == "GPR"]
        if form.kind == "alu" and len(singles) > 1 and self.random.randrange(3) == 0:
            a, b = self.random.sample(singles, 2)
            values[a] = values[b]

    def bundle(self, form):
        values = self.operand_values(form)
        self.merge_registers(form, values)
        words = form.encode(values)
        registers = {o.name: values[o.name] for o in form.operands if o.kind in REGISTERS}
        others = {name: value for name, value in values.items() if name not in registers}
        lines = [f"I {self.pc:x} {','.join(f'{w:08x}' for w in words)} ; {form.assembly(values)}"]
        for _ in range(self.trials):
            state = self.vector(form, registers, others, self.pc + 4 * len(words))
            if state is not None:
                lines.append(line_of(state, self.inputs))
        self.pc += 4 * len(words)
        return lines if len(lines) > 1 else []

    def vector(self, form, registers, others, next_pc):
        gpr = list(BACKGROUND)
        self.inputs = {}
        for operand in form.operands:
            for i in range(REGISTERS.get(operand.kind, 0)):
                self.inputs[registers[operand.name] + i] = self.value()
        if form.mnemonic in ("igoto", "icall"):
            self.inputs[registers["rZ"]] &= 0xfffffffc
        for n, value in self.inputs.items():
            gpr[n] = value
        cs = self.random.getrandbits(16) << 32 | self.random.getrandbits(1) if self.random.randrange(2) else 0
        if form.size:
            self.point_into_window(form, registers, others, gpr, cs, next_pc)
        state = State(registers, others, gpr, cs, self.pc, next_pc)
        try:
            form.run(state)
        except OutsideWindow:
            return None
        return state

    def point_into_window(self, form, registers, others, gpr, cs, next_pc):
        """Chooses the base register so that the access falls into the memory window."""
        base = registers["rZ"]
        gpr[base] = 0
        probe = State(registers, others, gpr, cs, self.pc, next_pc)
        try:
            form.run(probe)
        except OutsideWindow:
            pass
        offset = probe.addresses[0][0] if probe.addresses else 0
        step = form.size if form.kind == "atomic" else 1
        target = MEMORY_BASE + self.random.randrange(0, MEMORY_SIZE - form.size + 1, step)
        gpr[base] = self.inputs[base] = zx(64, target - offset)
        if form.mnemonic.startswith("acswap") and self.random.randrange(2):
            at = target - MEMORY_BASE
            expected = registers["pU"] + 1
            gpr[expected] = self.inputs[expected] = int.from_bytes(probe.memory[at:at + form.size], "little")


def line_of(state, inputs):
    before = [f"r{n}={inputs[n]:x}" for n in sorted(inputs)] + ([f"cs={state.cs:x}"] if state.cs else [])
    after = [f"r{n}={new:x}" for n, (old, new) in enumerate(zip(state.gpr, state.gpr_after)) if old != new]
    if state.cs_after != state.cs:
        after.append(f"cs={state.cs_after:x}")
    changed = [k for k in range(MEMORY_SIZE) if state.memory[k] != state.memory_after[k]]
    after += [f"m{k}={state.memory_after[k]:02x}" for k in changed]
    after += [f"{name.lower()}={value:x}" for name, value in state.special.items()]
    return " ".join(["V"] + before + ["|"] + after)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--encodings", required=True, help="models/cluster/isa/kv3_1.tsv")
    options.add_argument("--semantics", required=True, help="semantics.tsv next to this program")
    options.add_argument("--out", required=True, help="vector file to write")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--trials", type=int, default=6, help="vectors per bundle")
    options.add_argument("--list-skipped", action="store_true", help="print the forms that are left out, and why")
    args = options.parse_args()

    generator = Generator(args.seed, args.trials)
    lines, covered = [f"# vectors from the formal semantics, seed {args.seed}"], 0
    for form in read_forms(args.encodings, args.semantics):
        if form.unsupported or form.kind in ("tca", "system", "cache"):
            if args.list_skipped:
                print(form.id, form.kind, form.unsupported or "no vector state", sep="\t")
            continue
        bundles = [generator.bundle(form) for _ in range(BUNDLES_PER_FORM)]
        if not any(bundles):
            sys.exit(f"no vector for {form.id}")
        covered += 1
        lines += [line for bundle in bundles for line in bundle]
    with open(args.out, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    print(f"{covered} forms, {sum(line.startswith('V') for line in lines)} vectors")


if __name__ == "__main__":
    main()
