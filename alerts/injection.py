"""Series that record what was done to a system on purpose: faults, drills, fault proxies, switches.

Known by their words, one by one: of the name, of metrics, of labels and values. `drills_running` is of a
drill, `drilldown_seconds` is not.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_EXCLUDED = re.compile(r"(?:!=|!~)\s*(?:\"[^\"]*\"|'[^']*'|`[^`]*`)")
_IDENTIFIERS = re.compile(r"[A-Za-z0-9_.:-]+")
_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")
_INJECTORS = re.compile(
    r"toxi(?:cs?|proxy)|chaos\w*|\w+chaos|litmus|gremlin|pumba|steadybit|powerfulseal|gameday"
    r"|faults?(?:inject\w*|prox\w*)"
)
# A fault or a drill of another kind, by the word before it or after it.
_OTHER_FAULTS = (
    frozenset({"page", "minor", "major", "segmentation", "protection", "memory", "soap", "xray"}),
    frozenset({"domain", "tolerance", "tolerant"}),
)
_OTHER_DRILLS = (frozenset[str](), frozenset({"down", "through"}))
_INJECTED = frozenset({"fault", "failure", "error", "latency", "delay", "abort", "timeout", "exception"})
_INJECTION = frozenset({"inject", "injected", "injection", "injector"})
_SWITCHES = frozenset({"switch", "flag", "toggle", "killswitch"})
_SWITCHED = frozenset({"enabled", "disabled", "state", "active", "on", "off", "flip", "flipped", "toggled"})
# A proxy that stands before a store to break it; others (nginx_proxy, kube_proxy) only serve.
_STORES = frozenset({"redis", "valkey", "cache", "postgres", "pg", "database", "db", "primary", "replica"})
_ALONE = frozenset({"proxy", "switch"})
_PLURALS = _INJECTED | _SWITCHES | _ALONE | {"fault", "drill", "flip"}


@lru_cache(maxsize=4096)  # each step of a report asks of each signal
def records_injection(query: str, *names: str) -> bool:
    """Whether a PromQL query or the names of what it reads tell of injected faults or flipped switches.

    What a query excludes (``job!="drill"``) does not count.
    """
    texts = (_EXCLUDED.sub("", query), *names)
    if any(_words(text) in ([alone] for alone in _ALONE) for text in texts):
        return True
    return any(_confesses(_words(each)) for each in _identifiers(texts))


def _identifiers(texts: Iterable[str]) -> Iterable[str]:
    return (found.group() for text in texts for found in _IDENTIFIERS.finditer(text))


def _words(identifier: str) -> list[str]:
    """Lower case, in the singular."""
    return [_singular(each.lower()) for each in _WORDS.findall(identifier)]


def _singular(word: str) -> str:
    for ending in ("s", "es"):
        if word.removesuffix(ending) in _PLURALS:
            return word.removesuffix(ending)
    return word


def _confesses(words: list[str]) -> bool:
    around = zip(["", *words], words, [*words[1:], ""], strict=False)
    return any(_is_confession(before, word, after) for before, word, after in around)


def _is_confession(before: str, word: str, after: str) -> bool:
    if word in {"fault", "drill"}:
        befores, afters = _OTHER_FAULTS if word == "fault" else _OTHER_DRILLS
        return before not in befores and after not in afters
    if word in _INJECTION:
        return before in _INJECTED or after in _INJECTED
    if word in _SWITCHES:
        return after in _SWITCHED
    if word == "proxy":
        return before in _STORES
    return _INJECTORS.fullmatch(word) is not None
