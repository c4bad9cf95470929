#!/usr/bin/env python3
"""Boots a Debian guest (build_guest.py) in QEMU with its network card on a port of a simulated card, and lets the
guest's kernel test it.

    run.py --mppasim BIN --test net|nvme --config FILE.yaml [--out DIRECTORY] [--guest DIRECTORY] [--set KEY=VALUE]

Ends with 0 if the guest reports success and, where tshark is installed, the capture decodes without a malformed packet
or an error; with 77 (skipped) if QEMU is missing. Every wait has a limit and ends on a line of the guest or of the
simulator, not after a time.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
CARD, OWN = "10.0.0.1", "10.0.0.100"
# What the card's console says when it can be reached.
READY = {"net": "port 7", "nvme": "serving"}
# The storage firmware serves one volume in the memory of its one data-plane core.
FIRMWARE, ARGUMENTS = "k200lp.elf", "tcp clusters=1 pes=1 mtu=1500 volume_kind=malloc volumes=1 volume_mib=2"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mppasim", default="mppasim")
    parser.add_argument("--test", choices=["net", "nvme"], default="net")
    parser.add_argument("--config", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--guest")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--loops", type=int, default=4, help="MiB that fio moves")
    parser.add_argument("--mtu", type=int, default=1500)
    parser.add_argument("--limit", type=int, default=600, help="seconds of wall time for everything")
    return parser.parse_args()


class Watched:
    """A process whose output is written to a file and searched for lines."""

    def __init__(self, name, command, log):
        self.name, self.lines, self.changed = name, [], threading.Condition()
        self.log = open(log, "w")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
        self.ended = False
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.log.write(line)
            self.log.flush()
            with self.changed:
                self.lines.append(line.rstrip())
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def wait_for(self, pattern, deadline, show=None):
        """The first line that has the pattern; None if the process ends or the time is over. Shows lines on the way."""
        seen = 0
        with self.changed:
            while True:
                while seen < len(self.lines):
                    line = self.lines[seen]
                    seen += 1
                    if show and re.search(show, line):
                        print(f"{self.name}: {line}", flush=True)
                    if re.search(pattern, line):
                        return line
                left = deadline - time.monotonic()
                if self.ended or left <= 0:
                    return None
                self.changed.wait(left)

    def stop(self, how):
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()


def qemu_command(guest, socket, options):
    kernel = (f"console=ttyS0 quiet panic=-1 nvme_core.io_timeout=600 nvme_core.admin_timeout=600 test={options.test} "
              f"card={CARD} own={OWN} mtu={options.mtu} loops={options.loops}")
    return ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg", "-cpu", "max", "-m", "512", "-smp", "1", "-nographic",
            "-nodefaults", "-no-reboot", "-serial", "stdio", "-kernel", f"{guest}/vmlinuz",
            "-initrd", f"{guest}/initramfs.img", "-append", kernel,
            "-drive", f"file={guest}/tools.img,format=raw,if=none,id=tools,readonly=on",
            "-device", "virtio-blk-pci,drive=tools",
            "-netdev", f"stream,id=n,server=off,addr.type=unix,addr.path={socket}",
            "-device", f"virtio-net-pci,netdev=n,mac=52:54:00:00:00:64,host_mtu={options.mtu}"]


def report_pace(directory):
    """Simulated time never outruns wall time while the guest is there; how far it lags behind says the door."""
    try:
        door = json.loads((directory / "stats.json").read_text())["door"]
    except (OSError, KeyError, ValueError):
        return
    print(f"mppasim: simulated time lagged {door['lag']['value']:.3f} s behind wall time; "
          f"{door['from_outside']['value']} frames in, {door['to_outside']['value']} out")


def check_capture(out):
    """Complaints of tshark about what was on the wire; None: there is no tshark."""
    captures = list(out.glob("**/*.pcapng"))
    if not captures:
        return ["there is no capture"]
    if not shutil.which("tshark"):
        return None
    checks = ["tcp.desegment_tcp_streams:TRUE"] + [f"{p}.check_checksum:TRUE" for p in ("ip", "tcp", "udp")]
    text = subprocess.run(["tshark", "-r", str(captures[0]), *(word for c in checks for word in ("-o", c)), "-Y",
                           '_ws.malformed || _ws.expert.severity == "Error"', "-T", "fields", "-e", "frame.number",
                           "-e", "_ws.col.Protocol", "-e", "_ws.col.Info"],
                          capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"}).stdout
    return text.splitlines()


def firmware(options, directory):
    """A manifest with the arguments beside a copy of the firmware, which is where manifests stand."""
    if options.test != "nvme" or options.config:
        return []
    shutil.copy(pathlib.Path(options.mppasim).resolve().parent.parent / "firmware" / FIRMWARE, directory)
    manifest = pathlib.Path(directory) / "card.manifest"
    manifest.write_text(f"0..4 {FIRMWARE} {ARGUMENTS}\n")
    return [f"card.firmware={manifest}"]


def run_guest(simulator, guest, socket, options, deadline, out):
    if not simulator.wait_for(READY[options.test], deadline):
        print("the card did not come up")
        return False
    machine = Watched("guest", qemu_command(guest, socket, options), out / "guest.log")
    try:
        result = machine.wait_for(r"^RESULT|Kernel panic", deadline, show=r"^(STEP|RESULT|MODULE|  )|Kernel panic")
        machine.wait_for("$^", min(deadline, time.monotonic() + 10))  # let it power off
    finally:
        machine.stop(signal.SIGTERM)
    if result is None:
        print("the guest ended or hung without a result; its last lines:", *machine.lines[-15:], sep="\n  ")
    return result is not None and result.startswith("RESULT PASS")


def main():
    options = arguments()
    if not shutil.which("qemu-system-x86_64"):
        print("skipped: there is no qemu-system-x86_64 (Debian: qemu-system-x86)")
        return SKIPPED
    deadline = time.monotonic() + options.limit
    build = [str(HERE / "build_guest.py")] + ([options.guest] if options.guest else [])
    guest = subprocess.run(build, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    config = options.config or HERE / ("net_echo.yaml" if options.test == "net" else "nvmf.yaml")
    with tempfile.TemporaryDirectory() as temporary:
        out = options.out or pathlib.Path(temporary) / "out"
        out.mkdir(parents=True, exist_ok=True)
        socket = f"{temporary}/door"
        sets = [f"--set={s}" for s in [f"door.address=unix:{socket}", *firmware(options, temporary), *options.set]]
        command = [options.mppasim, "run", str(config), "--out", str(out / "run"), *sets]
        simulator = Watched("mppasim", command, out / "mppasim.log")
        start = time.monotonic()
        try:
            passed = run_guest(simulator, guest, socket, options, deadline, out)
        finally:
            simulator.stop(signal.SIGINT)
        report_pace(out / "run")
        complaints = check_capture(out / "run")
        for line in (complaints or [])[:20]:
            print(f"tshark: {line}")
        if complaints is None:
            print("tshark is not installed: the capture is not checked")
        passed = passed and not complaints
        print(f"{'PASSED' if passed else 'FAILED'} in {time.monotonic() - start:.0f} s")
        if not passed:
            print("the simulator's last lines:", *simulator.lines[-10:], sep="\n  ")
        return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
