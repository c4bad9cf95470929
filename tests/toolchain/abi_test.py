#!/usr/bin/env python3
"""Argument and result passing against the rules of the calling convention, for random signatures.

usage: abi_test.py --kvx-cc PATH --mppasim PATH [--count N] [--seed S] [--levels O0,O2]

Every call goes to `spy`, written in assembly, which stores r0-r11 and the stack words and returns a given memory image in
r0-r3, or at r15 if it has more than 32 bytes. The expected words are laid out here: a value of n bytes takes ceil(n/8)
slots from left to right without alignment, twelve in registers and the rest on the stack, also for variadic calls.
Unspecified bytes (padding, the upper part of a slot) are not compared.
"""
import pathlib
import random
import subprocess
import sys
import tempfile

import command_line

SCALARS = {"char": 1, "unsigned char": 1, "short": 2, "int": 4, "unsigned": 4, "float": 4, "long": 8, "double": 8, "void *": 8}
PROMOTED = ["int", "unsigned", "long", "double", "void *", "unsigned __int128"]
MAX_SLOTS = 64

HEADER = """#include <stdint.h>
#include <stdio.h>
#include <string.h>
uint64_t spy_words[%(slots)d], spy_result[32];
unsigned long spy_size;
__asm__("	.text\\n	.globl spy\\n	.type spy, @function\\nspy:\\n"
	"	make $r32 = spy_words\\n	;;\\n"
	"	so 0[$r32] = $r0r1r2r3\\n	;;\\n	so 32[$r32] = $r4r5r6r7\\n	;;\\n	so 64[$r32] = $r8r9r10r11\\n	make $r33 = 0\\n	;;\\n"
	".Lnext:\\n	ld.xs $r34 = $r33[$r12]\\n	addd $r35 = $r33, 12\\n	;;\\n	sd.xs $r35[$r32] = $r34\\n	addd $r33 = $r33, 1\\n	;;\\n"
	"	compd.lt $r34 = $r33, %(slots)d - 12\\n	;;\\n	cb.dnez $r34 ? .Lnext\\n	;;\\n"
	"	make $r36 = spy_result\\n	make $r37 = spy_size\\n	make $r33 = 0\\n	;;\\n	ld $r37 = 0[$r37]\\n	;;\\n"
	"	lo $r0r1r2r3 = 0[$r36]\\n	compd.leu $r38 = $r37, 32\\n	;;\\n	cb.dnez $r38 ? .Ldone\\n	;;\\n"
	".Lcopy:\\n	lbz $r34 = $r33[$r36]\\n	;;\\n	sb $r33[$r15] = $r34\\n	addd $r33 = $r33, 1\\n	;;\\n"
	"	compd.ltu $r34 = $r33, $r37\\n	;;\\n	cb.dnez $r34 ? .Lcopy\\n	;;\\n"
	".Ldone:\\n	ret\\n	;;\\n	.size spy, . - spy\\n");
void spy(void);
static int compare(const char *what, int call, const void *got, const unsigned char *expected, const unsigned char *known, int n)
{
	for (int i = 0; i < n; i++)
		if (known[i] && ((const unsigned char *)got)[i] != expected[i]) {
			printf("call %%d: %%s byte %%d is %%02x instead of %%02x\\n", call, what, i, ((const unsigned char *)got)[i], expected[i]);
			return 1;
		}
	return 0;
}
""" % {"slots": MAX_SLOTS}


class Type:
    """Name in C, size, alignment, and which bytes hold a value."""

    def __init__(self, name, size, alignment=None, known=None, definition=""):
        self.name, self.size, self.alignment = name, size, alignment or size
        self.known, self.definition = known or [1] * size, definition


def scalar(name):
    return Type(name, 16 if "128" in name else SCALARS[name])


