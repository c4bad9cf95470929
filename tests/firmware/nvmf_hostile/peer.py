"""A peer on raw Ethernet frames: ARP and neighbour discovery, and TCP as far as a test needs it."""
import socket
import struct
import time

CARD_MAC, OWN_MAC = bytes.fromhex("020000000001"), bytes.fromhex("020000001001")
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
SEGMENT = 1400


class Family:
    def __init__(self, ether, card, own):
        kind = socket.AF_INET6 if ether == 0x86DD else socket.AF_INET
        self.ether, self.card, self.own = ether, socket.inet_pton(kind, card), socket.inet_pton(kind, own)

    def packet(self, protocol, payload, limit=64):
        if self.ether == 0x86DD:
            return struct.pack(">IHBB", 6 << 28, len(payload), protocol, limit) + self.own + self.card + payload
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, limit, protocol, 0) + self.own + self.card
        return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + payload

    def sum_of(self, protocol, payload):
        return checksum(self.own + self.card + struct.pack(">II", len(payload), protocol) + payload)


IPV4 = Family(0x0800, "10.0.0.1", "10.0.0.200")
IPV6 = Family(0x86DD, "fd00::1", "fd00::200")


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Wire:
    """Frames through an ethernet_door: each behind its length in four bytes, without FCS."""

    def __init__(self, path, patience):
        self.socket, self.buffer, self.connections = socket.socket(socket.AF_UNIX), b"", {}
        end = time.monotonic() + patience
        while True:
            try:
                self.socket.connect(path)
                return
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def send(self, ether, packet):
        frame = CARD_MAC + OWN_MAC + struct.pack(">H", ether) + packet
        frame += b"\0" * (60 - len(frame))
        self.socket.sendall(struct.pack(">I", len(frame)) + frame)

    def frames(self, seconds):
        """What has come, after waiting for up to so long."""
        self.socket.settimeout(max(seconds, 0.001))
        try:
            data = self.socket.recv(1 << 16)
            if not data:
                raise EOFError("the simulation has ended")
            self.buffer += data
        except TimeoutError:
            return
        while len(self.buffer) >= 4:
            size = struct.unpack(">I", self.buffer[:4])[0]
            if len(self.buffer) < 4 + size:
                return
            frame, self.buffer = self.buffer[4:4 + size], self.buffer[4 + size:]
            yield frame

    def run(self, done, seconds):
        """Answers what comes until done(); false if that takes too long."""
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                return False
            for frame in self.frames(min(0.5, end - time.monotonic())):
                self.handle(frame)
        return True

    def handle(self, frame):
        ether, packet = struct.unpack(">H", frame[12:14])[0], frame[14:]
        if ether == 0x0806 and packet[6:8] == b"\0\1" and packet[24:28] == IPV4.own:
            self.send(0x0806, packet[:6] + b"\0\2" + OWN_MAC + IPV4.own + packet[8:18])
        elif ether == 0x0800 and packet[9] == 6 and packet[16:20] == IPV4.own:
            self.tcp(packet[20:struct.unpack(">H", packet[2:4])[0]])
        elif ether == 0x86DD and packet[6] == 6 and packet[24:40] == IPV6.own:
            self.tcp(packet[40:40 + struct.unpack(">H", packet[4:6])[0]])
        elif ether == 0x86DD and packet[6] == 58 and packet[40] == 135 and packet[48:64] == IPV6.own:
            self.advertise()

    def advertise(self):
        body = struct.pack(">BBHI", 136, 0, 0, 0x60000000) + IPV6.own + b"\2\1" + OWN_MAC
        body = body[:2] + struct.pack(">H", IPV6.sum_of(58, body)) + body[4:]
        self.send(0x86DD, IPV6.packet(58, body, 255))

    def tcp(self, segment):
        connection = self.connections.get(struct.unpack(">H", segment[2:4])[0])
        if connection:
            connection.input(segment)


class Connection:
    """Sends what it is told, in order, and trusts that nothing is lost."""
    ports = iter(range(20000, 65000))

    def __init__(self, wire, family, port):
        self.wire, self.family, self.port, self.own_port = wire, family, port, next(self.ports)
        self.next, self.expected, self.data = 1000, 0, b""
        self.open = self.finished = self.reset = False
        wire.connections[self.own_port] = self

    def send_segment(self, flags, data=b"", options=b""):
        head = struct.pack(">HHIIBBHHH", self.own_port, self.port, self.next, self.expected,
                           (5 + len(options) // 4) << 4, flags, 60000, 0, 0) + options + data
        head = head[:16] + struct.pack(">H", self.family.sum_of(6, head)) + head[18:]
        self.wire.send(self.family.ether, self.family.packet(6, head))

    def syn(self):
        self.send_segment(SYN, options=struct.pack(">BBH", 2, 4, SEGMENT))

    def connect(self, patience):
        """Repeats its SYN: the card may not have booted yet."""
        end = time.monotonic() + patience
        while not self.open and not self.reset and time.monotonic() < end:
            self.syn()
            self.wire.run(lambda: self.open or self.reset, 1)
        return self.open

    def input(self, segment):
        seq, ack, offset, flags = struct.unpack(">IIBB", segment[4:14])
        data = segment[(offset >> 4) * 4:]
        if flags & RST:
            self.reset = True
        elif flags & SYN:
            if not self.open:
                self.open, self.expected, self.next = True, seq + 1, self.next + 1
            self.send_segment(ACK)
        elif seq == self.expected:
            self.data += data
            self.expected += len(data) + (flags & FIN)
            self.finished |= bool(flags & FIN)
            if data or flags & FIN:
                self.send_segment(ACK)
        else:
            self.send_segment(ACK)

    def send(self, data):
        for at in range(0, len(data), SEGMENT):
            piece = data[at:at + SEGMENT]
            self.send_segment(PSH | ACK, piece)
            self.next += len(piece)

    def receive(self, size, patience):
        """So many bytes, or None."""
        if not self.wire.run(lambda: len(self.data) >= size or self.finished or self.reset, patience):
            return None
        taken, self.data = self.data[:size], self.data[size:]
        return taken if len(taken) == size else None

    def pdu(self, patience):
        head = self.receive(8, patience)
        rest = head and self.receive(struct.unpack("<I", head[4:])[0] - 8, patience)
        return None if rest is None else head + rest

    def ended(self, patience):
        return self.wire.run(lambda: self.finished or self.reset, patience)

    def abort(self):
        self.send_segment(RST | ACK)
        self.wire.connections.pop(self.own_port)
