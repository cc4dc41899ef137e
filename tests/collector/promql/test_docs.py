import re
from dataclasses import fields
from pathlib import Path

from collector.promql.guard import QuerySize
from collector.promql.limits import Limits
from collector.promql.signatures import EXPERIMENTAL_AGGREGATIONS, EXPERIMENTAL_FUNCTIONS

PAGE = (Path(__file__).parents[3] / "docs" / "promql.md").read_text(encoding="utf-8")


def test_the_example_runs():
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names = {}
    exec(code, names)
    assert [s.value for s in names["querier"].instant("sum(rate(requests_total[5m]))", at=600.0)] == [2.0]
    assert names["answer"].warnings == ()


def test_every_limit_is_documented_and_every_documented_one_exists():
    section = PAGE.split("## Limits")[1].split("##")[0]
    written = set(re.findall(r"^\| `([\w.]+)`", section, re.MULTILINE))
    there = {f.name for f in fields(Limits) if f.name != "size"} | {
        f"size.{f.name}" for f in fields(QuerySize)
    }
    assert written == there


def test_every_experimental_function_is_documented():
    assert all(f"`{name}`" in PAGE for name in EXPERIMENTAL_FUNCTIONS | EXPERIMENTAL_AGGREGATIONS)


def test_every_module_is_documented():
    folder = Path(__file__).parents[3] / "collector" / "promql"
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert all(f"`{name}`" in PAGE for name in modules)
