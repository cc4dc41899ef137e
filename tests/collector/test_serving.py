import httpx

from collector.app import Collector
from collector.config import parse_config
from collector.serving import application


async def test_the_front_page_names_the_paths(tmp_path):
    running = Collector(parse_config({}, "f.yml"), tmp_path)
    transport = httpx.ASGITransport(application(running))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        page = await client.get("/")
    running.stop()
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/plain")
    assert {"/api/v1/query", "/metrics", "/-/ready"} <= set(page.text.splitlines())
