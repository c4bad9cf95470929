"""Generates forms.inc: one line per ALU-kind form, for template expansion in the engines."""

import re

from description import CS_FIELDS, FP_FLAGS, VALUE_MODIFIERS, canonical
from emit_tables import BANNER, modifier_index

LETTERS = {"GPR": "G", "PGR": "P", "QGR": "Q"}
FP_MASK = sum(CS_FIELDS[f] for f in FP_FLAGS)
CARRY_MASK = CS_FIELDS["IC"] | CS_FIELDS["CC"]


def context(form):
    """Which extra first argument the form needs, from what it reads and writes."""
    reads = sum(a.cs_mask for a in form.reads)
    writes = 0
    for a in form.writes:
        writes |= a.cs_mask
    if writes & FP_MASK or reads & CS_FIELDS["RM"]:
        return "fp"
    if (reads | writes) & CARRY_MASK:
        return "cs"
    return "pc" if form.mnemonic == "pcrel" else "none"


def expand(form):
    m = re.fullmatch(r"(\w+) = (\w+)\((.*)\)", form.exec)
    if not m:
        form.fail(f"bad exec '{form.exec}'")
    dest, function, names = m[1], m[2], [n for n in m[3].split(", ") if n]
    flags = context(form)
    if flags != "none":
        if not names or names.pop(0) != flags:
            form.fail(f"exec must take '{flags}' first")
    args = []
    for name in names:
        op = form.by_name.get(re.sub(r"^sx32\((\w+)\)$", r"\1", name))
        if op is None:
            form.fail(f"exec names unknown operand '{name}'")
        if op.kind in LETTERS:
            args.append(f"MPPA_{LETTERS[op.kind]}({op.index})")
        elif op.kind == "imm":
            args.append(f"MPPA_IMM({op.index})")
        elif name in VALUE_MODIFIERS:
            args.append(f"MPPA_MOD({op.index})")
        else:
            form.fail(f"operand '{name}' cannot be an argument")
    d = form.by_name[dest]
    return (f"MPPA_ALU_FORM(k{form.id}, {function}, MPPA_DST({LETTERS[d.kind]}, {d.index}), MPPA_FLAGS({flags}), "
            f"{modifier_index(form, 'round')}, {modifier_index(form, 'silent')}, {', '.join(args)})")


def forms_inc(forms):
    rows = [f for f in canonical(forms) if f.kind == "alu" and f.exec]
    for f in canonical(forms):
        if f.kind == "alu" and not f.exec and f.mnemonic != "nop":
            f.fail("an alu row needs an exec column")
        if f.kind != "alu" and f.exec:
            f.fail("only alu rows have an exec column")
    return BANNER + "\n".join(map(expand, rows)) + "\n"
