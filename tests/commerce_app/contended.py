"""A row that others change each time between a change that found nothing to do and a look at why."""

from contextlib import asynccontextmanager
from types import SimpleNamespace


class ContendedPrimary:
    """``look``: what the row is like whenever it is looked at."""

    def __init__(self, **look):
        self._look = SimpleNamespace(answered=False, **look)

    def execution_options(self, **_options):
        return self

    @asynccontextmanager
    async def connect(self):
        yield self

    async def execute(self, _statement, _parameters):
        return SimpleNamespace(one=lambda: self._look, all=list)
