"""Where a query that the parser refused breaks: it names neither place nor token itself.

A second look, by the grammar alone and without precedence, at what is refused already.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from collector.errors import QueryError
from collector.promql.tokens import AGGREGATIONS, KEYWORDS, OPERATORS, Token, tokens_of

_PREFIX = "parse error: "
_TRIED = 500  # parts that are parsed again at most, and
_TRIED_CHARACTERS = 64 * 1024
_IN_BRACES = "in label matching"
_MATCH_OPS = {"=", "!=", "=~", "!~"}


@dataclass(frozen=True)
class _Span:
    start: int
    stop: int


def located(query: str, error: QueryError, parse: Callable[[str], object]) -> QueryError:
    """The error with the place, as ``line:column`` in characters, and the token that is not expected.

    parse: raises ``QueryError`` for the text of a part as for the whole.
    """
    if not str(error).startswith(_PREFIX):
        return error
    reader = _Reader(query)
    try:
        reader.read()
    except _BreakError as found:
        return QueryError(f"{_place(query, found.at)}: {_PREFIX}{found}")
    spans = sorted(reader.spans, key=lambda span: (span.stop - span.start, span.start))[:_TRIED]
    return QueryError(f"{_place(query, _smallest(query, spans, str(error), parse))}: {error}")


def _smallest(query: str, spans: list[_Span], said: str, parse: Callable[[str], object]) -> int:
    """Where the smallest part begins that is refused for the same reason; the query itself if none is."""
    tried = 0
    for span in spans:
        tried += span.stop - span.start
        if tried > _TRIED_CHARACTERS:
            break
        try:
            parse(query[span.start : span.stop])
        except QueryError as error:
            if str(error) == said:
                return span.start
    return len(query) - len(query.lstrip())


def _place(query: str, at: int) -> str:
    before = query[:at]
    return f"{before.count(chr(10)) + 1}:{at - before.rfind(chr(10))}"


class _BreakError(Exception):
    """The first token that cannot stand where it does."""

    def __init__(self, at: int, said: str) -> None:
        super().__init__(said)
        self.at = at


class _Reader:
    """Reads tokens from the front, and notes the parts that are expressions."""

    def __init__(self, query: str) -> None:
        self._tokens = tokens_of(query)
        self._at = 0
        self._open = 0
        self.spans: set[_Span] = set()

    def read(self) -> None:
        """Raises ``_BreakError``."""
        self._expression()
        if self._next.kind != "end":
            self._refuse()

    @property
    def _next(self) -> Token:
        token = self._tokens[self._at]
        if token.fault:
            raise _BreakError(token.start, token.fault)
        return token

    def _take(self) -> Token:
        token = self._next
        self._at += token.kind != "end"
        return token

    def _takes(self, *words: str) -> bool:
        found = self._next.word in words
        self._at += found
        return found

    def _refuse(self, where: str = "", expected: str = "") -> NoReturn:
        token = self._next
        if token.word == ")" and not self._open:
            raise _BreakError(token.start, "unexpected right parenthesis ')'")
        if token.kind == "end" and self._open and not where.startswith("inside"):
            raise _BreakError(token.start, "unclosed left parenthesis")
        wanted = f", expected {expected}" if expected else ""
        shown = token.as_label if where == _IN_BRACES else token
        raise _BreakError(token.start, f"unexpected {shown}{where and ' ' + where}{wanted}")

    def _expect(self, word: str, where: str, expected: str) -> None:
        if not self._takes(word):
            self._refuse(where, expected)

    def _expression(self) -> None:
        start = self._next.start
        self._operand()
        while self._next.word in OPERATORS:
            self._at += 1
            self._modifiers()
            self._operand()
        self.spans.add(_Span(start, self._tokens[self._at - 1].stop))

    def _modifiers(self) -> None:
        self._takes("bool")
        if self._takes("on", "ignoring"):
            self._names()
            if self._takes("group_left", "group_right") and self._next.word == "(":
                self._names()

    def _operand(self) -> None:
        while self._takes("+", "-"):
            pass
        start = self._next.start
        self._primary()
        while self._takes("[", "offset", "@"):
            self._postfix(self._tokens[self._at - 1].word)
        self.spans.add(_Span(start, self._tokens[self._at - 1].stop))

    def _primary(self) -> None:
        token = self._next
        if token.word == "(":
            self._parenthesis(allows_many=False)
        elif token.word == "{":
            self._matchers()
        elif token.kind in {"number", "string"}:
            self._at += 1
        elif token.word in AGGREGATIONS and self._tokens[self._at + 1].word in {"(", "by", "without"}:
            self._aggregation()
        elif token.kind == "word" and token.word not in OPERATORS | {"bool"}:
            self._named(token)
        else:
            self._refuse()

    def _aggregation(self) -> None:
        self._at += 1
        is_grouped = self._takes("by", "without")
        if is_grouped:
            self._names()
        if self._next.word != "(":
            self._refuse("in aggregation", '"("')
        self._parenthesis(allows_many=True)
        if not is_grouped and self._takes("by", "without"):
            self._names()

    def _named(self, token: Token) -> None:
        """A call or a metric; a keyword may name one too, but not where a call or labels follow."""
        following = self._tokens[self._at + 1].word
        if token.word in KEYWORDS - {"by", "without"} and following in {"(", "{"}:
            self._refuse()
        self._at += 1
        if following == "(":
            self._parenthesis(allows_many=True)
        elif following == "{":
            self._matchers()

    def _parenthesis(self, *, allows_many: bool) -> None:
        self._at += 1
        self._open += 1
        if not (allows_many and self._next.word == ")"):
            self._expression()
            while allows_many and self._takes(","):
                self._expression()
        if self._next.word != ")":
            self._refuse()
        self._at += 1
        self._open -= 1

    def _names(self) -> None:
        """Labels in parentheses."""
        self._expect("(", "in grouping opts", '"("')
        self._open += 1
        while not self._takes(")"):
            if self._next.kind not in {"word", "string"}:
                self._refuse("in grouping opts", "label")
            self._at += 1
            if not self._takes(",") and self._next.word != ")":
                self._refuse("in grouping opts", '"," or ")"')
        self._open -= 1

    def _matchers(self) -> None:
        self._at += 1
        while not self._takes("}"):
            self._matcher()
            if not self._takes(",") and self._next.word != "}":
                self._refuse_inside(_IN_BRACES, '"," or "}"')

    def _matcher(self) -> None:
        name = self._next
        if name.kind not in {"word", "string"}:
            self._refuse_inside(_IN_BRACES, 'identifier or "}"')
        self._at += 1
        if self._next.word not in _MATCH_OPS:
            if name.kind == "string" and self._next.word in {",", "}"}:
                return
            self._refuse_inside(_IN_BRACES, "label matching operator")
        self._at += 1
        if self._next.kind != "string":
            self._refuse_inside(_IN_BRACES, "string")
        self._at += 1

    def _refuse_inside(self, where: str, expected: str) -> NoReturn:
        if self._next.kind == "end":
            self._refuse("inside braces")
        self._refuse(where, expected)

    def _postfix(self, word: str) -> None:
        if word == "[":
            self._range()
        elif word == "offset":
            self._amount("in offset", "duration")
        elif not self._takes("start", "end"):
            self._amount("in @", "timestamp")
        else:
            self._expect("(", "in @", '"("')
            self._expect(")", "in @", '")"')

    def _range(self) -> None:
        self._amount("inside brackets", "duration")
        if self._takes(":") and self._next.word != "]":
            self._amount("inside brackets", 'duration or "]"')
        self._expect("]", "inside brackets", '"]"')

    def _amount(self, where: str, expected: str) -> None:
        while self._takes("+", "-"):
            pass
        if self._next.kind != "number" and self._next.word not in {"inf", "nan"}:
            self._refuse(where, expected)
        self._at += 1
