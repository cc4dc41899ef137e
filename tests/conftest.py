"""Settings for every test."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

# Machines are shared and noisy: a slow example is no failure, and the same examples run everywhere.
settings.register_profile("fireline", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("fireline")

# Tests speak to this machine, without TLS: to read all authorities would be most of a client's start.
os.environ.pop("SSL_CERT_FILE", None)
os.environ["SSL_CERT_DIR"] = str(Path(__file__).parent)


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What ten thousand tests are made of stays until the end: it is not to be searched for garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
