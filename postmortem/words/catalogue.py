"""The messages of a language: templates on file, filled with what a report holds."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from alerts.charts.model import Language
from postmortem.words.korean import Word


class Catalogue:
    """Messages by key. In Korean a placeholder may ask for a particle: ``{name:을/를}``."""

    def __init__(self, language: Language, messages: Mapping[str, str]) -> None:
        self.language = language
        self.messages = messages

    def say(self, key: str, **values: object) -> str:
        """The message, filled."""
        words = {name: Word(value) for name, value in values.items()}
        return self.messages[key].format(**words)


FILES = ("messages.yml", "public.yml", "notice.yml")


@cache
def load_catalogue(language: Language) -> Catalogue:
    """The catalogue that ships with Fireline."""
    folder = files("postmortem").joinpath("templates", language.value)
    read = [yaml.safe_load(folder.joinpath(name).read_text(encoding="utf-8")) for name in FILES]
    return Catalogue(language, {key: message for messages in read for key, message in messages.items()})
