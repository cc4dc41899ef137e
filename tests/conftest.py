"""Settings for every test."""

from hypothesis import settings

# Machines are shared and noisy: a slow example is no failure, and the same examples run everywhere.
settings.register_profile("fireline", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("fireline")
