"""What ``fireline init`` writes: a commented configuration that starts as it is."""

import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import yaml

from dashboards.errors import SettingsError

PLAIN = "plain"
SAMPLE_SERVICE = "myservice"
TIME_ZONES = {"en": "UTC", "ko": "Asia/Seoul"}

_OWN = files("dashboards") / "starter_files"
_SHOP = files("alerts") / "examples"
# What is written, and the text it is copied from.
FILES = {
    PLAIN: {
        name: _OWN / name
        for name in ("fireline.yml", "slos/sample.slo.yml", "rules/targets.yml", "signals.yml")
    },
    "shop": {
        "fireline.yml": _OWN / "shop.fireline.yml",
        "slos/shop.slo.yml": _SHOP / "shop.slo.yml",
        "guardrails.yml": _SHOP / "shop.guardrails.yml",
        "signals.yml": _SHOP / "shop.signals.yml",
    },
}


def write_starter(folder: Path, language: str, starter: str = PLAIN) -> list[Path]:
    """Writes the files and returns their paths; writes none if one of them exists.

    starter: a key of ``FILES``.

    Raises:
        SettingsError: for a file that is there already, or a folder that cannot be written.
    """
    texts = {
        folder / name: _in_language(source, name, language).read_text(encoding="utf-8")
        for name, source in FILES[starter].items()
    }
    for target in texts:
        if target.exists():
            raise SettingsError(
                f"{target}: exists already and is left as it is; expected a folder without it"
            )
    try:
        _write(texts, language, service_name(folder))
    except OSError as error:
        raise SettingsError(f"{folder}: expected a folder that can be written: {error.strerror}") from error
    return list(texts)


def _in_language(source: Traversable, name: str, language: str) -> Traversable:
    """The same file with comments in the language, where there is one."""
    if source != _OWN / name:
        return source
    translated = _OWN / language / name
    return translated if translated.is_file() else source


def service_name(folder: Path) -> str:
    """The folder's name as a label value and a plain YAML text; the sample's where that leaves nothing.

    Fireline's own job is in the file already.
    """
    name = re.sub(r"[^a-z0-9_]+", "-", folder.resolve().name.lower()).strip("-_")
    if not name or name == "fireline":
        return SAMPLE_SERVICE
    return name if isinstance(yaml.safe_load(name), str) else f"service-{name}"


def _write(texts: Mapping[Path, str], language: str, service: str) -> None:
    changes = {
        "language: en": f"language: {language}",
        "time_zone: UTC": f"time_zone: {TIME_ZONES[language]}",
        SAMPLE_SERVICE: service,
    }
    samples = re.compile("|".join(changes))
    for target, text in texts.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(samples.sub(lambda found: changes[found[0]], text), encoding="utf-8")
