"""SOQL as text becomes a tree.

The one rule: what is valid SOQL and not acted out here is `NotBuiltError`; what is no SOQL is
MALFORMED_QUERY with the place, as Salesforce words it.

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select.htm
https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_logicaloperators.htm
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from outreach_sandbox.salesforce.soql_dates import is_date_word
from outreach_sandbox.salesforce.soql_strings import BadEscapeError, unquote, unquote_pattern
from outreach_sandbox.salesforce.wire import NotBuiltError, Problem, RefusedError

# https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_soslsoql.htm
MOST_CHARACTERS, MOST_IN_A_STRING = 100_000, 4_000
TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<string>'(?:[^'\\]|\\.)*')
    |(?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    |(?P<date>\d{4}-\d\d-\d\d(?![\dT]))
    |(?P<number>[+-]?\d+(?:\.\d+)?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*(?::\d+)?)
    |(?P<symbol><=|>=|!=|<>|[=<>(),])""",
    re.VERBOSE,
)
OPERATORS = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
LATER = {"GROUP", "HAVING", "FOR", "WITH", "USING", "UPDATE", "TYPEOF"}
AFTER_OBJECT = {"WHERE", "ORDER", "LIMIT", "OFFSET", *LATER}


class Token(NamedTuple):
    """A piece of the text; `kind` is a group of the pattern, or "end"."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True)
class Literal:
    """A value; `kind` is string, number, date, datetime, boolean, null or literal (TODAY)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Compare:
    """`field op value`; for in and not in, `values` holds the list."""

    field: Token
    operator: str
    values: tuple[Literal, ...]


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    inner: Condition


@dataclass(frozen=True)
class Both:
    """All (and) or any (or) of the conditions."""

    word: str
    parts: tuple[Condition, ...]


Condition = Compare | Not | Both


@dataclass(frozen=True)
class Order:
    """One ORDER BY item; nulls come first unless said."""

    field: Token
    descending: bool
    nulls_last: bool


@dataclass(frozen=True)
class Query:
    """A whole statement; no fields means COUNT(), or COUNT of the field in `counted`."""

    text: str
    fields: tuple[Token, ...]
    object: Token
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    counted: Token | None = None


def parse_query(text: str) -> Query:
    """A statement."""
    if len(text) > MOST_CHARACTERS:
        said = "SOQL statements cannot be longer than 100000 characters."
        raise RefusedError(Problem("MALFORMED_QUERY", said))
    return _Parser(text).query()


def parse_condition(text: str) -> Condition:
    """A condition alone, as in WHERE."""
    parser = _Parser(text)
    found = parser.condition()
    parser.end()
    return found


