#!/usr/bin/env python3
"""Random C programs (csmith) compiled for the host by gcc and for KV3 by kvx-cc: the checksums must agree.

usage: csmith.py --kvx-cc PATH --mppasim PATH [--count N] [--seed S] [--levels O0,O1,O2,Os] [--jobs N] [--keep DIR]

Programs are numbered by their csmith seed (S, S+1, ...), so a failure is repeated with `--seed X --count 1`. A program
that the host does not finish in time is replaced by the next seed. Exit status 1 if any result differs.
"""
import concurrent.futures
import pathlib
import shutil
import subprocess
import sys
import tempfile

import command_line

HOST_SECONDS = 2
COMPILE_SECONDS = 300
MAX_CYCLES = 60_000_000
SIMULATION_SECONDS = 600
CSMITH_OPTIONS = ["--no-packed-struct", "--max-block-depth", "4", "--max-funcs", "6"]


def run(command, seconds, directory=None):
    try:
        return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=seconds, errors="replace",
                              cwd=directory)
    except subprocess.TimeoutExpired:
        return None


def host_result(source, include, work):
    """The checksum line, or None if the program does not end in time."""
    program = work / "host"
    built = run(["gcc", "-O0", "-w", "-fwrapv", f"-I{include}", source, "-o", program], COMPILE_SECONDS)
    if built is None or built.returncode:
        raise RuntimeError(f"gcc failed on {source}: {built.stderr if built else 'timeout'}")
    result = run([program], HOST_SECONDS)
    return None if result is None or result.returncode else result.stdout


def target_result(arguments, source, include, level, work):
    """(output, None) or (None, reason)."""
    program = work / f"kvx-{level}.elf"
    built = run([arguments.kvx_cc, f"-{level}", "-w", *arguments.cflags.split(), f"-I{include}", source, "-o", program],
                COMPILE_SECONDS)
    if built is None:
        return None, "compiler timeout"
    if built.returncode:
        return None, f"compiler failed: {built.stderr.strip()[-600:]}"
    result = run([arguments.mppasim, "exec", "-q", *arguments.exec_options.split(), "--max-cycles", MAX_CYCLES, program],
                 SIMULATION_SECONDS)
    if result is None:
        return None, "simulator timeout"
    if result.returncode == 124:
        return None, "cycle limit"
    if result.returncode:
        return None, f"exit status {result.returncode}: {(result.stdout + result.stderr).strip()[-600:]}"
    return result.stdout, None


def test_seed(arguments, seed):
    """(seed, list of failure texts) or (seed, None) if the program is unusable."""
    work = pathlib.Path(tempfile.mkdtemp(prefix=f"csmith-{seed}-"))
    try:
        source = work / "test.c"
        made = run(["csmith", "--seed", seed, *CSMITH_OPTIONS, "-o", source], 60, work)  # leaves a file in its directory
        if made is None or made.returncode:
            return seed, None
        expected = host_result(source, arguments.include, work)
        if expected is None:
            return seed, None
        failures, limited = [], 0
        for level in arguments.levels.split(","):
            output, why = target_result(arguments, source, arguments.include, level, work)
            if why == "cycle limit":
                limited += 1  # too long for the simulator: says nothing, unless only some levels are
            elif why:
                failures.append(f"seed {seed} -{level}: {why}")
            elif output != expected:
                failures.append(f"seed {seed} -{level}: got {output.strip()!r}, expected {expected.strip()!r}")
        if limited == len(arguments.levels.split(",")):
            return seed, None
        if failures and arguments.keep:
            pathlib.Path(arguments.keep).mkdir(parents=True, exist_ok=True)
            shutil.copy(source, pathlib.Path(arguments.keep) / f"csmith-{seed}.c")
        return seed, failures
    finally:
        shutil.rmtree(work, ignore_errors=True)


def main():
    parser = command_line.random_program_parser(__doc__, count=20, levels="O0,O1,O2,Os")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--cflags", default="", help="more options for kvx-cc, such as '-mllvm -verify-machineinstrs'")
    parser.add_argument("--exec-options", default="--timing functional")
    parser.add_argument("--include", default="/usr/include/csmith")
    parser.add_argument("--keep", help="directory for the sources of failing programs")
    arguments = parser.parse_args()
    if not shutil.which("csmith"):
        sys.exit("csmith.py: csmith is not installed (Debian package csmith)")

    good, failures, next_seed = 0, [], arguments.seed
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        pending = set()
        done = 0
        while done < arguments.count:
            while len(pending) < min(arguments.jobs, arguments.count - done):
                pending.add(pool.submit(test_seed, arguments, next_seed))
                next_seed += 1
            finished, pending = concurrent.futures.wait(pending, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in finished:
                seed, result = future.result()
                if result is None:
                    continue
                done += 1
                good += not result
                for text in result:
                    failures.append(text)
                    print(text, flush=True)
    print(f"csmith: {good} of {done} programs agree (seeds {arguments.seed}..{next_seed - 1}, levels {arguments.levels})")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
