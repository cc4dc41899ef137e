"""Homes of stores on both databases; the server is started once a module, its databases once a test."""

import pytest

from tests.collector.store.home import Home
from tests.postgres_server import postgres_server

ON_BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)]


@pytest.fixture(scope="module")
def server():
    with postgres_server() as server:
        yield server


@pytest.fixture
def sqlite_home(tmp_path):
    return Home(tmp_path)


@pytest.fixture
def postgres_home(tmp_path, server):
    return Home(tmp_path, server.new_database())


@pytest.fixture(params=ON_BOTH, scope="module")
def new_home(request, tmp_path_factory):
    """Makes homes of their own, on each database."""
    if request.param == "sqlite":
        return lambda: Home(tmp_path_factory.mktemp("store"))
    server = request.getfixturevalue("server")
    return lambda: Home(tmp_path_factory.mktemp("store"), server.new_database())


@pytest.fixture
def home(new_home):
    return new_home()
