import pytest

from collector.config import parse_config
from collector.errors import ConfigError


def refused(job):
    with pytest.raises(ConfigError) as error:
        parse_config({"scrape_configs": [{"job_name": "a", **job}]}, "f.yml")
    return str(error.value)


@pytest.mark.parametrize(
    ("job", "said"),
    [
        (
            {"authorization": {"credentials": ["hunter2"]}},
            "authorization.credentials: expected text, found list",
        ),
        ({"authorization": {"credentials": {"hunter2": 1}}}, "expected text, found mapping"),
        ({"authorization": "hunter2"}, "authorization: expected a mapping, found text"),
        ({"basic_auth": ["hunter2"]}, "basic_auth: expected a mapping, found list"),
        ({"params": {"token": [["hunter2"]]}}, "params.token: expected a list of texts, found list in it"),
        ({"static_configs": "hunter2"}, "static_configs: expected a list, found text"),
        ({"static_configs": [{"targets": ["http://me:hunter2@host"]}]}, "found 'http://host'"),
    ],
)
def test_a_value_that_may_be_a_secret_is_not_repeated(job, said):
    message = refused(job)
    assert message.startswith("f.yml: scrape_configs[0].")
    assert said in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ({"sample_limit": "1e6"}, "expected a whole number, 0 or more, found the text '1e6'"),
        ({"sample_limit": -1}, "found the number -1"),
        ({"honor_labels": 1}, "expected true or false, found the number 1"),
        ({"scheme": True}, "expected text, found true"),
    ],
)
def test_a_scalar_of_the_wrong_kind_is_shown(job, said):
    assert said in refused(job)


@pytest.mark.parametrize(
    "key", ["basic_auth", "authorization", "bearer_token", "bearer_token_file", "tls_config"]
)
def test_every_key_of_a_job_is_expected(key):
    expected = refused({"qqqq": 1}).partition("unknown key: expected one of ")[2].split(", ")
    assert key in expected
    assert f"did you mean {key}?" in refused({f"{key}x": 1})
