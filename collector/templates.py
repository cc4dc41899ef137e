"""The Go templates that alert labels and annotations are written in: the subset that people use."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from collector.errors import CollectorError, QueryError
from collector.series import Sample
from collector.template_functions import FUNCTIONS, Value, spell, truth

_ACTION = re.compile(r"\{\{(-(?=\s))?(.*?)((?<=\s)-)?\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*"|`[^`]*`)|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"""
    r"""|(?P<sign>:=|[|()=,])|(?P<path>\$?(?:[A-Za-z_]\w*)?(?:\.[A-Za-z_]\w*)*\.?))""",
    re.VERBOSE,
)
_STRING_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


class TemplateError(CollectorError):
    """A template that cannot be read or filled in."""


Scope = dict[str, Value]
Query = Callable[[str], Sequence[Sample]]
_QUERY = "query()"  # where a scope keeps what answers ``query``; no template can spell this name
Part = Callable[[Scope], str]


@dataclass(frozen=True)
class Template:
    parts: tuple[Part, ...]

    def fill(
        self,
        labels: Mapping[str, str],
        value: float,
        external_labels: Mapping[str, str],
        query: Query | None = None,
        external_url: str = "",
    ) -> str:
        """The text for one alert. ``query`` answers PromQL that the template asks for.

        Raises:
            TemplateError: naming what could not be filled in.
        """
        data: dict[str, Value] = {
            "Labels": dict(labels), "Value": value,
            "ExternalLabels": dict(external_labels), "ExternalURL": external_url,
        }  # fmt: skip
        scope: Scope = {
            ".": data, "$": data, "$labels": dict(labels), "$value": value,
            "$externalLabels": dict(external_labels), "$externalURL": external_url, _QUERY: query,
        }  # fmt: skip
        try:
            return "".join(part(scope) for part in self.parts)
        except (ValueError, TypeError, KeyError, IndexError, OverflowError, QueryError) as error:
            raise TemplateError(f"cannot be filled in: {error}") from error


@lru_cache(maxsize=4096)
def parse_template(text: str) -> Template:
    """Reads a template.

    Raises:
        TemplateError: naming the part that is not understood.
    """
    pieces = _split(text)
    parts, rest = _parse_block(pieces, 0, ())
    assert rest == len(pieces)
    return Template(tuple(parts))


@dataclass(frozen=True)
class _Piece:
    text: str
    is_action: bool


def _split(text: str) -> list[_Piece]:
    """Text and actions in turn; ``{{-`` and ``-}}`` eat the spaces beside them."""
    pieces: list[_Piece] = []
    position, trim = 0, False
    for match in _ACTION.finditer(text):
        before = text[position : match.start()]
        before = before.lstrip() if trim else before
        pieces.append(_Piece(before.rstrip() if match.group(1) else before, is_action=False))
        inner = match.group(2).strip()
        if not inner.startswith("/*"):
            pieces.append(_Piece(inner, is_action=True))
        position, trim = match.end(), bool(match.group(3))
    rest = text[position:]
    if "{{" in rest:
        raise TemplateError(f"expected }}}} after {rest[rest.index('{{') :][:40]!r}")
    pieces.append(_Piece(rest.lstrip() if trim else rest, is_action=False))
    return pieces


def _parse_block(pieces: Sequence[_Piece], start: int, ends: tuple[str, ...]) -> tuple[list[Part], int]:
    """Parts up to one of ``ends``, and the position of that end."""
    parts: list[Part] = []
    position = start
    while position < len(pieces):
        piece = pieces[position]
        word = piece.text.split(None, 1)[0] if piece.is_action and piece.text else ""
        if word in ends:
            return parts, position
        if not piece.is_action:
            parts.append(_literal(piece.text))
        elif word == "if":
            part, position = _parse_if(pieces, position)
            parts.append(part)
        elif word in {"with", "range"}:
            part, position = _parse_scoped(pieces, position, word)
            parts.append(part)
        elif word in {"end", "else", "define", "template", "block"}:
            raise TemplateError(f"{{{{ {piece.text} }}}} is not supported here")
        else:
            parts.append(_parse_action(piece.text))
        position += 1
    if ends:
        raise TemplateError("expected {{ end }}")
    return parts, position


def _parse_if(pieces: Sequence[_Piece], start: int) -> tuple[Part, int]:
    """``if … else if … else … end``, from the position of ``if`` to that of its ``end``."""
    text = pieces[start].text
    condition = _parse_pipeline(text.partition("if")[2])
    chosen, position = _parse_block(pieces, start + 1, ("else", "end"))
    otherwise: Sequence[Part] = ()
    following = pieces[position].text
    if following.startswith("else"):
        rest = following[4:].strip()
        if rest.startswith("if"):
            nested = [_Piece(rest, is_action=True), *pieces[position + 1 :]]
            part, used = _parse_if(nested, 0)
            otherwise, position = [part], position + used
        elif rest:
            raise TemplateError(f"expected else or else if, found {following!r}")
        else:
            otherwise, position = _parse_block(pieces, position + 1, ("end",))
    return _choice(condition, chosen, otherwise), position


def _parse_scoped(pieces: Sequence[_Piece], start: int, word: str) -> tuple[Part, int]:
    """``with`` or ``range … else … end``: inside, the dot is the value or each of its elements."""
    expression = _parse_pipeline(pieces[start].text.removeprefix(word))
    inner, position = _parse_block(pieces, start + 1, ("else", "end"))
    otherwise: Sequence[Part] = ()
    if pieces[position].text != "end":
        otherwise, position = _parse_block(pieces, position + 1, ("end",))

    def part(scope: Scope) -> str:
        value = expression(scope)
        if not truth(value):
            return "".join(part(scope) for part in otherwise)
        dots = value if word == "range" else [value]
        return "".join(part({**scope, ".": dot}) for dot in dots for part in inner)

    return part, position


def _literal(text: str) -> Part:
    return lambda scope: text


def _choice(condition: "Expression", chosen: Sequence[Part], otherwise: Sequence[Part]) -> Part:
    return lambda scope: "".join(part(scope) for part in (chosen if truth(condition(scope)) else otherwise))


Expression = Callable[[Scope], Value]


def _parse_action(text: str) -> Part:
    name, assigned, rest = text.partition(":=")
    if assigned:
        variable, expression = name.strip(), _parse_pipeline(rest)
        return lambda scope: _assign(scope, variable, expression(scope))
    shown = _parse_pipeline(text)
    return lambda scope: spell(shown(scope))


def _assign(scope: Scope, variable: str, value: Value) -> str:
    scope[variable] = value
    return ""


def _parse_pipeline(text: str) -> Expression:
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
    answer = scope[_QUERY]
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
