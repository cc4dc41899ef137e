"""The messages of a language: templates on file, filled with what a report holds."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from alerts.charts.model import Language
from postmortem.korean import Word


class Catalogue:
    """Messages by key. In Korean a placeholder may ask for a particle: ``{name:을/를}``."""

    def __init__(self, language: Language, messages: Mapping[str, str]) -> None:
        self.language = language
        self.messages = messages

    def say(self, key: str, **values: object) -> str:
        """The message, filled."""
        words = {name: Word(value) for name, value in values.items()}
        return self.messages[key].format(**words)


@cache
def load_catalogue(language: Language) -> Catalogue:
    """The catalogue that ships with Fireline."""
    path = files("postmortem").joinpath("templates", language.value, "messages.yml")
    return Catalogue(language, yaml.safe_load(path.read_text(encoding="utf-8")))
