"""Requests straight into an application, without a server."""

import asyncio

import httpx


class InApp:
    """As much of an HTTP client as tests use that are not asynchronous themselves."""

    def __init__(self, app):
        self._app = app

    def send(self, method, url, **request):
        async def ask():
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.request(method, url, **request)

        return asyncio.run(ask())

    def close(self):
        pass
