"""Reads kv3_1.tsv, the list of instruction forms, into plain objects and checks it."""

import csv
import re
from dataclasses import dataclass, field

REGISTER_KINDS = {"GPR": 1, "PGR": 2, "QGR": 4, "XVR": 1, "XTR": 2, "XMR": 4, "XBR": 1, "XCR": 1}
GENERAL_KINDS = ("GPR", "PGR", "QGR")
KINDS = ("alu", "load", "store", "atomic", "cache", "branch", "system", "tca")
STAGES = ("ID", "RR", "E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8", "E9", "E10", "E11", "E12", "E13")
# Bits of CS named in the reads and writes columns.
CS_FIELDS = {
    "IC": 0x1, "IO": 0x2, "DZ": 0x4, "OV": 0x8, "UN": 0x10, "IN": 0x20, "XIO": 0x200, "XDZ": 0x400, "XOV": 0x800,
    "XUN": 0x1000, "XIN": 0x2000, "RM": 0x30000, "XRM": 0x300000, "XMF": 0x1000000, "CC": 0xffff00000000,
}
FP_FLAGS = ("IO", "DZ", "OV", "UN", "IN")
# Modifier operands that change the value an exec function computes.
VALUE_MODIFIERS = ("cond", "cmp", "fcmp")
MAX_REGS, MAX_MODS, MAX_IMMS = 4, 3, 2


class DescriptionError(Exception):
    """A row that does not make sense; the message names the row."""


@dataclass
class Part:
    """A bit range of one syllable and its place in the operand value."""
    word: int
    high: int
    low: int
    shift: int


@dataclass
class Operand:
    name: str
    kind: str          # GPR PGR QGR SFR XVR XTR XMR XBR XCR imm mod
    parts: list
    index: int = 0     # position in Insn::reg, ::imm or ::mod
    modifier: str = ""
    scale: int = 1     # register number = field * scale + offset
    offset: int = 0
    signed: str = "u"  # immediates: s, u, w
    bits: int = 0
    shift: int = 0
    pc_relative: bool = False


@dataclass
class Access:
    """One thing an instruction reads or writes, and the pipeline stage."""
    what: str          # reg vec cs pc npc ra ls le lc ps sfr sfr_indexed
    stage: str
    reg: int = 0       # operand index for reg and vec
    first: int = 0     # first 64-bit register (reg) or vector (vec) of the operand
    count: int = 0
    cs_mask: int = 0


@dataclass
class Form:
    line: int
    id: str
    mnemonic: str
    syntax: str
    res_class: str
    kind: str
    masks: list
    matches: list
    operands: list
    constraint: str
    alias_of: str
    privilege: str
    reads: list
    writes: list
    mem: str
    exec: str
    raw_accesses: tuple = ()  # the reads and writes columns as written
    opcode: int = -1
    by_name: dict = field(default_factory=dict)

    @property
    def syllables(self):
        return len(self.masks)

    def fail(self, text):
        raise DescriptionError(f"line {self.line}: {self.id}: {text}")


def parse_parts(form, text):
    parts = []
    for piece in text.split("|"):
        m = re.fullmatch(r"w(\d)\[(\d+):(\d+)\](?:<<(\d+))?", piece)
        if not m:
            form.fail(f"bad bit range '{piece}'")
        word, high, low, shift = int(m[1]), int(m[2]), int(m[3]), int(m[4] or 0)
        if word >= form.syllables or high < low or high > 31:
            form.fail(f"bit range '{piece}' is outside the instruction")
        if ((1 << (high + 1)) - (1 << low)) & form.masks[word]:
            form.fail(f"operand bits '{piece}' overlap the mask")
        parts.append(Part(word, high, low, shift))
    return parts


def parse_operand(form, text):
    m = re.fullmatch(r"(\w+)=([^@]+)@(\S+)", text)
    if not m:
        form.fail(f"bad operand '{text}'")
    name, kind, parts = m[1], m[2], parse_parts(form, m[3])
    width = sum(p.high - p.low + 1 for p in parts)
    if kind == "SFR":
        return Operand(name, "SFR", parts)
    r = re.fullmatch(r"([A-Z]{3})(?:\(n\*(\d)\+(\d)\))?", kind)
    if r and r[1] in REGISTER_KINDS:
        scale = int(r[2] or REGISTER_KINDS[r[1]])
        return Operand(name, r[1], parts, scale=scale, offset=int(r[3] or 0))
    if kind.startswith("mod:"):
        return Operand(name, "mod", parts, modifier=kind[4:])
    i = re.fullmatch(r"imm:([suw])(\d+)(?:<<(\d+))?(:pc)?", kind)
    if not i:
        form.fail(f"unknown operand kind '{kind}'")
    if width != int(i[2]):
        form.fail(f"immediate '{text}' has {width} bits")
    return Operand(name, "imm", parts, signed=i[1], bits=int(i[2]), shift=int(i[3] or 0), pc_relative=bool(i[4]))


