"""What malformed PDUs, half-open connections and resets do to the storage node on the simulated chip: C2HTermReq with
the right cause or a reset for the peer, nothing for the hosts beside it, whose every byte is verified meanwhile.

Usage: hostile_test.py MPPASIM CONFIG OUT"""
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile

from peer import IPV4, IPV6, Connection, Wire

PATIENCE = 120  # seconds of wall time: the machine may be busy
PORT, DISCOVERY = 4420, 8009
FIELD, SEQUENCE, HEADER_DIGEST = 1, 2, 3  # fatal error status of a C2HTermReq
FLOOD = 400


def header(kind, size, total, flags=0, offset=0):
    return struct.pack("<BBBBI", kind, flags, size, offset, total)


def ic_req(digests=0, total=128):
    return header(0, 128, total) + struct.pack("<HBBI", 0, 0, digests, 0) + bytes(112)


def capsule(sqe, data=b"", flags=0):
    return header(4, 72, 72 + len(data), flags, 72 if data else 0) + sqe + data


def h2c_data(tag):
    return header(6, 24, 24 + 512, 4, 24) + struct.pack("<HHIII", 1, tag, 0, 512, 0) + bytes(512)


# Name, bytes behind the handshake of TCP, whether ICReq goes first (with header digests if 2), cause.
WRONG = [
    ("noise", b"\xff" * 64, 0, FIELD),
    ("a command before ICReq", capsule(bytes(64)), 0, SEQUENCE),
    ("an ICReq of a wrong length", ic_req(total=120), 0, FIELD),
    ("a second ICReq", ic_req(), 1, SEQUENCE),
    ("a capsule of a megabyte", header(4, 72, 72 + (1 << 20), 0, 72) + bytes(64), 1, FIELD),
    ("data nobody asked for", h2c_data(7), 1, FIELD),
    ("a PDU of a controller", header(5, 24, 24) + bytes(16), 1, FIELD),
    ("a wrong header digest", header(4, 72, 76, 1) + bytes(64) + b"\0\1\2\3", 2, HEADER_DIGEST),
]


def check(good, what):
    if not good:
        raise AssertionError(what)


def start(wire, family, port, first=1):
    connection = Connection(wire, family, port)
    check(connection.connect(PATIENCE), "no connection")
    if first:
        connection.send(ic_req(1 if first == 2 else 0))
        answer = connection.pdu(PATIENCE)
        check(answer is not None and answer[0] == 1, f"no ICResp but {answer}")
    return connection


def provoke(wire, family, name, data, first, cause):
    connection = start(wire, family, PORT, first)
    connection.send(data)
    answer = connection.pdu(PATIENCE)
    check(answer is not None and answer[0] == 3, f"{name}: no C2HTermReq but {answer}")
    told = struct.unpack("<H", answer[8:10])[0]
    check(told == cause, f"{name}: fatal error status {told}, not {cause}")
    check(connection.ended(PATIENCE), f"{name}: the connection stays open")


def flood(wire):
    """Half-open connections, and some that are reset in the middle of a PDU."""
    for _ in range(FLOOD):
        Connection(wire, IPV4, PORT).syn()
    for _ in range(8):
        connection = start(wire, IPV4, PORT)
        connection.send(capsule(bytes(64))[:30])
        connection.abort()


def discover(wire, family):
    """The discovery log through a connection of this family: (address family, address) of each entry."""
    connection = start(wire, family, DISCOVERY)
    nqn = b"nqn.2014-08.org.nvmexpress.discovery".ljust(256, b"\0")
    data = bytes(16) + struct.pack("<H", 0xFFFF) + bytes(238) + nqn + b"nqn.2014-08.test:hostile".ljust(256, b"\0")
    sgl = struct.pack("<QI3xB", 0, 1024, 0x01)
    connect = struct.pack("<BBHB19x", 0x7F, 0x40, 1, 1) + sgl + struct.pack("<HHHBxI12x", 0, 0, 31, 0, 0)
    enable = struct.pack("<BBHB35xB3xIQ8x", 0x7F, 0x40, 2, 0, 0, 0x14, 0x460001)
    for sqe, body in ((connect, data.ljust(1024, b"\0")), (enable, b"")):
        connection.send(capsule(sqe, body))
        answer = connection.pdu(PATIENCE)
        check(answer is not None and answer[0] == 5, f"no response but {answer}")
        check(struct.unpack("<H", answer[22:24])[0] >> 1 == 0, f"status of {sqe.hex()}: {answer.hex()}")
    size = 1024 * 9
    sgl = struct.pack("<QI3xB", 0, size, 0x5A)
    log = struct.pack("<BBH20x", 2, 0x40, 3) + sgl + struct.pack("<I20x", 0x70 | (size // 4 - 1) << 16)
    connection.send(capsule(log))
    answer = connection.pdu(PATIENCE)
    check(answer is not None and answer[0] == 7, f"no log but {answer}")
    page = answer[answer[3]:]
    entries = [page[1024 * i:1024 * (i + 1)] for i in range(1, 1 + struct.unpack("<Q", page[8:16])[0])]
    return {(e[1], e[512:768].rstrip(b"\0 ").decode()) for e in entries}


def attack(wire):
    for family in (IPV4, IPV6):
        for case in WRONG:
            provoke(wire, family, *case)
        found = discover(wire, family)
        for entry in ((1, "10.0.0.1"), (1, "10.0.1.1"), (2, "fd00::1"), (2, "fd00:0:0:1::1")):
            check(entry in found, f"{entry} is not in the discovery log: {found}")
    flood(wire)
    discover(wire, IPV6)


def main():
    simulator, config, out = sys.argv[1:]
    with tempfile.TemporaryDirectory() as directory:
        door = os.path.join(directory, "door")
        command = [simulator, "run", config, "--out", out, "--set", f"door.address=unix:{door}"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            wire = Wire(door, PATIENCE)
            attack(wire)
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)
        finally:
            process.kill()
            print(process.communicate()[0])
    with open(os.path.join(out, "report.json"), encoding="utf-8") as file:
        report = json.load(file)
    check(report["simulation"]["end_reason"] == "interrupted", "the simulation ended too early")
    for job in report["workloads"]:
        check(job["ios"] > 0 and job["verified_bytes"] > 0, f"nothing done: {job}")
        check(job["errors"] == 0 and job["verify_errors"] == 0, f"the hosts noticed: {job}")


if __name__ == "__main__":
    main()
