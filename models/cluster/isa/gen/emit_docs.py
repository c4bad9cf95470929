"""Generates the reference table of all instruction forms (Markdown)."""

import classes
from description import KINDS

TITLES = {"alu": "Arithmetic and logic (ALU, MAU, FPU)", "load": "Loads", "store": "Stores", "atomic": "Atomics",
          "cache": "Cache control", "branch": "Branches and loops", "system": "System",
          "tca": "Tensor coprocessor and transfers"}
SLOTS = {"kBcu": "BCU", "kExt": "EXT", "kLsu": "LSU", "kMau": "MAU", "kTiny": "any ALU slot", "kLite": "ALU0, ALU1",
         "kFull": "ALU0"}


def encoding(form):
    return " ".join(f"{match:08x}/{mask:08x}" for mask, match in zip(form.masks, form.matches))


def access(text):
    return text or "-"


def syntax(form):
    return "`" + form.syntax.replace("|", "\\|") + "`"


def note(form):
    notes = []
    if form.alias_of:
        notes.append(f"alias of {form.alias_of}")
    if form.constraint:
        notes.append(form.constraint)
    if form.privilege:
        notes.append("needs " + form.privilege)
    return "; ".join(notes)


def table(forms):
    out = ["| form | syntax | class | match/mask | reads | writes | notes |", "|---|---|---|---|---|---|---|"]
    for f in forms:
        reads, writes = f.raw_accesses
        out.append(f"| {f.id} | {syntax(f)} | {f.res_class} | {encoding(f)} | {access(reads)} | {access(writes)} | "
                   f"{note(f)} |")
    return out


def class_table(forms):
    out = ["| class | slots | alone | resources |", "|---|---|---|---|"]
    for name in sorted({f.res_class for f in forms}):
        slots, alone, use = classes.resolve(name)
        used = ", ".join(f"{r} {n}" for r, n in zip(classes.RESOURCES, use) if n)
        out.append(f"| {name} | {SLOTS[slots]} | {'yes' if alone else ''} | {used} |")
    return out


def instruction_set(forms, modifiers):
    out = ["# KV3-1 instruction set", "",
           "Generated from models/cluster/isa/kv3_1.tsv; the columns are explained in the README.md next to it.", "",
           f"{len(forms)} forms, {sum(not f.alias_of for f in forms)} of them canonical.", "", "## Modifiers", "",
           "| list | suffix of value 0, 1, ... |", "|---|---|"]
    out += [f"| {n} | {' '.join('`' + s + '`' if s else '(none)' for s in suffixes)} |" for n, suffixes in modifiers.items()]
    out += ["", "## Reservation classes", ""] + class_table(forms)
    for kind in KINDS:
        out += ["", f"## {TITLES[kind]}", ""] + table([f for f in forms if f.kind == kind])
    return "\n".join(out) + "\n"
