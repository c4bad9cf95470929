"""Generates the tables of form_table.cpp: how each form is recognised, taken apart and printed."""

import re

from description import canonical, parse_constraint
from emit_tables import BANNER, MODIFIERS, Pool, array

TARGETS = {"SFR": "kSfr", "imm": "kImm", "mod": "kMod"}
MAJORS = 128  # values of bits 30:24 of the first syllable


def field_entry(form, op, parts):
    splat = "kSplatUnused" if "sx32(" in form.exec else "kSplat"
    target = splat if op.modifier == "splat32" else TARGETS.get(op.kind, "kReg")
    ordered = sorted(op.parts, key=lambda p: p.shift)
    first, count = parts.add([f"{{{p.word}, {p.low}, {p.high - p.low + 1}, {p.shift}}}" for p in ordered])
    sign = "true" if op.kind == "imm" and op.signed != "u" else "false"
    prints = "true" if op.signed == "s" else "false"
    pcrel = "true" if op.pc_relative else "false"
    bits = sum(p.high - p.low + 1 for p in op.parts)
    return (f"{{OperandKind::k{op.kind.capitalize()}, Modifier::{MODIFIERS[op.modifier]}, Target::{target}, {op.index}, "
            f"{first}, {count}, {bits}, {sign}, {prints}, {pcrel}, {op.shift}, {op.scale}, {op.offset}}}")


def constraint_entry(form, sfr_sets):
    c = parse_constraint(form)
    if c is None:
        return "{0, 0, 0, -1}"
    op, values = c
    part = op.parts[0]
    width = part.high - part.low + 1
    if op.kind == "SFR":
        bits = [sum(1 << (v - base) for v in values if base <= v < base + 64) for base in range(0, 512, 64)]
        first, _ = sfr_sets.add(["{" + ", ".join(f"0x{b:x}" for b in bits) + "}"])
        return f"{{{part.low}, {width}, 0, {first}}}"
    return f"{{{part.low}, {width}, 0x{sum(1 << v for v in values):x}, -1}}"


def check_form(form, by_id):
    """What the C++ side takes for granted."""
    if [o.name for o in form.operands] != re.findall(r"\{(\w+)\}", form.syntax):
        form.fail("operands are not in the order of the syntax")
    names = [o.name for o in form.operands]
    if "splat32" in names and not any(o.kind == "imm" for o in form.operands[:names.index("splat32")]):
        form.fail("splat32 before its immediate")
    if form.alias_of:
        general = by_id[form.alias_of]
        for word, mask in enumerate(form.masks):
            covered = general.masks[word]
            for part in (p for o in general.operands for p in o.parts if p.word == word):
                covered |= (1 << (part.high + 1)) - (1 << part.low)
            if mask & ~covered & ~0x80000000:
                form.fail("alias selected by bits that the general form does not decode")


def form_entry(form, by_id, parts, fields, sfr_sets):
    masks = ", ".join(f"0x{m:x}" for m in (form.masks + [0, 0])[:3])
    matches = ", ".join(f"0x{m:x}" for m in (form.matches + [0, 0])[:3])
    first, count = fields.add([field_entry(form, o, parts) for o in form.operands])
    opcode = by_id[form.alias_of].opcode if form.alias_of else form.opcode
    text = re.sub(r"\{\w+\}", "%", form.syntax)
    return (f'{{{{{masks}}}, {{{matches}}}, {first}, {count}, {form.syllables}, {opcode}, '
            f'{constraint_entry(form, sfr_sets)}, "{text}"}}')


def buckets(numbered):
    """Form numbers per (syllables, bits 30:24 of the first syllable), in file order."""
    out = [[] for _ in range(3 * MAJORS)]
    for n, f in numbered:
        mask, match = (f.masks[0] >> 24) & 0x7f, (f.matches[0] >> 24) & 0x7f
        for major in range(MAJORS):
            if major & mask == match:
                out[(f.syllables - 1) * MAJORS + major].append(n)
    return out


def decode_tables(forms):
    by_id = {f.id: f for f in forms}
    parts, fields, sfr_sets, index = Pool(), Pool(), Pool(), Pool()
    for f in forms:
        check_form(f, by_id)
    entries = [form_entry(f, by_id, parts, fields, sfr_sets) for f in forms]
    numbered = list(enumerate(forms))
    spans = {}
    for name, subset in (("Decode", [(n, f) for n, f in numbered if not f.alias_of]), ("Print", numbered)):
        spans[name] = [index.add(map(str, b)) for b in buckets(subset)]
    number_of = {f.id: n for n, f in numbered}
    return (BANNER + array("FieldPart", "kParts", parts.items) + array("Field", "kFields", fields.items) +
            array("SfrSet", "kSfrSets", sfr_sets.items) + array("Form", "kForms", entries) +
            array("u16", "kFormOfOpcode", [str(number_of[f.id]) for f in canonical(forms)]) +
            array("u16", "kIndex", index.items) +
            "".join(array("Bucket", f"k{name}Buckets", [f"{{{a}, {n}}}" for a, n in s]) for name, s in spans.items()))


def sfr_names(path):
    """Names by number; unnamed real numbers are res<n>, the virtual ones vsfr<n>."""
    names = [f"res{n}" for n in range(256)] + [f"vsfr{n}" for n in range(256)]
    with open(path, encoding="utf-8") as f:
        for line in list(f)[1:]:
            number, name = line.split()
            names[int(number)] = name
    return BANNER + array("std::string_view", "kSfrNames", [f'"${n}"' for n in names])


def load_modifiers(path):
    """Suffixes per modifier list, in value order; '-' in the file = no suffix."""
    with open(path, encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in list(f)[1:]]
    lists = {name: ["" if s == "-" else s for s in suffixes.split()] for name, suffixes in rows}
    if set(lists) != set(filter(None, MODIFIERS)):
        raise ValueError("modifiers.tsv does not list the modifiers that the operands use")
    return lists


def modifier_names(path):
    lists = load_modifiers(path)
    out = BANNER
    cases = ""
    for name, suffixes in lists.items():
        constant = "kNamesOf" + MODIFIERS[name][1:]
        out += array("std::string_view", constant, [f'"{s}"' for s in suffixes])
        cases += f"case Modifier::{MODIFIERS[name]}: return {constant};\n"
    return (out + "std::span<const std::string_view> modifier_names(Modifier m) {\nswitch (m) {\n" + cases +
            "case Modifier::kNone: break;\n}\nreturn {};\n}\n")
