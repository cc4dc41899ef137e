"""The messages of findings, in Korean and English."""

from functools import cache
from importlib.resources import files

import yaml

from alerts.charts.model import Language
from postmortem.words.catalogue import Catalogue


@cache
def load_messages(language: Language) -> Catalogue:
    """The catalogue that ships with Fireline."""
    path = files("postmortem").joinpath("templates", language.value, "lint.yml")
    return Catalogue(language, yaml.safe_load(path.read_text(encoding="utf-8")))
