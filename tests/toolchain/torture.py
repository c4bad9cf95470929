#!/usr/bin/env python3
"""GCC's C torture suite (gcc.c-torture/execute of Debian's gcc-12-source) on kvx-cc and mppasim exec.

usage: torture.py --kvx-cc PATH --mppasim PATH [--levels O0,O2] [--cflags FLAGS] [--jobs N] [--suite DIR] [name...]

The suite is not part of the project: it is fetched with apt-get into the cache directory once (MPPASIM_CACHE, default
~/.cache/mppasim). A program fails if it does not compile, or does not end with status 0. Programs that need what
clang does not have, or that test what only GCC promises, are listed below or recognised by clang's message; they are
counted apart. Exit status 1 if any other program fails, or if a listed one passes at -O0 and
-O2 alike.
"""
import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import command_line

PACKAGE = "gcc-12-source"
BASE = ["-w", "-std=gnu17"]
MAX_CYCLES = 300_000_000

# What the front end says about language features that clang does not have.
UNSUPPORTED = {
    "function definition is not allowed here": "nested function",
    "variable length array in structure": "variable length array in a structure",
    "fields must have a constant size": "variable length array in a structure",
    "unknown argument": "option of GCC only",
    "unknown target option": "option of another target",
    "unknown target core": "option of another target",
    "invalid output constraint '=t'": "x87 assembly",
    "position-independent code is not supported": "position-independent code",
    "GNU decimal type extension not supported": "decimal floating point",
    "initialization of flexible array member": "initialised flexible array member inside a structure",
    "array is too large": "object of half the address space",
    "from incompatible type 'int'": "__builtin_shuffle",
    "'sys/mman.h' file not found": "hosted: mmap",
}
GCC_ONLY = "counts on GCC folding or removing calls, or on its __builtin_*_chk and va_arg_pack"
LAYOUT = "bit-field or type rule in which clang differs from GCC"
UNDEFINED = "undefined behaviour that clang uses"
FRAMES = "return or frame address of outer frames, or setjmp builtins with clang's rules"
LISTED = {
    **dict.fromkeys(("builtins/abs-1 builtins/abs-2 builtins/abs-3 builtins/fprintf builtins/fputs builtins/memcpy-chk "
                     "builtins/memmove-chk builtins/memops-asm builtins/mempcpy-chk builtins/memset-chk builtins/pr23484-chk "
                     "builtins/printf builtins/snprintf-chk builtins/sprintf-chk builtins/stpcpy-chk builtins/stpncpy-chk "
                     "builtins/strcat-chk builtins/strchr builtins/strcpy-chk builtins/strlen builtins/strlen-3 "
                     "builtins/strncat builtins/strncat-chk builtins/strncpy-chk builtins/strrchr builtins/strstr-asm "
                     "builtins/vsnprintf-chk builtins/vsprintf-chk fprintf-chk-1 printf-chk-1 vfprintf-chk-1 vprintf-chk-1 "
                     "pr103052 pr39228 pr47237 va-arg-pack-1 ieee/fp-cmp-7 medce-1").split(), GCC_ONLY),
    **dict.fromkeys("bitfld-3 bitfld-5 pr32244-1 pr34971 alias-1 pr79043".split(), LAYOUT),
    **dict.fromkeys("20031003-1 pr19687 pr79286 930529-1 921202-1".split(), UNDEFINED),
    **dict.fromkeys("20010122-1 pr60003 pr64242 990208-1".split(), FRAMES),
}


def run(command, seconds, directory=None):
    try:
        return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=seconds, errors="replace",
                              cwd=directory)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, "", f"not finished after {seconds} s")


def unpack(package, work):
    """Source package -> archive of the sources -> the suite's folder."""
    steps = (["dpkg-deb", "--fsys-tarfile", package], ["tar", "-xO", "--wildcards", "./usr/src/gcc-12/gcc-12*.tar.xz"],
             ["tar", "-xJ", "--wildcards", "*/gcc/testsuite/gcc.c-torture/execute/*"])
    running, stream = [], None
    for step in steps:
        running.append(subprocess.Popen(step, stdin=stream, stdout=None if step is steps[-1] else subprocess.PIPE, cwd=work))
        stream = running[-1].stdout
    if any(process.wait() for process in running):
        sys.exit(f"torture.py: cannot unpack {package}")


