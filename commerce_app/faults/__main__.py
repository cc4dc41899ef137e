"""The proxy as a process of its own: ``python -m commerce_app.faults --listen H:P --upstream H:P``."""

import random

import click
import uvicorn
import uvloop

from commerce_app.faults.proxy.api import ApiError, FaultApi, parse_address


async def serve(
    name: str,
    listen: str | None,
    upstream: str | None,
    api: str,
    *,
    api_names: frozenset[str],
    seed: int | None,
) -> None:
    """Proxy and API in one event loop, until a signal."""
    chance = random.Random(seed)  # noqa: S311 -- jitter, not a secret
    faults = FaultApi(chance)
    if listen is not None and upstream is not None:
        await faults.add(name, listen, upstream)
    host, port = parse_address("api", api)
    app = faults.app(api_names)
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", lifespan="off")
    await uvicorn.Server(config).serve()


@click.command()
@click.option("--name", default="redis", show_default=True, help="Name of the first proxy.")
@click.option("--listen", help="HOST:PORT that clients of the first proxy connect to.")
@click.option("--upstream", help="HOST:PORT of the server behind it.")
@click.option("--api", default="127.0.0.1:8474", show_default=True, help="HOST:PORT of toxiproxy's HTTP API.")
@click.option("--api-name", multiple=True, help="Name of this machine that the API may be called by.")
@click.option("--seed", type=int, help="Seed of the jitter, to repeat a run.")
def main(
    *,
    name: str,
    listen: str | None,
    upstream: str | None,
    api: str,
    api_name: tuple[str, ...],
    seed: int | None,
) -> None:
    """Pass TCP connections on, with faults that come and go over toxiproxy's HTTP API."""
    if (listen is None) != (upstream is None):
        raise click.UsageError("expected both --listen and --upstream, or neither and proxies by the API")
    try:
        names = frozenset(each.lower() for each in api_name)
        uvloop.run(serve(name, listen, upstream, api, api_names=names, seed=seed))
    except ApiError as error:
        raise click.UsageError(str(error)) from error


main()
