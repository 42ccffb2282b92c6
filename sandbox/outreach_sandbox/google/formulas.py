"""A small formula evaluator: arithmetic, references, concatenation, a few functions.

Rule: what it does not know shows the error a person would see in a sheet, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from outreach_sandbox.google.a1 import Box, NotA1, parse_cells
from outreach_sandbox.google.cells import Value, tidy

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)
        |(?P<text>"(?:[^"]|"")*")
        |(?P<range>\$?[A-Za-z]{1,3}\$?\d+:\$?[A-Za-z]{1,3}\$?\d+|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3})
        |(?P<ref>\$?[A-Za-z]{1,3}\$?\d+(?![A-Za-z0-9_(]))
        |(?P<name>[A-Za-z_.]+)
        |(?P<op><>|<=|>=|[-+*/^&=<>(),;%]))""",
    re.VERBOSE,
)
Read = Callable[[Box], list[Value]]


class FormulaError(Exception):
    """The error the cell shows; `code` is `#DIV/0!` and the like."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def evaluate(formula: str, read: Read) -> Value:
    """The value of `=...`; errors come back as their text."""
    try:
        parser = _Parser(_tokens(formula[1:]), read)
        value = parser.comparison()
        if parser.peek() is not None:
            raise FormulaError("#ERROR!")
        return tidy(value)
    except FormulaError as error:
        return error.code
    except ZeroDivisionError:
        return "#DIV/0!"
    except (NotA1, RecursionError):
        return "#REF!"
    except (ValueError, OverflowError):
        return "#VALUE!"


def is_error(value: Value) -> bool:
    """Whether the value is one of the errors `evaluate` gives."""
    return isinstance(value, str) and value in _ERRORS


_ERRORS = {"#ERROR!", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#N/A"}


def _tokens(text: str) -> list[tuple[str, str]]:
    found = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match or match.lastgroup is None:
            raise FormulaError("#ERROR!")
        found.append((match.lastgroup, match.group(match.lastgroup)))
        position = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], read: Read) -> None:
        self.tokens = tokens
        self.read = read
        self.at = 0

    def peek(self) -> str | None:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else None

    def _next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise FormulaError("#ERROR!")
        self.at += 1
        return self.tokens[self.at - 1]

    def comparison(self) -> Value:
        left = self._concatenation()
        while self.peek() in ("=", "<>", "<", ">", "<=", ">="):
            operator = self._next()[1]
            left = _compare(operator, left, self._concatenation())
        return left

    def _concatenation(self) -> Value:
        left = self._sum()
        while self.peek() == "&":
            self._next()
            left = _text(left) + _text(self._sum())
        return left

    def _sum(self) -> Value:
        left = self._product()
        while self.peek() in ("+", "-"):
            operator = self._next()[1]
            right = _number(self._product())
            left = _number(left) + right if operator == "+" else _number(left) - right
        return left

    def _product(self) -> Value:
        left = self._power()
        while self.peek() in ("*", "/"):
            operator = self._next()[1]
            right = _number(self._power())
            left = _number(left) * right if operator == "*" else _number(left) / right
        return left

    def _power(self) -> Value:
        left = self._unary()
        while self.peek() == "^":
            self._next()
            left = _number(left) ** _number(self._unary())
        return left

    def _unary(self) -> Value:
        if self.peek() == "-":
            self._next()
            return -_number(self._unary())
        if self.peek() == "+":
            self._next()
            return self._unary()
        value = self._atom()
        while self.peek() == "%":
            self._next()
            value = _number(value) / 100
        return value

    def _atom(self) -> Value:
        kind, text = self._next()
        match kind:
            case "number":
                return float(text) if "." in text or "e" in text.lower() else int(text)
            case "text":
                return text[1:-1].replace('""', '"')
            case "ref":
                return self._single(text)
            case "name":
                return self._named(text.upper())
            case "op" if text == "(":
                value = self.comparison()
                self._expect(")")
                return value
        raise FormulaError("#ERROR!")

    def _single(self, text: str) -> Value:
        value = self.read(parse_cells(text))[0]
        if is_error(value):
            raise FormulaError(str(value))
        return value

    def _expect(self, text: str) -> None:
        if self._next()[1] != text:
            raise FormulaError("#ERROR!")

    def _named(self, name: str) -> Value:
        if name in ("TRUE", "FALSE") and self.peek() != "(":
            return name == "TRUE"
        if self.peek() != "(":
            raise FormulaError("#NAME?")
        return _call(name, self._arguments())

    def _arguments(self) -> list[list[Value]]:
        self._expect("(")
        found: list[list[Value]] = []
        while self.peek() != ")":
            if self.at < len(self.tokens) and self.tokens[self.at][0] == "range":
                found.append(self.read(parse_cells(self._next()[1])))
            else:
                found.append([self.comparison()])
            if self.peek() in (",", ";"):
                self._next()
        self._expect(")")
        return found


def _call(name: str, arguments: list[list[Value]]) -> Value:
    flat = [value for argument in arguments for value in argument]
    match name:
        case "SUM":
            return sum(v for v in flat if isinstance(v, int | float) and not isinstance(v, bool))
        case "CONCATENATE":
            return "".join(_text(value) for value in flat)
        case "HYPERLINK":
            return flat[-1] if flat else ""
        case "IF" if len(flat) in (2, 3):
            return flat[1] if flat[0] else (flat[2] if len(flat) == 3 else False)
    raise FormulaError("#NAME?")


def _number(value: Value) -> float | int:
    if value is None or value == "":
        return 0
    if isinstance(value, str):
        try:
            return float(value) if "." in value else int(value)
        except ValueError:
            raise FormulaError("#VALUE!") from None
    return value


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(tidy(value))


def _compare(operator: str, left: Value, right: Value) -> bool:
    if operator in ("=", "<>"):
        same = _text(left).casefold() == _text(right).casefold()
        return same if operator == "=" else not same
    if isinstance(left, str) or isinstance(right, str):
        first, second = _text(left).casefold(), _text(right).casefold()
        return {"<": first < second, ">": first > second, "<=": first <= second}.get(
            operator, first >= second
        )
    one, two = _number(left), _number(right)
    return {"<": one < two, ">": one > two, "<=": one <= two}.get(operator, one >= two)
