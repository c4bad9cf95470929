#!/usr/bin/env python3
"""Writes kvx/builtins.h: the C declarations of the instructions the back end lists in KVXBuiltins.def.

usage: generate_builtins.py KVXBuiltins.def builtins.h
"""
import re
import sys

HEADER = """/* Instructions as functions, replaced by the compiler; generated from KVXBuiltins.def. */
#ifndef KVX_BUILTINS_H
#define KVX_BUILTINS_H

#ifdef __cplusplus
extern "C" {
#endif

"""
FOOTER = """
#ifdef __cplusplus
}
#endif
#endif
"""
ENTRY = re.compile(r'^KVX_BUILTIN\((\w+),\s*"([^"]*)",\s*"([^"]*)",\s*(\w+),\s*\w+\)')


def declarations(text):
    for line in text.splitlines():
        match = ENTRY.match(line)
        if match:
            name, result, parameters, kind = match.groups()
            attribute = "nothrow, const" if kind.startswith("Pure") else "nothrow"
            yield f"{result} __kvx_builtin_{name}({parameters}) __attribute__(({attribute}));"
        elif line.startswith("KVX_BUILTIN("):
            sys.exit(f"generate_builtins.py: cannot read: {line}")


def main():
    source, target = sys.argv[1:]
    with open(source) as file:
        lines = list(declarations(file.read()))
    if not lines:
        sys.exit(f"generate_builtins.py: no builtin in {source}")
    with open(target, "w") as file:
        file.write(HEADER + "\n".join(lines) + "\n" + FOOTER)


if __name__ == "__main__":
    main()
