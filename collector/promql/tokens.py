"""The tokens of a query with their places, for telling where it breaks."""

import re
from dataclasses import dataclass

from collector.promql.guard import QUOTED

_TOKENS = re.compile(
    rf"""(?P<blank>(?:\s|\#[^\n]*+)++)|(?P<string>{QUOTED})"""
    r"""|(?P<number>(?:\d|\.\d)(?:[eE][+-]?\d++(?![\w.])|[\w.])*+)|(?P<word>[A-Za-z_:][A-Za-z0-9_:]*+)"""
    r"""|(?P<sign>==|!=|>=|<=|=~|!~|[-+*/%^<>=(){}\[\],:@])|(?P<other>.)""",
    re.DOTALL,
)
_NUMBER = re.compile(r"0x[0-9a-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|(?:\d+(?:ms|[smhdwy]))+", re.IGNORECASE)
OPERATORS = frozenset({"+", "-", "*", "/", "%", "^", "==", "!=", ">", "<", ">=", "<="})
OPERATORS |= {"and", "or", "unless", "atan2"}
KEYWORDS = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset"})
AGGREGATIONS = frozenset({"sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "quantile"})
AGGREGATIONS |= {"topk", "bottomk", "count_values", "limitk", "limit_ratio"}
_SHOWN = 40


@dataclass(frozen=True)
class Token:
    """kind: string, number, word, sign, other, or end. start, stop: in characters."""

    kind: str
    text: str
    start: int
    stop: int

    @property
    def word(self) -> str:
        """What it says, where it is no text; keywords in any case."""
        return self.text.lower() if self.kind in {"word", "sign"} else ""

    @property
    def fault(self) -> str:
        """What is wrong with it wherever it stands; empty if nothing is."""
        match self.kind:
            case "string" if len(self.text) < 2 or self.text[-1] != self.text[0]:
                return "unterminated quoted string"
            case "number" if not _NUMBER.fullmatch(self.text):
                return f'bad number or duration syntax: "{_short(self.text)}"'
            case "other":
                return f"unexpected character: {self.text!r}"
        return ""

    @property
    def as_label(self) -> str:
        """As Prometheus names it between braces, where there are no keywords."""
        return f'identifier "{_short(self.text)}"' if self.kind == "word" else str(self)

    def __str__(self) -> str:
        """As Prometheus names tokens."""
        if self.kind == "end":
            return "end of input"
        if self.word in OPERATORS:
            return f"<op:{self.word}>"
        if self.word in AGGREGATIONS:
            return f"<aggr:{self.word}>"
        if self.word in KEYWORDS:
            return f"<{self.word}>"
        noun = {"word": "identifier ", "number": "number ", "string": "string "}.get(self.kind, "")
        text = _short(self.text).replace("\\", "\\\\").replace('"', '\\"')
        return f'{noun}"{text}"'


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def tokens_of(query: str) -> list[Token]:
    """All tokens, and an end."""
    found: list[Token] = []
    position, in_brackets = 0, False
    while position < len(query):
        kind, text = _token_at(query, position, in_brackets)
        if kind != "blank":
            found.append(Token(kind, text, position, position + len(text)))
        position += len(text)
        if text in {"[", "]"}:
            in_brackets = text == "["
    return [*found, Token("end", "", len(query), len(query))]


def _token_at(query: str, position: int, in_brackets: bool) -> tuple[str, str]:
    """Kind and text; a name may begin with a colon, but not in brackets."""
    if in_brackets and query[position] == ":":
        return "sign", ":"
    match = _TOKENS.match(query, position)
    assert match is not None  # any character is a token
    return match.lastgroup or "", match[0]
