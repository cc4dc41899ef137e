import socket

import pytest
from click.testing import CliRunner

from commerce_app.cli import shop

URLS = {
    "DATABASE_URL": "postgresql://shop:secret@127.0.0.1:1/shop",
    "REPLICA_URL": "postgresql://shop@127.0.0.1:1/shop",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def run(*arguments, **environment):
    cleared = dict.fromkeys(("FIRELINE_URL", "ADMIN_TOKEN"))
    return CliRunner().invoke(shop, arguments, env={**cleared, **URLS, **environment})


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("listen", ["8000", "127.0.0.1:", "127.0.0.1:99999", ":8000", "127.0.0.1:²"])
def test_an_address_needs_host_and_port(listen):
    result = run("serve", "--listen", listen)
    assert (result.exit_code, result.output) == (
        2,
        f"fireline: --listen: expected HOST:PORT, got {listen!r}\n",
    )


@pytest.mark.parametrize("listen", ["0.0.0.0:8000", "[::]:8000", "10.0.0.7:8000", "shop:8000"])
def test_without_a_token_only_this_machine_is_served(listen):
    result = run("serve", "--listen", listen)
    expected = f"ADMIN_TOKEN: expected a token, or --listen on a loopback address, got {listen}"
    assert (result.exit_code, result.output) == (2, f"fireline: {expected}\n")


def test_with_a_token_every_address_may_be_served(taken):
    port = taken.rpartition(":")[2]
    result = run("serve", "--listen", f"0.0.0.0:{port}", ADMIN_TOKEN="secret")
    assert result.output.startswith("fireline: --listen: expected a free address")


def test_a_port_in_use_is_said(taken):
    result = run("serve", "--listen", taken)
    assert result.exit_code == 2
    assert result.output.startswith(
        f"fireline: --listen: expected a free address, got {taken}: Address already"
    )


@pytest.mark.parametrize("command", ["serve", "seed"])
def test_a_wrong_setting_is_one_line(command):
    result = run(command, REDIS_URL="cache")
    assert (result.exit_code, result.output) == (
        2,
        "fireline: environment: REDIS_URL: expected redis://HOST[:PORT]/…, got 'cache'\n",
    )


def test_a_database_that_does_not_answer_is_named_without_its_password():
    result = run("seed")
    assert result.exit_code == 2
    assert result.output.startswith(
        "fireline: DATABASE_URL: expected a PostgreSQL that answers at 127.0.0.1:1: "
    )
    assert "secret" not in result.output
    assert result.output.count("\n") == 1
