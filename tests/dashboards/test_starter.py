import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from alerts.check.analysis import check
from dashboards.config import load_config
from dashboards.errors import SettingsError
from dashboards.specs import load_specs
from dashboards.starter import FILES, PLAIN, service_name, write_starter


def test_what_init_writes_loads_as_it_is(tmp_path):
    folder = tmp_path / "My Payments"
    written = [path.relative_to(folder).as_posix() for path in write_starter(folder, "en")]
    assert written == list(FILES[PLAIN])
    specs = load_specs(load_config(folder / "fireline.yml"))
    assert [slo.service for slo in specs.slos] == ["my-payments"]
    assert list(specs.signals.services) == ["my-payments"]
    assert [signal.role for signal in specs.signals.signals] == ["traffic", "errors", "latency"]
    assert 'job="my-payments"' in specs.slos[0].sli.total
    assert "- job_name: my-payments" in (folder / "fireline.yml").read_text()


@pytest.mark.parametrize("name", FILES[PLAIN])
def test_korean_comments_stand_in_the_same_configuration(tmp_path, name):
    for language in ("en", "ko"):
        write_starter(tmp_path / language / "payments", language)
    english, korean = ((tmp_path / each / "payments" / name).read_text() for each in ("en", "ko"))
    settings = {"language": "ko", "time_zone": "Asia/Seoul"} if name == "fireline.yml" else {}
    assert yaml.safe_load(korean) == yaml.safe_load(english) | settings
    assert len(korean.splitlines()) == len(english.splitlines())
    assert re.match("# .*[가-힣]", korean)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_sample_of_latency_is_there_for_the_uncommenting(tmp_path, language):
    write_starter(tmp_path / "payments", language)
    path = tmp_path / "payments" / "slos" / "sample.slo.yml"
    above, prose, latency = path.read_text().partition("\n##")
    path.write_text(above + re.sub(r"^# ?", "", prose + latency, flags=re.MULTILINE))
    specs = load_specs(load_config(tmp_path / "payments" / "fireline.yml"))
    assert [slo.sli.kind for slo in specs.slos] == ["availability", "latency"]
    assert {slo.service for slo in specs.slos} == {"payments"}
    assert check(specs.slos, specs.policies).findings == ()


@pytest.mark.parametrize(
    ("folder", "service"),
    [
        ("payments", "payments"),
        ("My Service!", "my-service"),
        ("a/order_api", "order_api"),
        ("결제", "myservice"),
        ("fireline", "myservice"),
        ("2024", "service-2024"),
        ("no", "service-no"),
        ("/", "myservice"),
    ],
)
def test_service_is_named_after_the_folder(folder, service):
    assert service_name(Path(folder)) == service


@given(st.text(min_size=1, max_size=20))
def test_any_folder_names_a_service_that_yaml_and_promql_take(name):
    service = service_name(Path("x" + name.replace("\0", "").replace("/", "")))
    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", service)
    assert yaml.safe_load(f"a: {service}") == {"a": service}


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
    assert (config.zone.key, config.alerts.timezone) == ("Asia/Seoul", "Asia/Seoul")


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
