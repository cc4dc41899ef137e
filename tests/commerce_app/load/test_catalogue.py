import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from commerce_app.cli import shop
from commerce_app.load.catalogue import FOLDER, UnknownTestError, environment, find_test, load_tests

NAMED_IN_THE_INCIDENT = {"k6-order-test", "k6-cache-test", "k6-lock-test"}


def test_the_tests_that_the_incident_names_are_there():
    assert {test.name for test in load_tests()} >= NAMED_IN_THE_INCIDENT


def test_the_list_says_what_each_is_for():
    result = CliRunner().invoke(shop, ["load"])
    lines = dict(line.split(": ", 1) for line in result.output.splitlines())
    assert set(lines) == {test.name for test in load_tests()}
    assert all(purpose.endswith((".", "?")) for purpose in lines.values())


def test_a_test_is_found_by_its_file_too():
    assert find_test("k6-order-test.js") == find_test("k6-order-test")


def test_an_unknown_name_is_one_line_that_lists_the_names():
    result = CliRunner().invoke(shop, ["load", "k6-nope"])
    expected = ", ".join(test.name for test in load_tests())
    assert (result.exit_code, result.output) == (2, f"fireline: k6-nope: expected one of {expected}\n")
    with pytest.raises(UnknownTestError):
        find_test("shop")


def test_what_is_not_given_is_left_to_the_environment():
    assert environment(None, None) == {"K6_NO_USAGE_REPORT": "true"}
    assert environment("http://shop", 0.5)["DURATION_SCALE"] == "0.5"


@pytest.mark.parametrize("test", load_tests(), ids=lambda test: test.name)
def test_a_header_says_how_to_run_it_and_names_its_settings(test):
    text = test.path.read_text()
    header = "".join(line for line in text.splitlines(keepends=True) if line.startswith("//"))
    assert f"fireline shop load {test.name} --url" in header
    assert f"k6 run {test.path.name}" in header
    settings = set(re.findall(r"""(?:number\(|stages\(|__ENV\.)['"]?([A-Z_0-9]+)""", text))
    assert [name for name in settings if name not in header] == []


def test_the_shared_settings_are_named_where_they_are_read():
    text = (FOLDER / "shop.js").read_text()
    header = text.split("import ", 1)[0]
    read = set(re.findall(r"number\('(\w+)'", text)) | set(re.findall(r"__ENV\.(\w+)", text))
    assert {name for name in read if name not in header} == set()


def test_the_docs_show_every_test():
    text = (Path(__file__).parents[3] / "docs" / "shop.md").read_text()
    assert [test.name for test in load_tests() if f"`{test.name}`" not in text] == []
