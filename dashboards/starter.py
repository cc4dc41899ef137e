"""What ``fireline init`` writes: a commented configuration that starts as it is."""

from pathlib import Path

from dashboards.errors import SettingsError

SOURCE = Path(__file__).parent / "starter_files"
FILES = ("fireline.yml", "slos/sample.slo.yml", "signals.yml")


def write_starter(folder: Path, language: str) -> list[Path]:
    """Writes the files and returns their paths; writes none if one of them exists.

    Raises:
        SettingsError: for a file that is there already, or a folder that cannot be written.
    """
    targets = [folder / name for name in FILES]
    for target in targets:
        if target.exists():
            raise SettingsError(
                f"{target}: exists already and is left as it is; expected a folder without it"
            )
    try:
        for name, target in zip(FILES, targets, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            text = (SOURCE / name).read_text(encoding="utf-8")
            target.write_text(text.replace("language: en", f"language: {language}"), encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{folder}: expected a folder that can be written: {error.strerror}") from error
    return targets
