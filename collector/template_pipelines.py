"""Pipelines, as the actions of templates hold them: functions with arguments, joined by ``|``."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import re2

from collector.errors import TemplateError
from collector.go_format import Struct, Value, go_type
from collector.template_constants import character, number, unquoted
from collector.template_functions import FUNCTIONS, arguments_of, truth
from collector.template_state import Names, State

_TOKEN = re.compile(
    r"""(?P<space>\s*)(?:(?P<string>"(?:[^"\\]|\\.)*"|`[^`]*`)|(?P<character>'(?:[^'\\]|\\.)+')"""
    r"""|(?P<number>[+-]?(?:0[xXbBoO][0-9a-fA-F_]+|[\d_]+\.?[\d_]*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?))"""
    r"""|(?P<sign>:=|[|()=,])|(?P<path>\$?(?:[A-Za-z_]\w*)?(?:\.[A-Za-z_]\w*)*\.?))"""
)
_DEEPEST = 50
_LAZY = {"and": False, "or": True}  # the truth at which no further argument is asked

Expression = Callable[[State], Value]


def parse_pipeline(text: str, names: Names) -> Expression:
    """What an action answers. Raises ``TemplateError``, naming the part that is not understood."""
    return _Parser(_tokens(text), names).whole(text)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    is_apart: bool


def _tokens(text: str) -> list[_Token]:
    tokens = []
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        kind = match.lastgroup if match else None
        if not match or kind is None or not match[kind]:
            raise TemplateError(f"not understood: {text[position:].strip()[:40]!r}")
        tokens.append(_Token(kind, match[kind], bool(match["space"])))
        position = match.end()
    return tokens


class _Parser:
    """Reads tokens from the front."""

    def __init__(self, tokens: Sequence[_Token], names: Names) -> None:
        self._tokens = tokens
        self._names = names
        self._at = 0
        self._depth = 0
        self._pipes = 0

    def whole(self, text: str) -> Expression:
        expression = self._pipeline()
        if self._at != len(self._tokens):
            raise TemplateError(f"expected the end of {text.strip()!r}")
        return expression

    def _next(self) -> str:
        return self._tokens[self._at].text if self._at < len(self._tokens) else ""

    def _pipeline(self) -> Expression:
        """Commands joined by ``|``: each gets what came before as its last argument."""
        expression = self._command(None)
        while self._next() == "|":
            self._at += 1
            self._pipes += 1
            if self._pipes > _DEEPEST:
                raise TemplateError(f"an action of more than {_DEEPEST} pipes")
            expression = self._command(expression)
        return expression

    def _command(self, piped: Expression | None) -> Expression:
        name = self._function()
        operands: list[Expression] = []
        while self._next() not in {"", "|", ")"}:
            operands.append(self._operand())
        if not name and not operands:
            raise TemplateError("expected a value, found nothing")
        if piped is not None:
            operands.append(piped)
        if name:
            return _call(name, operands)
        if len(operands) != 1:
            raise TemplateError("expected one value or a function")
        return operands[0]

    def _function(self) -> str:
        if (name := self._next()) not in FUNCTIONS and name not in {"query", *_LAZY}:
            return ""
        self._at += 1
        return name

    def _operand(self) -> Expression:
        token = self._tokens[self._at]
        self._at += 1
        if token.text == "(":
            return self._in_brackets()
        match token.kind:
            case "string":
                return _constant(unquoted(token.text))
            case "number":
                return _constant(number(token.text))
            case "character":
                return _constant(character(token.text))
            case "path":
                return self._path(token.text)
            case _:
                raise TemplateError(f"not understood: {token.text!r}")

    def _in_brackets(self) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise TemplateError(f"brackets nested more than {_DEEPEST} levels deep")
        expression = self._pipeline()
        self._depth -= 1
        if self._next() != ")":
            raise TemplateError("expected )")
        self._at += 1
        following = self._tokens[self._at] if self._at < len(self._tokens) else None
        if following is None or following.is_apart or not following.text.startswith("."):
            return expression
        self._at += 1
        fields = following.text.split(".")[1:]
        return lambda state: _field_of(expression(state), fields)

    def _path(self, text: str) -> Expression:
        if text in {"true", "false"}:
            return _constant(text == "true")
        root, *fields = text.split(".")
        if text == ".":
            return lambda state: state.dot
        if not root:
            return lambda state: _field_of(state.dot, fields)
        if root.startswith("$"):
            slot = self._names.slot(root)
            return lambda state: _field_of(state.values[slot], fields)
        if text in FUNCTIONS or text == "query":  # without arguments, as an argument
            return _call(text, ())
        supported = ", ".join(sorted({*FUNCTIONS, *_LAZY, "query"}))
        raise TemplateError(f"function {text!r} is not supported: expected one of {supported}")


def _call(name: str, operands: Sequence[Expression]) -> Expression:
    if name in _LAZY:
        return _either(name, operands)
    if name == "query":
        return lambda state: _asked(state, *(operand(state) for operand in operands))
    return lambda state: _called(name, [operand(state) for operand in operands], state)


def _called(name: str, values: Sequence[Value], state: State) -> Value:
    function = FUNCTIONS[name]
    fewest, most = arguments_of(function)
    if not fewest <= len(values) <= most:
        raise TemplateError(f"wrong number of args for {name}: want {fewest} got {len(values)}")
    try:
        return state.made(function(*values))
    except (ValueError, TypeError, IndexError, OverflowError, OSError, re2.error) as error:
        raise TemplateError(f"error calling {name}: {error}") from error


def _either(name: str, operands: Sequence[Expression]) -> Expression:
    """The first value that decides, or the last."""
    if not operands:
        raise TemplateError(f"wrong number of args for {name}: want at least 1 got 0")
    decides = _LAZY[name]

    def answer(state: State) -> Value:
        value: Value = None
        for operand in operands:
            value = operand(state)
            if truth(value) is decides:
                break
        return value

    return answer


def _asked(state: State, text: str) -> Value:
    """The answer to a query as templates see it: a list of labels and values."""
    if state.query is None:
        raise TemplateError("query is not possible here")
    samples = state.query(text)
    return [Struct(Labels=dict(sample.labels.pairs), Value=sample.value) for sample in samples]


def _constant(value: Value) -> Expression:
    return lambda state: value


def _field_of(value: Value, fields: Sequence[str]) -> Value:
    """A label that is absent is empty; a field that is unknown is an error."""
    for name in fields:
        if not isinstance(value, dict) or (isinstance(value, Struct) and name not in value):
            raise TemplateError(f"can't evaluate field {name} in type {go_type(value)}")
        value = value.get(name, "")
    return value
