from pathlib import Path

import pytest

from tests.promqltest.runner import run_script

SCRIPTS = Path(__file__).parents[4] / "shared" / "conformance" / "promqltest"


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("*.test")), ids=lambda path: path.stem)
def test_prometheus_script_passes(path):
    tally = run_script(path.name, path.read_text(encoding="utf-8"))
    assert tally.failures == []
    assert tally.passed > 0


def test_scripts_were_found():
    if not SCRIPTS.exists():
        pytest.skip("../shared is absent")
    assert len(list(SCRIPTS.glob("*.test"))) >= 14
