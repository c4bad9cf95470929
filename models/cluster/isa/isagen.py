#!/usr/bin/env python3
"""Generates everything that derives from the instruction description kv3_1.tsv.

usage: isagen.py kv3_1.tsv sfr_names.tsv OUTPUT_DIR

Writes OUTPUT_DIR/isa/: opcodes.h, info_tables.inc, decode_tables.inc, forms.inc and sfr_names.inc. A bad row stops with the file, the
line and the reason.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "gen"))

import description  # noqa: E402
import emit_decode  # noqa: E402
import emit_forms  # noqa: E402
import emit_tables  # noqa: E402

OUTPUTS = {
    "opcodes.h": emit_tables.opcodes_header,
    "info_tables.inc": emit_tables.info_tables,
    "decode_tables.inc": emit_decode.decode_tables,
    "forms.inc": emit_forms.forms_inc,
}


def main(argv):
    if len(argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    out = pathlib.Path(argv[3]) / "isa"
    try:
        forms = description.load(argv[1])
        texts = {name: emit(forms) for name, emit in OUTPUTS.items()}
        texts["sfr_names.inc"] = emit_decode.sfr_names(argv[2])
    except (description.DescriptionError, ValueError, OSError) as e:
        print(f"{argv[1]}: {e}", file=sys.stderr)
        return 1
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
