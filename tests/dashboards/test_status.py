import asyncio
from importlib.metadata import version

import httpx
from starlette.applications import Starlette

from dashboards.config import load_config
from dashboards.starter import write_starter
from dashboards.status import status_routes


async def ask(app, path):
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        return await client.get(path)


def test_status_tells_version_language_and_zone(tmp_path):
    write_starter(tmp_path, "ko")
    app = Starlette(routes=status_routes(load_config(tmp_path / "fireline.yml")))
    answer = asyncio.run(ask(app, "/api/v1/status/fireline"))
    assert answer.json() == {"version": version("fireline"), "language": "ko", "time_zone": "Asia/Seoul"}
