"""Which stacks may be broken on purpose: those that were declared non-production, by name."""

import re
import unicodedata
from collections.abc import Collection

from commerce_app.drill.errors import ScheduleError

VARIABLE = "FIRELINE_NON_PRODUCTION"
# At the begin of a word too: prod1, prodkr, liveshop.
PRODUCTION = ("production", "prod", "prd", "live")
# At its end: shopprod. What ends as the others do, such as alive, is another word.
AT_THE_END = ("production", "prod")
# Anywhere in a word, which has no spaces around it in these languages.
ELSEWHERE = ("운영", "상용", "실서버", "실서비스", "라이브", "프로덕션", "本番", "生产")
# What begins as production does, and is another word.
OTHER_WORDS = re.compile("product(?!ion)")
# Before such a word it is another stack, or another word: non-production, preprod, reproduction.
OTHERWISE = frozenset({"non", "not", "pre", "re", "비"})
# Letters of other scripts that nobody tells apart from these.
_LOOKALIKES = str.maketrans("аеорсԁіӏпѵтυορντιε", "aeopcdilnvtuopvtie")


def names_production(environment: str) -> bool:
    """Whether a word of the name says so: ``production``, ``prod-eu``, ``liveshop``; not ``pre-prod``."""
    words = re.split(r"[\W_]+", _plain(environment))
    return any(_says_so(word, before) for before, word in zip(["", *words], words, strict=False))


def _says_so(word: str, before: str) -> bool:
    if before not in OTHERWISE and word.startswith(PRODUCTION) and not OTHER_WORDS.match(word):
        return True
    ends = [word.removesuffix(each) for each in AT_THE_END if word.endswith(each)]
    amid = [word.partition(each)[0] for each in ELSEWHERE if each in word]
    return any(rest not in OTHERWISE and (rest or before not in OTHERWISE) for rest in [*ends, *amid])


def _plain(name: str) -> str:
    """In one case and script, without what nobody sees."""
    visible = (each for each in unicodedata.normalize("NFKC", name) if unicodedata.category(each) != "Cf")
    return "".join(visible).casefold().translate(_LOOKALIKES)


def require_non_production(place: str, environment: str, declared: Collection[str]) -> None:
    """Refuse what was not declared, and production however it was declared.

    Raises:
        ScheduleError: naming ``place`` and what was expected.
    """
    if names_production(environment):
        raise ScheduleError(f"{place}: expected a stack that is not production, got {environment}")
    if wrong := sorted(name for name in declared if names_production(name)):
        raise ScheduleError(f"{VARIABLE}: expected names of stacks that are not production, got {wrong[0]}")
    if not declared:
        raise ScheduleError(
            f"{place}: expected {environment} to be declared non-production on this machine:"
            f" --non-production {environment}, or {VARIABLE}={environment}"
        )
    if environment not in declared:
        known = ", ".join(sorted(declared))
        raise ScheduleError(f"{place}: expected one declared non-production ({known}), got {environment}")
