"""The named operations of the semantics column that are pure functions of integers, written from their definitions."""


def zx(bits, value):
    return value & ((1 << bits) - 1)


def sx(bits, value):
    value = zx(bits, value)
    return value - (1 << bits) if value >> (bits - 1) else value


def sat(bits, value):
    return max(-(1 << (bits - 1)), min((1 << (bits - 1)) - 1, value))


def clz(bits, value):
    return bits - zx(bits, value).bit_length()


def ctz(bits, value):
    value = zx(bits, value)
    return (value & -value).bit_length() - 1 if value else bits


def cls(bits, value):
    value = sx(bits, value)
    return clz(bits, ~value if value < 0 else value) - 1


def cbs(bits, value):
    return bin(zx(bits, value)).count("1")


def rol(bits, value, amount):
    return zx(bits, value << amount) | value >> (bits - amount)


def ror(bits, value, amount):
    return value >> amount | zx(bits, value << (bits - amount))


def swap(bits, value):
    """Exchanges neighbouring groups of bits."""
    result, position = 0, 0
    while value >> position:
        group = zx(2 * bits, value >> position)
        result |= (zx(bits, group) << bits | group >> bits) << position
        position += 2 * bits
    return result


def reflect(bits, value):
    return int(f"{zx(bits, value):0{bits}b}"[::-1], 2)


def simplecond(bits, condition, value):
    v = sx(bits, value)
    return int([v != 0, v == 0, v < 0, v >= 0, v <= 0, v > 0, v & 1 == 1, v & 1 == 0][condition])


def scalarcond(condition, value):
    return simplecond(64, condition, value) if condition < 8 else simplecond(32, condition - 8, value)


def comparison(bits, condition, a, b):
    s, t, u, v = sx(bits, a), sx(bits, b), zx(bits, a), zx(bits, b)
    return int([s != t, s == t, s < t, s >= t, s <= t, s > t, u < v, u >= v, u <= v, u > v,
                u & v == v, u & v != v, u & v != 0, u & v == 0][condition])


def bit(matrix, row, column):
    return matrix >> (8 * row + column) & 1


def matrix(element):
    return sum(element(row, column) << (8 * row + column) for row in range(8) for column in range(8))


def bmm8(a, b):
    return matrix(lambda i, k: sum(bit(a, i, j) & bit(b, j, k) for j in range(8)) & 1)


def bmt8(a):
    return matrix(lambda i, k: bit(a, k, i))


def crc32_be(x, polynomial):
    for _ in range(32):
        x = zx(32, x << 1) ^ (polynomial if x >> 31 else 0)
    return x


def polynomial_product(a, b):
    result = 0
    while b:
        result ^= a if b & 1 else 0
        a, b = a << 1, b >> 1
    return result


def polynomial_remainder(p, modulus):
    while p.bit_length() >= modulus.bit_length():
        p ^= modulus << (p.bit_length() - modulus.bit_length())
    return p


def gcm(factor, a, b):
    """The mirrored product of the mirrored operands times `factor` modulo x^128 + x^7 + x^2 + x + 1."""
    product = polynomial_product(reflect(64, a), reflect(64, b))
    reduced = polynomial_remainder(polynomial_product(product, factor), 1 << 128 | 0x87)
    return reflect(128, reduced)


PURE = {
    "abs": abs, "min": min, "max": max,
    "splat": lambda value, repeat: zx(32, value) << 32 | zx(32, value) if repeat else sx(32, value),
    "swap8": lambda v: swap(8, v), "swap16": lambda v: swap(16, v), "reflect_32": lambda v: reflect(32, v),
    "scalarcond": scalarcond, "BMM_8": bmm8, "BMT_8": bmt8, "crc32_be_u32": crc32_be,
    "clm_64_128": lambda a, b: polynomial_product(zx(64, a), zx(64, b)),
    "gcm_bb_64_128": lambda a, b: gcm(1 | 1 << 64, a, b),
    "gcm_bt_64_128": lambda a, b: gcm(1 << 64, a, b),
    "gcm_tt_64_128": lambda a, b: gcm(1 << 64 | 1 << 128, a, b),
    "no_effect": lambda: 0,
}
for _n in (4, 5, 6, 8, 16, 32, 64, 128, 256):
    PURE[f"zx{_n}"] = lambda v, n=_n: zx(n, v)
    PURE[f"sx{_n}"] = lambda v, n=_n: sx(n, v)
for _n in (16, 32, 64):
    for _name, _operation in (("sat", sat), ("clz", clz), ("ctz", ctz), ("cls", cls), ("cbs", cbs), ("rol", rol),
                              ("ror", ror)):
        PURE[f"{_name}{_n}"] = lambda *a, n=_n, f=_operation: f(n, *a)
    PURE[f"simplecond_{_n}"] = lambda c, v, n=_n: simplecond(n, c, v)
    PURE[f"comparison_{_n}"] = lambda c, a, b, n=_n: comparison(n, c, a, b)
