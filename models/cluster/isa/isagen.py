#!/usr/bin/env python3
"""Generates everything that derives from the instruction description kv3_1.tsv.

usage: isagen.py DESCRIPTION_DIR OUTPUT_DIR

Reads kv3_1.tsv, modifiers.tsv and sfr_names.tsv. Writes OUTPUT_DIR/isa/: opcodes.h, info_tables.inc,
decode_tables.inc, forms.inc, modifier_names.inc, sfr_names.inc, and the reference table
OUTPUT_DIR/instruction-set.md. A bad row stops with the file, the line and the reason.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "gen"))

import description  # noqa: E402
import emit_decode  # noqa: E402
import emit_docs  # noqa: E402
import emit_forms  # noqa: E402
import emit_tables  # noqa: E402

OUTPUTS = {
    "opcodes.h": emit_tables.opcodes_header,
    "info_tables.inc": emit_tables.info_tables,
    "decode_tables.inc": emit_decode.decode_tables,
    "forms.inc": emit_forms.forms_inc,
}


def generate(source):
    """Text per output file."""
    forms = description.load(source / "kv3_1.tsv")
    texts = {name: emit(forms) for name, emit in OUTPUTS.items()}
    texts["modifier_names.inc"] = emit_decode.modifier_names(source / "modifiers.tsv")
    texts["sfr_names.inc"] = emit_decode.sfr_names(source / "sfr_names.tsv")
    modifiers = emit_decode.load_modifiers(source / "modifiers.tsv")
    texts["../instruction-set.md"] = emit_docs.instruction_set(forms, modifiers)
    return texts


def main(argv):
    if len(argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    out = pathlib.Path(argv[2]) / "isa"
    try:
        texts = generate(pathlib.Path(argv[1]))
    except (description.DescriptionError, ValueError, OSError) as e:
        print(f"{argv[1]}: {e}", file=sys.stderr)
        return 1
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
