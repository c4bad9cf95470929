"""Reservation classes (digest: pipeline.md section 3, after the reservation tables of the public assembler)."""

import re

RESOURCES = ("ISSUE", "TINY", "LITE", "FULL", "LSU", "MAU", "BCU", "EXT", "XFER", "AUXR", "AUXW", "MEMW", "CRRP",
             "CRWL", "CRWH", "NOP")
# First word of the class name -> (slot rule, use of the class without its suffixes).
BASES = {
    "ALL": ("kBcu", {"ISSUE": 8}),
    "ALU_NOP": ("kTiny", {"NOP": 1}),
    "ALU_TINY": ("kTiny", {"TINY": 1}),
    "ALU_LITE": ("kLite", {"TINY": 1, "LITE": 1}),
    "ALU_FULL": ("kFull", {"TINY": 1, "LITE": 1, "FULL": 1}),
    "MAU": ("kMau", {"TINY": 1, "MAU": 1}),
    "LSU": ("kLsu", {"TINY": 1, "LSU": 1}),
    "BCU_TINY_TINY_MAU_XNOP": ("kBcu", {"TINY": 2, "BCU": 1, "MAU": 1, "NOP": 4}),
    "BCU_TINY": ("kBcu", {"TINY": 1, "BCU": 1}),
    "BCU": ("kBcu", {"BCU": 1}),
    "EXT": ("kExt", {"EXT": 1}),
}
SUFFIXES = {"X": {"ISSUE": 1}, "Y": {"ISSUE": 2}, "AUXR": {"AUXR": 1}, "AUXW": {"AUXW": 1}, "CRRP": {"CRRP": 1},
            "CRWL": {"CRWL": 1}, "CRWH": {"CRWH": 1}, "XFER": {"XFER": 1}}


def resolve(name):
    """(slot rule, alone, use per resource) of a reservation class."""
    base = max((b for b in BASES if name == b or name.startswith(b + "_")), key=len, default=None)
    if base is None:
        raise ValueError(f"unknown reservation class '{name}'")
    slots, use = BASES[base]
    use = dict({"ISSUE": 1}, **use)
    for suffix in filter(None, re.split("_", name[len(base):])):
        if suffix not in SUFFIXES:
            raise ValueError(f"reservation class '{name}': unknown part '{suffix}'")
        for resource, n in SUFFIXES[suffix].items():
            use[resource] = use.get(resource, 0) + n
    return slots, base == "ALL", [use.get(r, 0) for r in RESOURCES]
