"""What ``fireline init`` writes: a commented configuration that starts as it is."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from dashboards.errors import SettingsError

PLAIN = "plain"

_OWN = files("dashboards") / "starter_files"
_SHOP = files("alerts") / "examples"
# What is written, and the text it is copied from.
FILES = {
    PLAIN: {name: _OWN / name for name in ("fireline.yml", "slos/sample.slo.yml", "signals.yml")},
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
    texts = {folder / name: source.read_text(encoding="utf-8") for name, source in FILES[starter].items()}
    for target in texts:
        if target.exists():
            raise SettingsError(
                f"{target}: exists already and is left as it is; expected a folder without it"
            )
    try:
        _write(texts, language)
    except OSError as error:
        raise SettingsError(f"{folder}: expected a folder that can be written: {error.strerror}") from error
    return list(texts)


def _write(texts: Mapping[Path, str], language: str) -> None:
    for target, text in texts.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace("language: en", f"language: {language}"), encoding="utf-8")
