"""The C-like notation of semantics.tsv: parsing and evaluation on unbounded integers.

A row is a list of statements. Operands, CS fields, PC and NPC denote their values before the bundle wherever they are
read; other names are temporaries. `State` (see machine.py) supplies reads, writes and the named operations.
"""

import re

TOKEN = re.compile(r"\s*(0[xX][0-9a-fA-F]+|\d+|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*|<<|>>|<=|>=|==|!=|&&|\|\||.)")

# Binary operators from the loosest to the tightest level, as in C.
LEVELS = [["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!="], ["<", "<=", ">", ">="], ["<<", ">>"], ["+", "-"], ["*"]]

BINARY = {
    "||": lambda a, b: int(a != 0 or b != 0), "&&": lambda a, b: int(a != 0 and b != 0),
    "|": lambda a, b: a | b, "^": lambda a, b: a ^ b, "&": lambda a, b: a & b,
    "==": lambda a, b: int(a == b), "!=": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b), "<=": lambda a, b: int(a <= b),
    ">": lambda a, b: int(a > b), ">=": lambda a, b: int(a >= b),
    "<<": lambda a, b: a << b, ">>": lambda a, b: a >> b,
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
}
UNARY = {"-": lambda a: -a, "~": lambda a: ~a, "!": lambda a: int(a == 0)}


class SyntaxFault(Exception):
    """The text is outside the notation understood here."""


class Parser:
    """Turns a row into closures over a State; `functions` collects the names of the operations it calls."""

    def __init__(self, text):
        self.tokens = [t for t in TOKEN.findall(text) if t.strip()]
        self.at = 0
        self.functions = set()

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected=None):
        token = self.peek()
        if expected is not None and token != expected:
            raise SyntaxFault(f"expected '{expected}', found '{token}'")
        self.at += 1
        return token

    def program(self):
        run = self.block("")
        if self.peek():
            raise SyntaxFault(f"unexpected '{self.peek()}'")
        return run

    def block(self, end):
        statements = []
        while self.peek() != end:
            if self.peek() == ";":
                self.take()
                continue
            statements.append(self.statement())

        def run(state):
            for statement in statements:
                statement(state)
        return run

    def statement(self):
        if self.peek() == "if":
            self.take()
            condition = self.expression()
            self.take("{")
            body = self.block("}")
            self.take("}")
            return lambda state: body(state) if condition(state) else None
        if self.at + 1 < len(self.tokens) and self.tokens[self.at + 1] == "=":
            name = self.take()
            self.take("=")
            value = self.expression()
            return lambda state: state.assign(name, value(state))
        return self.expression()

    def expression(self):
        condition = self.binary(0)
        if self.peek() != "?":
            return condition
        self.take("?")
        yes = self.expression()
        self.take(":")
        no = self.expression()
        return lambda state: yes(state) if condition(state) else no(state)

    def binary(self, level):
        if level == len(LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while self.peek() in LEVELS[level]:
            operation = BINARY[self.take()]
            left = self.apply(operation, left, self.binary(level + 1))
        return left

    @staticmethod
    def apply(operation, left, right):
        return lambda state: operation(left(state), right(state))

    def unary(self):
        if self.peek() in UNARY:
            operation = UNARY[self.take()]
            operand = self.unary()
            return lambda state: operation(operand(state))
        return self.primary()

    def primary(self):
        token = self.take()
        if token == "(":
            inner = self.expression()
            self.take(")")
            return inner
        if token[:1].isdigit():
            number = int(token, 0)
            return lambda state: number
        if not re.match(r"[A-Za-z_]", token):
            raise SyntaxFault(f"unexpected '{token}'")
        if self.peek() != "(":
            return lambda state: state.read(token)
        return self.call(token)

    def call(self, name):
        self.functions.add(name)
        self.take("(")
        arguments = []
        while self.peek() != ")":
            arguments.append(self.expression())
            if self.peek() != ")":
                self.take(",")
        self.take(")")
        return lambda state: state.call(name, [argument(state) for argument in arguments])