def place(text: str, at: int, said: str) -> str:
    """The message with a piece of the statement and a caret under the place."""
    start, line = max(0, at - 32), " ".join(text.splitlines()) or text
    row = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    shown = line[start : at + 32]
    return f"\n{shown}\n{' ' * (at - start)}^\nERROR at Row:{row}:Column:{column}\n{said}"


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            said = place(text, at, f"unexpected token: '{text[at]}'")
            raise RefusedError(Problem("MALFORMED_QUERY", said))
        kind = str(match.lastgroup)
        if kind != "space":
            found.append(Token(kind, match.group(), at))
        at = match.end()
    found.append(Token("end", "<EOF>", len(text)))
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.position = 0
        self.counted: Token | None = None

    def query(self) -> Query:
        self.word("SELECT")
        fields = self.selected()
        self.word("FROM")
        name = self.object()
        where = self.condition() if self.takes("WHERE") else None
        # COUNT() and ORDER BY exclude each other
        # https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_count.htm
        order = self.ordered() if fields else ()
        limit = self.number() if self.takes("LIMIT") else None
        offset = self.number() if self.takes("OFFSET") else 0
        self.end()
        return Query(self.text, fields, name, where, order, limit, offset, self.counted)

    def selected(self) -> tuple[Token, ...]:
        if self.peek().text.upper() == "COUNT" and self.peek(1).text == "(":
            self.position += 2
            self.counted = None if self.peek().text == ")" else self.name()
            self.need(")")
            if self.peek().text == ",":
                raise NotBuiltError("several aggregate functions")
            return ()
        found = [self.selected_field()]
        while self.symbol(","):
            found.append(self.selected_field())
        return tuple(found)

    def selected_field(self) -> Token:
        if self.peek().text == "(":
            raise NotBuiltError("sub-selects")
        if self.peek(1).text == "(" or self.peek().text.upper() == "TYPEOF":
            raise NotBuiltError(f"{self.peek().text.upper()} in SELECT")
        return self.name()

    def object(self) -> Token:
        name = self.name()
        alias = self.takes("AS")
        if self.peek().kind == "name" and self.peek().text.upper() not in AFTER_OBJECT:
            self.position += 1
            alias = True
        ends = self.peek().kind == "end" or self.peek().text.upper() in AFTER_OBJECT
        if self.peek().text == "," or (alias and ends):
            raise NotBuiltError("aliases and relationships in FROM")
        if alias:
            raise self.unexpected()
        return name

    def condition(self) -> Condition:
        """AND, OR and NOT do not mix without parentheses."""
        if self.takes("NOT"):
            return Not(self.operand())
        parts = [self.operand()]
        word = ""
        while self.peek().text.upper() in ("AND", "OR"):
            if word and self.peek().text.upper() != word:
                raise self.unexpected()
            word = self.peek().text.upper()
            self.position += 1
            parts.append(self.operand())
        return Both(word, tuple(parts)) if word else parts[0]

    def operand(self) -> Condition:
        if self.peek().text.upper() == "NOT":
            raise self.unexpected()
        if self.symbol("("):
            if self.peek().text.upper() == "SELECT":
                raise NotBuiltError("sub-selects")
            found = self.condition()
            self.need(")")
            return found
        return self.comparison()

    def comparison(self) -> Condition:
        field = self.name()
        if self.peek().text == "(":
            raise NotBuiltError(f"the function {field.text}")
        token = self.peek()
        operator = OPERATORS.get(token.text, token.text.upper())
        self.position += 1
        if operator == "NOT" and self.peek().text.upper() == "IN":
            self.position += 1
            return Compare(field, "NOT IN", self.listed())
        if operator == "IN":
            return Compare(field, "IN", self.listed())
        if operator in ("INCLUDES", "EXCLUDES"):
            raise NotBuiltError(operator)
        if operator != "LIKE" and operator not in OPERATORS.values():
            self.position -= 1
            raise self.unexpected()
        return Compare(field, operator, (self.literal(like=operator == "LIKE"),))

    def listed(self) -> tuple[Literal, ...]:
        self.need("(")
        if self.peek().text.upper() == "SELECT":
            raise NotBuiltError("semi-joins")
        found = [self.literal()]
        while self.symbol(","):
            found.append(self.literal())
        self.need(")")
        return tuple(found)

    def literal(self, *, like: bool = False) -> Literal:
        token = self.peek()
        self.position += 1
        if token.kind == "string":
            return Literal("string", self.string(token, like=like))
        if token.kind in ("number", "date", "datetime"):
            return Literal(token.kind, token.text)
        upper = token.text.upper()
        if token.kind == "name" and "." not in token.text:
            kind = {"NULL": "null", "TRUE": "boolean", "FALSE": "boolean"}.get(upper)
            if kind or is_date_word(upper):
                return Literal(kind or "literal", upper)
        self.position -= 1
        raise self.unexpected()

    def string(self, token: Token, *, like: bool) -> str:
        try:
            found = unquote_pattern(token.text) if like else unquote(token.text)
        except BadEscapeError as bad:
            said = f"Illegal character sequence '{bad}' in string literal."
            raise self.malformed(token, said) from bad
        if len(found) > MOST_IN_A_STRING:
            said = f"a string is longer than {MOST_IN_A_STRING} characters"
            raise self.malformed(token, said)
        return found

    def ordered(self) -> tuple[Order, ...]:
        if not self.takes("ORDER"):
            return ()
        self.word("BY")
        found = [self.order_item()]
        while self.symbol(","):
            found.append(self.order_item())
        return tuple(found)

    def order_item(self) -> Order:
        field = self.name()
        descending = self.takes("DESC")
        if not descending:
            self.takes("ASC")
        last = False
        if self.takes("NULLS"):
            last = self.takes("LAST")
            if not last:
                self.word("FIRST")
        return Order(field, descending, last)

    def peek(self, ahead: int = 0) -> Token:
        return self.tokens[min(self.position + ahead, len(self.tokens) - 1)]

    def takes(self, word: str) -> bool:
        if self.peek().kind == "name" and self.peek().text.upper() == word:
            self.position += 1
            return True
        return False

    def word(self, word: str) -> None:
        if not self.takes(word):
            raise self.unexpected()

    def symbol(self, text: str) -> bool:
        if self.peek().kind == "symbol" and self.peek().text == text:
            self.position += 1
            return True
        return False

    def need(self, text: str) -> None:
        if not self.symbol(text):
            raise self.unexpected()

    def name(self) -> Token:
        token = self.peek()
        if token.kind != "name" or ":" in token.text:
            raise self.unexpected()
        self.position += 1
        return token

    def number(self) -> int:
        token = self.peek()
        if token.kind != "number" or not token.text.isdigit():
            raise self.unexpected()
        self.position += 1
        return int(token.text)

    def end(self) -> None:
        if self.peek().kind == "end":
            return
        if self.peek().text.upper() in LATER:
            raise NotBuiltError(f"{self.peek().text.upper()} in a query")
        raise self.unexpected()

    def unexpected(self) -> RefusedError:
        token = self.peek()
        return self.malformed(token, f"unexpected token: '{token.text}'")

    def malformed(self, token: Token, said: str) -> RefusedError:
        return RefusedError(Problem("MALFORMED_QUERY", place(self.text, token.at, said)))