def number_operands(form):
    counts = {"reg": 0, "imm": 0, "mod": 0}
    for op in form.operands:
        if op.kind == "SFR" or op.modifier == "splat32":
            continue
        group = op.kind if op.kind in ("imm", "mod") else "reg"
        op.index = counts[group]
        counts[group] += 1
    if counts["reg"] > MAX_REGS or counts["mod"] > MAX_MODS or counts["imm"] > MAX_IMMS:
        form.fail("too many operands")


NAMED_ACCESS = {"PC": "pc", "NPC": "npc", "RA": "ra", "LS": "ls", "LE": "le", "LC": "lc", "PS.HLE": "ps",
                "SFR[sys]": "sfr", "SFR[index]": "sfr_indexed"}


def parse_access(form, text):
    what, _, stage = text.rpartition(":")
    if stage not in STAGES:
        form.fail(f"unknown stage in '{text}'")
    if what in NAMED_ACCESS:
        return Access(NAMED_ACCESS[what], stage)
    if what.startswith("CS."):
        if what[3:] not in CS_FIELDS:
            form.fail(f"unknown CS field in '{text}'")
        return Access("cs", stage, cs_mask=CS_FIELDS[what[3:]])
    name, _, part = what.partition(".")
    op = form.by_name.get(name)
    if op is None or op.kind not in REGISTER_KINDS:
        form.fail(f"'{text}' names no register operand")
    count = REGISTER_KINDS[op.kind]
    kind = "reg" if op.kind in GENERAL_KINDS else "vec"
    if part:
        return Access(kind, stage, op.index, "xyzt".index(part), 1)
    return Access(kind, stage, op.index, 0, count)


def parse_accesses(form, text):
    """Accesses of one column; CS bits and neighbouring parts of an operand with one stage are merged."""
    out = []
    for item in text.split():
        a = parse_access(form, item)
        for b in out:
            if a.what == b.what == "cs" and a.stage == b.stage:
                b.cs_mask |= a.cs_mask
                break
            if (a.what == b.what and a.what in ("reg", "vec") and (a.stage, a.reg) == (b.stage, b.reg)
                    and a.first == b.first + b.count):
                b.count += a.count
                break
        else:
            out.append(a)
    return out


def parse_set(text):
    """The numbers of a set such as {1,28,68-71}."""
    out = set()
    for piece in text.strip("{}").split(","):
        if piece:
            low, _, high = piece.partition("-")
            out.update(range(int(low), int(high or low) + 1))
    return out


def parse_constraint(form):
    """None, or (operand, set of allowed values)."""
    if not form.constraint:
        return None
    m = re.fullmatch(r"(\w+)<(\d+)", form.constraint)
    if m:
        return form.by_name[m[1]], set(range(int(m[2])))
    m = re.fullmatch(r"(\w+) in (\{[\d,-]*\})", form.constraint)
    if not m or m[1] not in form.by_name:
        form.fail(f"bad constraint '{form.constraint}'")
    return form.by_name[m[1]], parse_set(m[2])


def parse_form(line, row):
    words = [i for i in range(3) if row[f"mask{i}"]]
    form = Form(line, row["id"], row["mnemonic"], row["syntax"], row["class"], row["kind"],
                [int(row[f"mask{i}"], 16) for i in words], [int(row[f"match{i}"], 16) for i in words], [],
                row["constraint"], row["alias_of"], row["privilege"], [], [], row["mem"], row["exec"],
                (row["reads"], row["writes"]))
    if form.kind not in KINDS:
        form.fail(f"unknown kind '{form.kind}'")
    for mask, match in zip(form.masks, form.matches):
        if match & ~mask:
            form.fail("match bits outside the mask")
    form.operands = [parse_operand(form, t) for t in row["operands"].split()]
    form.by_name = {o.name: o for o in form.operands}
    number_operands(form)
    form.reads = parse_accesses(form, row["reads"])
    form.writes = parse_accesses(form, row["writes"])
    for name in re.findall(r"\{(\w+)\}", form.syntax):
        if name not in form.by_name:
            form.fail(f"syntax names unknown operand '{name}'")
    parse_constraint(form)
    return form


def load(path):
    """All forms in file order; canonical ones have their opcode number."""
    with open(path, newline="", encoding="utf-8") as f:
        forms = [parse_form(n, row) for n, row in
                 enumerate(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE), start=2)]
    ids = {}
    for form in forms:
        if form.id in ids:
            form.fail("id used twice")
        ids[form.id] = form
    opcode = 0
    for form in forms:
        if not form.alias_of:
            form.opcode = opcode
            opcode += 1
        elif form.alias_of not in ids or ids[form.alias_of].alias_of:
            form.fail(f"alias of unknown or non-canonical row '{form.alias_of}'")
    return forms


def canonical(forms):
    return [f for f in forms if not f.alias_of]
