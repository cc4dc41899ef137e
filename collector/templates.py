"""The Go templates that alert labels and annotations are written in: the subset that people use."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from collector.errors import QueryError, TemplateError
from collector.go_format import Value, spell
from collector.template_functions import truth
from collector.template_pieces import Piece, split
from collector.template_pipelines import QUERY, Expression, Query, Scope, parse_pipeline

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
            "$externalLabels": dict(external_labels), "$externalURL": external_url, QUERY: query,
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
    pieces = split(text)
    parts, rest = _parse_block(pieces, 0, ())
    assert rest == len(pieces)
    return Template(tuple(parts))


def _parse_block(pieces: Sequence[Piece], start: int, ends: tuple[str, ...]) -> tuple[list[Part], int]:
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


def _parse_if(pieces: Sequence[Piece], start: int) -> tuple[Part, int]:
    """``if … else if … else … end``, from the position of ``if`` to that of its ``end``."""
    text = pieces[start].text
    condition = parse_pipeline(text.partition("if")[2])
    chosen, position = _parse_block(pieces, start + 1, ("else", "end"))
    otherwise: Sequence[Part] = ()
    following = pieces[position].text
    if following.startswith("else"):
        rest = following[4:].strip()
        if rest.startswith("if"):
            nested = [Piece(rest, is_action=True), *pieces[position + 1 :]]
            part, used = _parse_if(nested, 0)
            otherwise, position = [part], position + used
        elif rest:
            raise TemplateError(f"expected else or else if, found {following!r}")
        else:
            otherwise, position = _parse_block(pieces, position + 1, ("end",))
    return _choice(condition, chosen, otherwise), position


def _parse_scoped(pieces: Sequence[Piece], start: int, word: str) -> tuple[Part, int]:
    """``with`` or ``range … else … end``: inside, the dot is the value or each of its elements."""
    expression = parse_pipeline(pieces[start].text.removeprefix(word))
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


def _choice(condition: Expression, chosen: Sequence[Part], otherwise: Sequence[Part]) -> Part:
    return lambda scope: "".join(part(scope) for part in (chosen if truth(condition(scope)) else otherwise))


def _parse_action(text: str) -> Part:
    name, assigned, rest = text.partition(":=")
    if assigned:
        variable, expression = name.strip(), parse_pipeline(rest)
        return lambda scope: _assign(scope, variable, expression(scope))
    shown = parse_pipeline(text)
    return lambda scope: spell(shown(scope))


def _assign(scope: Scope, variable: str, value: Value) -> str:
    scope[variable] = value
    return ""
