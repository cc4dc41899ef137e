import pytest

from dashboards.config import load_config
from dashboards.errors import SettingsError
from dashboards.specs import load_specs
from dashboards.starter import FILES, PLAIN, write_starter


def test_what_init_writes_loads_as_it_is(tmp_path):
    written = [path.relative_to(tmp_path).as_posix() for path in write_starter(tmp_path, "en")]
    assert written == list(FILES[PLAIN])
    config = load_config(tmp_path / "fireline.yml")
    assert [slo.service for slo in load_specs(config).slos] == ["myservice"]


def test_the_shops_example_is_whole_and_hangs_together(tmp_path):
    write_starter(tmp_path, "ko", "shop")
    config = load_config(tmp_path / "fireline.yml")
    specs = load_specs(config)
    assert config.language == "ko"
    assert [job.job_name for job in config.collector.scrape_configs] == ["shop", "stack"]
    watched = {each.service for each in (*specs.slos, *specs.guardrails)}
    assert watched == {"order", "product", "redis", "replica", "primary"}
    assert watched <= specs.signals.dependencies("order") | {"order"}


def test_language_is_the_one_asked_for(tmp_path):
    write_starter(tmp_path, "ko")
    config = load_config(tmp_path / "fireline.yml")
    assert (config.language, config.alerts.language) == ("ko", "ko")


def test_existing_file_is_never_overwritten(tmp_path):
    (tmp_path / "signals.yml").write_text("mine")
    with pytest.raises(SettingsError, match=r"signals\.yml: exists already"):
        write_starter(tmp_path, "en")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["signals.yml"]
    assert (tmp_path / "signals.yml").read_text() == "mine"


def test_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="expected a folder that can be written"):
        write_starter(tmp_path / "file" / "under", "en")
