"""``fireline collector …``: serve, import, export, and the checks of files."""

import logging
import time
from pathlib import Path
from typing import Any, TextIO

import click
import sqlalchemy as sa
from rich.console import Console
from rich.progress import DownloadColumn, Progress

from collector import checks
from collector.app import Collector
from collector.cli_prometheus import PrometheusServer, prometheus_options
from collector.cli_query import query_flags, with_flags
from collector.cli_values import Address, DatabaseUrl, Time
from collector.clock import SystemClock
from collector.config import CollectorConfig, load_config
from collector.errors import CollectorError, ExpositionError
from collector.exporter import export as export_samples
from collector.exposition import PageFormat
from collector.importer import import_file
from collector.options import Options
from collector.ruletest.report import test_and_report
from collector.serving import bind, serve_until_stopped
from collector.store.durable import SampleStore
from collector.strict import check_page

_MISTAKE = 2


class UserMistake(click.ClickException):
    """One line on standard error, exit code 2."""

    exit_code = _MISTAKE

    def show(self, file: Any = None) -> None:  # noqa: ANN401  # click's own signature
        click.echo(f"fireline: {self.message}", err=True, file=file)


class _Group(click.Group):
    """Turns our errors into one line and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  # click's own signature
        try:
            return super().invoke(ctx)
        except CollectorError as error:
            raise UserMistake(str(error)) from error


class _PromtoolUsageError(click.UsageError):
    exit_code = 1


class _ExitsLikePromtool(click.Command):
    """A mistake on the command line exits with 1, so that scripts written for promtool see no difference."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise _PromtoolUsageError(error.format_message(), ctx) from error


@click.group(cls=_Group)
def collector() -> None:
    """Scrape, keep and query metrics, evaluate rules."""


@collector.command()
@click.option(
    "--config", "config_path", required=True, type=click.Path(path_type=Path), help="A prometheus.yml."
)
@click.option(
    "--data", default="data", show_default=True, type=click.Path(path_type=Path), help="Folder of samples.db."
)
@click.option("--listen", default="127.0.0.1:9090", show_default=True, type=Address())
@click.option("--external-url", default="", help="Where others reach these pages; goes into alerts.")
@click.option(
    "--log-level", default="info", show_default=True, type=click.Choice(["debug", "info", "warning", "error"])
)
@click.option(
    "--enable-remote-write-receiver",
    is_flag=True,
    help="Let whoever reaches the port write samples: POST /api/v1/write.",
)
@query_flags
def serve(
    config_path: Path,
    data: Path,
    *,
    listen: tuple[str, int],
    external_url: str,
    log_level: str,
    enable_remote_write_receiver: bool,
    **flags_of_queries: Any,  # noqa: ANN401  # whatever the flags are
) -> None:
    """Scrape, evaluate rules and serve the Prometheus HTTP API until stopped."""
    logging.basicConfig(level=log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("alembic", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    config = load_config(config_path)
    query = with_flags(config.query, flags_of_queries)
    options = Options.of(query, receives_remote_write=enable_remote_write_receiver)
    bound = bind(*listen)
    url = external_url or f"http://{listen[0]}:{bound.getsockname()[1]}"

    def read_config() -> CollectorConfig:
        return load_config(config_path)

    with bound:
        running = Collector(config, data, external_url=url, read_config=read_config, options=options)
        try:
            running.start()
            serve_until_stopped(running, bound, url)
        finally:
            running.stop()


@collector.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--data", default=None, type=click.Path(path_type=Path), help="Folder of samples.db.")
@click.option("--database", default=None, type=DatabaseUrl(), help="PostgreSQL that has the samples instead.")
def import_command(file: Path, data: Path | None, database: sa.URL | None) -> None:
    """Add the samples of an OpenMetrics FILE (plain, .gz or .zst) to a data folder or a database."""
    if (data is None) == (database is None):
        raise click.UsageError("expected one of --data and --database")
    store = SampleStore(data or Path(), database)
    began = time.monotonic()
    console = Console(stderr=True)
    try:
        with Progress(
            *Progress.get_default_columns()[:1],
            DownloadColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        ) as bar:
            task = bar.add_task(f"importing {file.name}", total=None)
            added = import_file(file, store, lambda size: bar.advance(task, size))
    finally:
        store.close()
    seconds = time.monotonic() - began
    repeated = f"; {added.repeated:,} were there already, and stay as they were" if added.repeated else ""
    click.echo(f"imported {added.samples:,} samples of {added.series:,} series in {seconds:.1f} s{repeated}")


@collector.command()
@prometheus_options(required=True, says="Of a Prometheus HTTP API.")
@click.option("--match", "matchers", required=True, multiple=True, help="A series selector; may be repeated.")
@click.option(
    "--start", required=True, type=Time(), help="Unix seconds, RFC 3339, or before now as -2h or now."
)
@click.option("--end", default=None, type=Time(), help="As --start; now without it.")
@click.option("--out", default="-", show_default=True, type=click.File("w", encoding="utf-8", lazy=True))
def export(
    server: PrometheusServer, matchers: tuple[str, ...], start: float, end: float | None, out: TextIO
) -> None:
    """Write samples as OpenMetrics text that import reads back."""
    until = SystemClock().now() if end is None else end
    source = server.querier(on_retry=lambda reason: click.echo(f"fireline: {reason}", err=True))
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("exporting", total=None)
        written = export_samples(
            source,
            matchers,
            start,
            until,
            out,
            progress=lambda done, all_: bar.update(task, completed=done, total=all_),
        )
    click.echo(f"exported {written:,} samples", err=True)


@collector.command("check-metrics")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option(
    "--format", "kind", type=click.Choice(["openmetrics", "text"]), default="openmetrics", show_default=True
)
@click.pass_context
def check_metrics(ctx: click.Context, file: TextIO, kind: str) -> None:
    """Check a metrics page strictly; exit 1 at the first violation. FILE may be - for standard input."""
    try:
        samples = check_page(file.read(), PageFormat(kind))
    except ExpositionError as error:
        hint = " (a page of the text format? --format text)" if "# EOF" in str(error) else ""
        click.echo(f"{file.name}: {error}{hint}", err=True)
        ctx.exit(1)
    click.echo(f"{file.name}: {samples} samples")


_files = click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)


@collector.command("check-config", cls=_ExitsLikePromtool)
@_files
@click.pass_context
def check_config(ctx: click.Context, files: tuple[Path, ...]) -> None:
    """Check configurations, with the rules, secrets and discovery files they name; exit 1 if one is wrong."""
    passed = [checks.check_config(file) for file in files]
    ctx.exit(0 if all(passed) else 1)


_experimental = click.option(
    "--enable-experimental", is_flag=True, help="Rules may use PromQL's experimental functions."
)


@collector.command("check-rules", cls=_ExitsLikePromtool)
@_files
@_experimental
@click.pass_context
def check_rules(ctx: click.Context, files: tuple[Path, ...], enable_experimental: bool) -> None:
    """Check rule files; exit 1 if one is wrong."""
    passed = [checks.check_rules(file, experimental=enable_experimental) for file in files]
    ctx.exit(0 if all(passed) else 1)


@collector.command("test-rules", cls=_ExitsLikePromtool)
@_files
@_experimental
@click.pass_context
def test_rules(ctx: click.Context, files: tuple[Path, ...], enable_experimental: bool) -> None:
    """Run unit tests of rules, in the format of promtool's test rules; exit 1 if one fails."""
    passed = [test_and_report(file, experimental=enable_experimental) for file in files]
    ctx.exit(0 if all(passed) else 1)
