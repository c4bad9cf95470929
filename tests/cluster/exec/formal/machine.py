"""One bundle of one instruction on the machine state of the golden vectors."""

from operations import PURE, zx

MEMORY_BASE, MEMORY_SIZE = 0x300000, 512
CS_FIELDS = {"IC": (0, 1), "CC": (32, 16)}  # bit, width
WIDTH = {"r": 1, "p": 2, "q": 4}  # registers of an operand by the first letter of its name
MEMORY_OPERATIONS = {"load", "store", "mem_cas", "mem_fetch_add", "mem_swap"}
KNOWN_FUNCTIONS = set(PURE) | MEMORY_OPERATIONS
KNOWN_NAMES = {"PC", "NPC", "RA", "LS", "LE", "LC", "PS.HLE", "CS.IC", "CS.CC"}


class OutsideWindow(Exception):
    """The instruction touches memory that the vectors do not have."""


class State:
    """Values before the bundle in `gpr`, `cs`, `memory`...; `changes` and `gpr_after` collect what it writes."""

    def __init__(self, registers, immediates, gpr, cs, pc, next_pc):
        self.registers, self.immediates = registers, immediates
        self.gpr, self.cs, self.pc, self.next_pc = gpr, cs, pc, next_pc
        self.memory = bytearray((37 * k + 11 + 5 * (k >> 3)) & 0xff for k in range(MEMORY_SIZE))
        self.temporaries = {}
        self.gpr_after, self.cs_after, self.memory_after, self.special = list(gpr), cs, bytearray(self.memory), {}
        self.addresses = []  # of memory accesses, in order

    def read(self, name):
        if name in self.registers:
            first = self.registers[name]
            return sum(self.gpr[first + i] << (64 * i) for i in range(WIDTH[name[0]]))
        if name in self.immediates:
            return self.immediates[name]
        if name in self.temporaries:
            return self.temporaries[name]
        if name.startswith("CS."):
            bit, width = CS_FIELDS[name[3:]]
            return zx(width, self.cs >> bit)
        return {"PC": self.pc, "NPC": self.next_pc, "RA": self.pc, "PS.HLE": 1}[name]

    def assign(self, name, value):
        if name in self.registers:
            for i in range(WIDTH[name[0]]):
                self.gpr_after[self.registers[name] + i] = zx(64, value >> (64 * i))
        elif name.startswith("CS."):
            bit, width = CS_FIELDS[name[3:]]
            self.cs_after = self.cs_after & ~(((1 << width) - 1) << bit) | zx(width, value) << bit
        elif name in KNOWN_NAMES:
            self.special[name] = zx(64, value)
        else:
            self.temporaries[name] = value

    def call(self, name, arguments):
        return PURE[name](*arguments) if name in PURE else getattr(self, name)(*arguments)

    # Memory: little-endian; addresses are 64 bits.
    def window(self, address, size):
        address = zx(64, address)
        self.addresses.append((address, size))
        offset = address - MEMORY_BASE
        if offset < 0 or offset + size > MEMORY_SIZE:
            raise OutsideWindow()
        return offset

    def load(self, address, size, _variant):
        offset = self.window(address, size)
        return int.from_bytes(self.memory[offset:offset + size], "little")

    def store(self, address, size, value):
        offset = self.window(address, size)
        self.memory_after[offset:offset + size] = zx(8 * size, value).to_bytes(size, "little")

    def mem_swap(self, address, size, value):
        old = self.load(address, size, 0)
        self.store(address, size, value)
        return old

    def mem_fetch_add(self, address, size, increment):
        return self.mem_swap(address, size, self.load(address, size, 0) + increment)

    def mem_cas(self, address, size, new, expected, _weak):
        if self.load(address, size, 0) != zx(8 * size, expected):
            return 0
        self.store(address, size, new)
        return 1
