import click
import pytest
from click.testing import CliRunner

from collector.cli_query import query_flags, with_flags
from collector.config import parse_config
from collector.config_query import QueryConfig
from collector.errors import ConfigError
from collector.options import Options

FILE = QueryConfig(
    max_samples=10, timeout_seconds=3.0, max_concurrency=4, lookback_seconds=60.0, experimental=True
)
QUERY = {
    "max_samples": 10, "timeout": "3s", "max_concurrency": 4, "lookback_delta": "1m", "experimental": True,
}  # fmt: skip


def in_force(query, *flags):
    @click.command()
    @query_flags
    def command(**given):
        found.append(with_flags(query, given))

    found = []
    assert CliRunner().invoke(command, list(flags), standalone_mode=False).exception is None
    return found[0]


def test_the_file_says_what_flags_do_not():
    assert parse_config({"query": QUERY}, "f.yml").query == FILE
    assert in_force(FILE) == FILE


def test_without_either_there_are_defaults():
    assert in_force(parse_config({}, "f.yml").query) == QueryConfig() == Options().query


@pytest.mark.parametrize(
    ("flag", "field", "value"),
    [
        ("--query-max-samples=7", "max_samples", 7),
        ("--query-timeout=2m", "timeout_seconds", 120.0),
        ("--query-max-concurrency=2", "max_concurrency", 2),
        ("--query-lookback-delta=30s", "lookback_seconds", 30.0),
    ],
)
def test_a_flag_wins_over_the_file(flag, field, value):
    effective = in_force(FILE, flag)
    changed = {name for name in vars(FILE) if getattr(effective, name) != getattr(FILE, name)}
    assert (changed, getattr(effective, field)) == ({field}, value)


def test_a_flag_enables_what_the_file_does_not():
    assert in_force(QueryConfig(), "--enable-experimental").experimental


def test_what_is_in_force_is_what_was_asked():
    assert Options.of(FILE, receives_remote_write=True).query == FILE


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"timout": "2m"}, r"f\.yml: query\.timout: unknown key: did you mean timeout\?"),
        ({"timeout": 0}, r"query\.timeout: expected a duration above 0"),
        ({"timeout": "soon"}, r"query\.timeout: expected a duration such as"),
        ({"max_samples": 0}, r"query\.max_samples: expected a whole number, 1 or more, found 0"),
        ({"max_samples": 10**12}, r"query\.max_samples: expected a whole number, at most 100000000000"),
        ({"max_concurrency": 10**9}, r"query\.max_concurrency: expected a whole number, at most 1024"),
        ({"max_samples": "1e6"}, r"found the text '1e6': write 1000000$"),
        ({"max_concurrency": "many"}, r"query\.max_concurrency: expected a whole number"),
        ({"lookback_delta": "999999999y"}, r"query\.lookback_delta: expected a duration of at most 292y"),
        ({"experimental": "yes"}, r"query\.experimental: expected true or false"),
        ([], r"query: expected a mapping"),
    ],
)
def test_a_mistake_names_the_key(query, said):
    with pytest.raises(ConfigError, match=said):
        parse_config({"query": query}, "f.yml")
