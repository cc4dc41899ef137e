"""Pipelines, as the actions of templates hold them: functions with arguments, joined by ``|``."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collector.errors import TemplateError
from collector.go_format import Value
from collector.series import Sample
from collector.template_functions import FUNCTIONS

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*"|`[^`]*`)|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"""
    r"""|(?P<sign>:=|[|()=,])|(?P<path>\$?(?:[A-Za-z_]\w*)?(?:\.[A-Za-z_]\w*)*\.?))""",
    re.VERBOSE,
)
_STRING_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


Scope = dict[str, Value]
Query = Callable[[str], Sequence[Sample]]
Expression = Callable[[Scope], Value]
QUERY = "query()"  # where a scope keeps what answers ``query``; no template can spell this name


def parse_pipeline(text: str) -> Expression:
    """What an action answers. Raises ``TemplateError``, naming the part that is not understood."""
    tokens = _tokens(text)
    expression, position = _pipeline(tokens, 0)
    if position != len(tokens):
        raise TemplateError(f"expected the end of {text.strip()!r}")
    return expression


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    tokens = []
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if not match or match.end() == position or not match.group(0).strip():
            raise TemplateError(f"not understood: {text[position:].strip()[:40]!r}")
        assert match.lastgroup is not None
        tokens.append(_Token(match.lastgroup, match.group(match.lastgroup)))
        position = match.end()
    return tokens


def _pipeline(tokens: Sequence[_Token], position: int) -> tuple[Expression, int]:
    """Commands joined by ``|``: each gets what came before as its last argument."""
    expression, position = _command(tokens, position, None)
    while position < len(tokens) and tokens[position].text == "|":
        expression, position = _command(tokens, position + 1, expression)
    return expression, position


def _command(tokens: Sequence[_Token], position: int, piped: Expression | None) -> tuple[Expression, int]:
    operands: list[Expression] = []
    name = ""
    while position < len(tokens) and tokens[position].text not in {"|", ")"}:
        token = tokens[position]
        if not operands and not name and (token.text in FUNCTIONS or token.text == "query"):
            name, position = token.text, position + 1
            continue
        operand, position = _operand(tokens, position)
        operands.append(operand)
    if not name and not operands:
        raise TemplateError("expected a value, found nothing")
    if piped is not None:
        operands.append(piped)
    if name:
        return _call(name, operands), position
    if len(operands) != 1:
        raise TemplateError("expected one value or a function")
    return operands[0], position


def _call(name: str, operands: Sequence[Expression]) -> Expression:
    if name == "query":
        return lambda scope: _asked(scope, *(operand(scope) for operand in operands))
    function = FUNCTIONS[name]
    return lambda scope: function(*(operand(scope) for operand in operands))


def _asked(scope: Scope, text: str) -> Value:
    """The answer to a query as templates see it: a list of labels and values."""
    answer = scope[QUERY]
    if answer is None:
        raise ValueError("query is not possible here")
    return [{"Labels": dict(sample.labels.pairs), "Value": sample.value} for sample in answer(text)]


def _operand(tokens: Sequence[_Token], position: int) -> tuple[Expression, int]:
    token = tokens[position]
    if token.text == "(":
        expression, position = _pipeline(tokens, position + 1)
        if position >= len(tokens) or tokens[position].text != ")":
            raise TemplateError("expected )")
        return expression, position + 1
    match token.kind:
        case "string":
            return _constant(_unquoted(token.text)), position + 1
        case "number":
            return _constant(float(token.text)), position + 1
        case "path":
            return _path(token.text), position + 1
        case _:
            raise TemplateError(f"not understood: {token.text!r}")


def _constant(value: Value) -> Expression:
    return lambda scope: value


def _unquoted(text: str) -> str:
    if text.startswith("`"):
        return text[1:-1]
    return _STRING_ESCAPE.sub(lambda match: _ESCAPED.get(match.group(1), match.group(0)), text[1:-1])


def _path(text: str) -> Expression:
    if text in {"true", "false"}:
        return _constant(text == "true")
    root, *names = text.split(".")
    if root and not root.startswith("$"):
        raise TemplateError(
            f"function {text!r} is not supported: expected one of {', '.join(sorted(FUNCTIONS))}"
        )
    keys = [name for name in names if name]
    return lambda scope: _walk(scope, root or ".", keys)


def _walk(scope: Scope, root: str, keys: Sequence[str]) -> Value:
    """A label that is absent is empty; a variable or field that is unknown is an error."""
    if root not in scope:
        raise TemplateError(f"variable {root!r} is not defined")
    value = scope[root]
    for depth, key in enumerate(keys):
        if not isinstance(value, dict):
            raise TemplateError(f"{root} has no field {key!r}")
        if key not in value and depth == 0 and root in {".", "$"}:
            raise TemplateError(f"no field {key!r}: expected Labels, Value or ExternalLabels")
        value = value.get(key, "")
    return value
