import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("collector", "alerts", "postmortem", "dashboards", "commerce_app")
CODE = r"[A-Z]+[0-9]+"
IGNORE = re.compile(
    rf"#\s*(?:noqa|type: ignore)\b(?P<codes>(?:: {CODE}(?:, {CODE})*|\[[a-z, -]+\])?)(?P<reason>.*)"
)


def ignores():
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if found := IGNORE.search(line):
                    yield f"{path.relative_to(ROOT)}:{number}", found


def test_every_ignore_names_its_code_and_its_reason():
    found = [*ignores()]
    assert len(found) > 50
    assert not [
        place for place, ignore in found if not ignore["codes"] or not re.search(r"\w", ignore["reason"])
    ]
