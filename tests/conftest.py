"""Settings for every test."""

import os
from pathlib import Path

from hypothesis import settings

# Machines are shared and noisy: a slow example is no failure, and the same examples run everywhere.
settings.register_profile("fireline", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("fireline")

# Tests speak to this machine, without TLS: to read all authorities would be most of a client's start.
os.environ.pop("SSL_CERT_FILE", None)
os.environ["SSL_CERT_DIR"] = str(Path(__file__).parent)
