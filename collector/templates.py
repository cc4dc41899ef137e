"""The Go templates that alert labels and annotations are written in: the subset that people use."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from collector.errors import QueryError, TemplateError
from collector.go_format import Struct, Value, go_type, spell
from collector.template_functions import truth
from collector.template_pieces import Piece, split
from collector.template_pipelines import Expression, parse_pipeline
from collector.template_state import Names, Query, State

_DECLARATION = re.compile(r"\s*(\$\w*)\s*(?:,\s*(\$\w*)\s*)?(:?=)(.*)", re.DOTALL)
_DEEPEST = 100
_GIVEN = {name: name for name in ("$", "$labels", "$externalLabels", "$externalURL", "$value")}

Part = Callable[[State], None]


class _BreakError(Exception):
    """``{{ break }}``: the loop around it ends."""


class _ContinueError(Exception):
    """``{{ continue }}``: the loop around it goes on with its next element."""


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

        labels: with the metric's name, as Prometheus gives them.

        Raises:
            TemplateError: naming what could not be filled in.
        """
        data = Struct(
            Labels=dict(labels),
            ExternalLabels=dict(external_labels),
            ExternalURL=external_url,
            Value=value,
        )
        values: dict[str, Value] = {
            "$": data, "$labels": data["Labels"], "$externalLabels": data["ExternalLabels"],
            "$externalURL": external_url, "$value": value,
        }  # fmt: skip
        state = State(values, data, query)
        try:
            _run(self.parts, state)
        except (ValueError, TypeError, QueryError) as error:
            raise TemplateError(f"cannot be filled in: {error}") from error
        except RecursionError as error:  # a deep query in a deep template
            raise TemplateError("cannot be filled in: nested too deeply") from error
        return state.text()


@lru_cache(maxsize=4096)
def parse_template(text: str) -> Template:
    """Reads a template.

    Raises:
        TemplateError: naming the part that is not understood.
    """
    try:
        return Template(tuple(_Blocks(split(text)).whole()))
    except RecursionError as error:  # the bounds leave room, unless the caller's stack is deep already
        raise TemplateError("nested too deeply") from error


class _Blocks:
    """Reads pieces from the front."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        self._at = 0
        self._loops = 0
        self._depth = 0

    def whole(self) -> list[Part]:
        return self._block((), Names(dict(_GIVEN)))

    def _block(self, ends: tuple[str, ...], names: Names) -> list[Part]:
        """Parts up to one of ``ends``, which is not read."""
        parts: list[Part] = []
        while self._at < len(self._pieces):
            piece = self._pieces[self._at]
            word = _word(piece)
            if word in ends:
                return parts
            self._at += 1
            parts.append(self._part(piece, word, names))
        if ends:
            raise TemplateError("expected {{ end }}")
        return parts

    def _part(self, piece: Piece, word: str, names: Names) -> Part:
        if not piece.is_action:
            return lambda state: state.write(piece.text)
        match word:
            case "if" | "with" | "range":
                return self._structure(word, piece.text.removeprefix(word), names.inner())
            case "break" | "continue" if piece.text == word and self._loops:
                return _leave(_BreakError if word == "break" else _ContinueError)
            case "break" | "continue":
                raise TemplateError(f"{{{{ {word} }}}} outside {{{{ range }}}}")
            case "end" | "else" | "define" | "template" | "block":
                raise TemplateError(f"{{{{ {piece.text} }}}} is not supported here")
        return _action(piece.text, names)

    def _structure(self, word: str, text: str, names: Names) -> Part:
        """``if``, ``with`` or ``range`` after its word, up to and with its ``end``."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise TemplateError(f"if, with, range and else if nested more than {_DEEPEST} levels deep")
        if word == "range":
            elements, expression = _declared(text, names, 2)
        else:
            elements, expression = _declared(text, names, 1)
        self._loops += word == "range"
        inner = self._block(("else", "end"), names.inner())
        self._loops -= word == "range"
        otherwise = self._otherwise(word, names)
        self._depth -= 1
        if word == "range":
            return lambda state: _range(state, elements, expression(state), inner, otherwise)
        return lambda state: _choose(
            state, _kept(state, elements, expression(state)), inner, otherwise, sets_dot=word == "with"
        )

    def _otherwise(self, word: str, names: Names) -> Sequence[Part]:
        text = self._pieces[self._at].text
        self._at += 1
        if text == "end":
            return ()
        rest = text.removeprefix("else").strip()
        following = rest.split(None, 1)[0] if rest else ""
        if following and (following != word or word == "range"):
            raise TemplateError(f"expected else, found {text!r}")
        if following:
            return [self._structure(word, rest.removeprefix(word), names.inner())]
        otherwise = self._block(("end",), names.inner())
        self._at += 1
        return otherwise


def _word(piece: Piece) -> str:
    found = re.match(r"[A-Za-z]+", piece.text) if piece.is_action else None
    return found[0] if found else ""


def _declared(text: str, names: Names, most: int) -> tuple[Sequence[str], Expression]:
    """The slots of variables before ``:=`` or ``=``, and the pipeline, which cannot name them yet."""
    match = _DECLARATION.fullmatch(text)
    if match is None:
        return (), parse_pipeline(text, names)
    expression = parse_pipeline(match[4], names)
    found = [name for name in match.group(1, 2) if name]
    if len(found) > most:
        raise TemplateError(f"too many declarations in {text.strip()!r}")
    return [names.declare(name) if match[3] == ":=" else names.slot(name) for name in found], expression


def _action(text: str, names: Names) -> Part:
    slots, expression = _declared(text, names, 1)
    if slots:
        return lambda state: _set(state, slots, [expression(state)])
    return lambda state: state.write(spell(expression(state)))


def _set(state: State, slots: Sequence[str], values: Sequence[Value]) -> None:
    state.values.update(zip(slots, values, strict=True))


def _kept(state: State, slots: Sequence[str], value: Value) -> Value:
    _set(state, slots, [value] * len(slots))
    return value


def _leave(error: type[Exception]) -> Part:
    def part(_state: State) -> None:
        raise error

    return part


def _run(parts: Sequence[Part], state: State) -> None:
    for part in parts:
        part(state)


def _run_with(dot: Value, parts: Sequence[Part], state: State) -> None:
    before, state.dot = state.dot, dot
    try:
        _run(parts, state)
    finally:
        state.dot = before


def _choose(
    state: State, value: Value, inner: Sequence[Part], otherwise: Sequence[Part], *, sets_dot: bool
) -> None:
    if not truth(value):
        _run(otherwise, state)
    elif sets_dot:
        _run_with(value, inner, state)
    else:
        _run(inner, state)


def _range(
    state: State, slots: Sequence[str], value: Value, inner: Sequence[Part], otherwise: Sequence[Part]
) -> None:
    if not isinstance(value, dict | list) or isinstance(value, Struct):
        raise TemplateError(f"range can't iterate over {spell(value)} of type {go_type(value)}")
    if not value:
        _run(otherwise, state)
    for key, element in _elements(value):
        _set(state, slots, [key, element][2 - len(slots) :])
        try:
            _run_with(element, inner, state)
        except _ContinueError:
            continue
        except _BreakError:
            break


def _elements(value: dict[str, Value] | list[Value]) -> Iterator[tuple[Value, Value]]:
    """With their keys, in their order, or with their positions."""
    return iter(sorted(value.items())) if isinstance(value, dict) else enumerate(value)