def structure(rng, name):
    members, known, alignment = [], [], 1
    for i in range(rng.choice([1, 1, 2, 3, 4, 5, 9])):
        kind = rng.choice([k for k in SCALARS if k != "void *"])
        size, count = SCALARS[kind], rng.choice([1, 1, 1, 2, 3, 7])
        known += [0] * (-len(known) % size) + [1] * (size * count)
        alignment = max(alignment, size)
        members.append(f"{kind} m{i}[{count}];" if count > 1 else f"{kind} m{i};")
    known += [0] * (-len(known) % alignment)
    return Type(f"struct {name}", len(known), alignment, known, f"struct {name} {{ {' '.join(members)} }};\n")


def value(rng, kind):
    """A memory image. Floating-point words are kept away from NaNs, whose copies may change."""
    return [rng.randrange(1, 120) for _ in range(kind.size)]


def array(name, data):
    return f"static const unsigned char {name}[] = {{{', '.join(map(str, data or [0]))}}};\n"


def call(rng, number):
    variadic = rng.random() < 0.3
    named = rng.randrange(1, 9)
    kinds = []
    for i in range(named + (rng.randrange(1, 8) if variadic else 0)):
        if rng.random() < 0.4:
            kinds.append(structure(rng, f"s{number}_{i}"))
        else:
            kinds.append(scalar(rng.choice(PROMOTED if variadic and i >= named else [*SCALARS, "unsigned __int128"])))
    result = structure(rng, f"r{number}") if rng.random() < 0.5 else scalar(rng.choice([*SCALARS, "unsigned __int128"]))
    images = [value(rng, kind) for kind in kinds]
    words, known = [], []
    for kind, image in zip(kinds, images):
        padding = [0] * (-kind.size % 8)
        words += image + padding
        known += kind.known + padding
    if len(words) > 8 * MAX_SLOTS:
        return call(rng, number)
    answer = value(rng, result)
    text = "".join(kind.definition for kind in [*kinds, result])
    text += f"static __attribute__((noinline)) int call{number}(void)\n{{\n\t" + array("words", words) + "\t" + array("known", known)
    text += "\t" + array("answer", answer) + "\t" + array("answer_known", result.known)
    for i, (kind, image) in enumerate(zip(kinds, images)):
        text += f"\t{array(f'v{i}', image)}\t{kind.name} a{i};\n\tmemcpy(&a{i}, v{i}, sizeof a{i});\n"
    parameters = [kind.name for kind in kinds[:named]] + (["..."] if variadic else [])
    text += f"\tmemcpy(spy_result, answer, sizeof answer);\n\tspy_size = {result.size};\n"
    text += f"\t{result.name} r = (({result.name}(*)({', '.join(parameters)}))spy)({', '.join(f'a{i}' for i in range(len(kinds)))});\n"
    text += f"\treturn sizeof r != {result.size} || compare(\"argument\", {number}, spy_words, words, known, {len(words)}) || "
    return text + f"compare(\"result\", {number}, &r, answer, answer_known, {result.size});\n}}\n"


def run(*command):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, errors="replace")
    return result.returncode, result.stdout + result.stderr


def main():
    arguments = command_line.random_program_parser(__doc__, count=100, levels="O0,O2").parse_args()
    rng = random.Random(arguments.seed)
    text = HEADER + "".join(call(rng, n) for n in range(arguments.count))
    text += "int main(void)\n{\n\tint bad = 0;\n\tchar room[1024]; /* spy reads what is above its arguments */\n\n\t__asm__ volatile(\"\" :: \"r\"(room) : \"memory\");\n" + "".join(f"\tbad += call{n}();\n" for n in range(arguments.count)) + "\treturn bad != 0;\n}\n"
    bad = 0
    with tempfile.TemporaryDirectory(prefix="kvx-abi-") as work:
        source = pathlib.Path(work) / "calls.c"
        source.write_text(text)
        for level in arguments.levels.split(","):
            program = pathlib.Path(work) / f"calls-{level}.elf"
            for command in ((arguments.kvx_cc, f"-{level}", "-w", source, "-o", program),
                            (arguments.mppasim, "exec", "-q", "--timing", "functional", program)):
                status, output = run(*command)
                if status:
                    bad += 1
                    print(f"-{level}, seed {arguments.seed}: status {status}: {output.strip()[:2000]}")
                    break
    print(f"{arguments.count} calls at levels {arguments.levels}: {bad} levels failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
