#!/usr/bin/env python3
"""cos_decode on what a crashing image prints: cos_decode_test.py FIRMWARE_RUN CRASH_ELF DECODER"""
import subprocess
import sys

run, image, decoder = sys.argv[1:]


def decoded(how):
    console = subprocess.run([run, image, how], capture_output=True, text=True).stdout
    return subprocess.run([sys.executable, decoder, "--elf", image], input=console, capture_output=True, text=True,
                          check=True).stdout


def expect(text, *wanted):
    for piece in wanted:
        if piece not in text:
            sys.exit(f"missing: {piece}\nin:\n{text}")


expect(decoded("fault"), "trap NOMAPPING write at 0x0", "pc in innermost (", "ra in inner (", "crash.c:",
       "INFO: about to end: 2")
expect(decoded("hang"), "watchdog: the reactor hangs", "pc in hang (", "WARNING: core 2 hangs now",
       "ERROR: arguments -1 0xabcd x", "TRACE: traced")