def fetch_suite():
    """The directory gcc.c-torture/execute, fetched if need be."""
    cache = os.environ.get("MPPASIM_CACHE") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "mppasim"
    suite = pathlib.Path(cache) / "gcc-torture-12"
    if not suite.is_dir():
        with tempfile.TemporaryDirectory(prefix="kvx-torture-") as work:
            subprocess.run(["apt-get", "-qq", "download", PACKAGE], cwd=work, check=True)
            package = next(pathlib.Path(work).glob("*.deb"))
            unpack(package, work)
            found = next(pathlib.Path(work).glob("*/gcc/testsuite/gcc.c-torture/execute"))
            suite.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-r", found, suite], check=True)
    return suite


def attempt(arguments, suite, source, level):
    """None if the program passes, else what happened."""
    text = source.read_text(errors="replace")
    options = [word for match in re.finditer(r'dg-(?:additional-)?options\s+"([^"]*)"', text) for word in match[1].split()]
    sources = [source]
    if source.parent.name == "builtins":
        sources += [source.with_name(f"{source.stem}-lib.c"), suite / "builtins" / "lib" / "main.c"]
    with tempfile.TemporaryDirectory(prefix="kvx-torture-") as work:
        program = pathlib.Path(work) / "program.elf"
        built = run([arguments.kvx_cc, f"-{level}", *BASE, *options, *arguments.cflags.split(), *sources, "-o", program, "-lm"], 300)
        if built.returncode:
            return f"does not compile: {built.stderr.strip()[:600]}"
        result = run([arguments.mppasim, "exec", "-q", "--timing", "functional", "--max-cycles", MAX_CYCLES, program], 300, work)
    return f"status {result.returncode}: {result.stderr.strip()[:200]}" if result.returncode else None


def reason_to_skip(name, failure):
    if name in LISTED:
        return LISTED[name]
    return next((reason for message, reason in UNSUPPORTED.items() if message in failure), None)


def main():
    parser = command_line.parser(__doc__, levels="O0,O2")
    parser.add_argument("--cflags", default="")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--suite", type=pathlib.Path, help="gcc.c-torture/execute (default: fetched)")
    parser.add_argument("names", nargs="*", help="such as 920501-1 or builtins/strlen (default: all)")
    arguments = parser.parse_args()
    suite = (arguments.suite or fetch_suite()).resolve()
    found = sorted(path for path in [*suite.glob("*.c"), *suite.glob("ieee/*.c"), *suite.glob("builtins/*.c")]
                   if not path.name.endswith("-lib.c"))
    programs = {str(path.relative_to(suite))[:-2]: path for path in found}
    if not programs:
        sys.exit(f"torture.py: no programs in {suite}")
    names, levels = arguments.names or list(programs), arguments.levels.split(",")
    counts, bad, passed = collections.Counter(), 0, collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        runs = {(name, level): pool.submit(attempt, arguments, suite, programs[name], level) for name in names for level in levels}
        for (name, level), result in runs.items():
            failure = result.result()
            reason = failure and reason_to_skip(name, failure)
            counts[level, reason or ("FAILED" if failure else "passed")] += 1
            passed[name] += not failure
            if failure and not reason:
                bad += 1
                print(f"{name} -{level}: {failure}", flush=True)
    for name in names if {"O0", "O2"} <= set(levels) else ():
        if name in LISTED and passed[name] == len(levels):
            bad += 1
            print(f"{name}: passes, but is listed as: {LISTED[name]}")
    for level in levels:
        print(f"-{level}: " + ", ".join(f"{n} {what}" for (at, what), n in sorted(counts.items(), key=lambda item: -item[1]) if at == level))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
