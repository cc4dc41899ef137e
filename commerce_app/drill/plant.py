"""Everything that runs during one act, beside the servers: Fireline, proxy, shop, exporter, load."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import redis

from commerce_app.drill import history
from commerce_app.drill.configuration import write_configuration
from commerce_app.drill.controls import DRILL, Controls
from commerce_app.drill.customers import LoadSummary, RunningLoad, start_customers
from commerce_app.drill.errors import CommandError
from commerce_app.drill.fireline_api import FirelineApi
from commerce_app.drill.line_cost import measure_lines, spell_cost
from commerce_app.drill.lines import plan_lines
from commerce_app.drill.opening import open_books
from commerce_app.drill.programs import fireline_program
from commerce_app.drill.scenario import Act, Scenario
from commerce_app.faults.active import ActiveFaults
from commerce_app.faults.errors import FaultError
from commerce_app.faults.proxy_client import ProxyClient
from commerce_app.faults.site import Site
from commerce_app.stack.groups import one_core_group, server_groups, write_groups
from commerce_app.stack.ports import LOOPBACK, free_port, is_listening
from commerce_app.stack.process import Child, Placement, interrupts_deferred, run, wait_until
from commerce_app.stack.stack import SERVER_NICE, Servers

START_SECONDS = 60.0
STOP_SECONDS = 5.0
VERIFY_SECONDS = 60.0
TARGETS = 2

Say = Callable[[str], None]
Arguments = Sequence[str | Path]


class Plant:
    """Starts in order on entry, stops in reverse on exit. One folder holds configuration, data and logs."""

    def __init__(
        self, scenario: Scenario, act: Act, servers: Servers, *, folder: Path, language: str, say: Say
    ) -> None:
        self._scenario = scenario
        self._act = act
        self._servers = servers
        self.folder = folder
        self.language = language
        self._say = say
        self._token = secrets.token_hex(16)
        self._ports = {name: free_port() for name in ("fireline", "shop", "exporter", "proxy_api")}
        self._children: list[Child] = []
        self._exit = ExitStack()
        client = self._exit.enter_context(httpx.Client(timeout=10))
        self.fireline = FirelineApi(self._url("fireline"), client)
        self.controls = Controls(self._url("shop"), self._token, client)
        self._lines = plan_lines(servers, scenario.proxied)
        self._proxies = ProxyClient(self._url("proxy_api"), client)
        self._site: Site | None = None
        self._faults: ActiveFaults | None = None
        self.opening: Mapping[str, int] = {}

    def __enter__(self) -> Self:
        with self._exit:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._prepare()
            self._start_all()
            self._exit = self._exit.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with interrupts_deferred():
            self._exit.__exit__(kind, error, trace)

    @property
    def address(self) -> str:
        """Where the control room is."""
        return self._url("fireline")

    @property
    def faults(self) -> ActiveFaults:
        """Those of the act's steps; what lies in the background of every act is not among them."""
        assert self._faults is not None, "enter the plant first"
        return self._faults

    def require_running(self) -> None:
        """Raises ServerFailedError for the first child that ended by itself."""
        for child in (*self._children, *self._servers.children):
            child.require_running()

    def start_load(self) -> RunningLoad:
        """Customers begin to come."""
        load = start_customers(self._scenario, self._act, self._url("shop"), self.folder)
        self._exit.callback(load.child.kill)
        self._children.append(load.child)
        return load

    def stop_load(self, load: RunningLoad) -> LoadSummary:
        """No more customers; what they got."""
        self._children.remove(load.child)
        return load.stop()

    def verify(self) -> dict[str, int]:
        """What `fireline shop verify` counts now: violations of each invariant of the books.

        Raises:
            CommandError: when it says nothing that can be read.
        """
        command = [str(fireline_program()), "shop", "verify", "--json"]
        environment = {**os.environ, **self._lines.direct()}
        done = subprocess.run(  # noqa: S603  ours
            command, env=environment, capture_output=True, text=True, timeout=VERIFY_SECONDS, check=False
        )
        try:
            return {each["invariant"]: each["violations"] for each in json.loads(done.stdout)}
        except (ValueError, KeyError, TypeError) as error:
            raise CommandError(f"fireline shop verify: {done.stderr.strip() or 'no JSON'}") from error

    def _prepare(self) -> None:
        self._say("filling the database, emptying the cache")
        with redis.Redis.from_url(self._servers.valkey.url) as valkey:
            valkey.flushall()
        self.opening = open_books(self._servers, self._seed)
        targets = {name: self._address(name) for name in ("shop", "exporter")}
        write_configuration(self.folder, self._scenario, self._act, targets, self.language)
        self._say("importing 30 days of normal history, labelled as synthetic")
        page = self.folder / "history.om"
        with page.open("w") as lines:
            lines.writelines(history.openmetrics(self._scenario.history, time.time()))
        self._run("collector import", ["collector", "import", page, "--data", self.folder / "data"])
        page.unlink()

    def _seed(self) -> None:
        shop = self._scenario.shop
        environment = {**shop.environment, **self._lines.direct()}
        size = [
            *("--products", str(shop.products)),
            *("--users", str(shop.users)),
            *("--products-per-category", str(shop.products_per_category)),
        ]
        self._run("shop seed", ["shop", "seed", *size], environment)

    def _run(self, name: str, arguments: Arguments, environment: Mapping[str, str] | None = None) -> None:
        log = self.folder / f"{name.replace(' ', '-')}.log"
        run(
            f"fireline {name}",
            [fireline_program(), *arguments],
            log,
            environment=environment,
            timeout_seconds=120,
        )

    def _start_all(self) -> None:
        self._say("starting Fireline, the proxy and the shop")
        fireline = self._start_fireline()
        self._start_proxy()
        shop = self._start(
            "shop",
            [fireline_program(), "shop", "serve", "--listen", self._address("shop")],
            environment=self._shop_environment(),
            nice=SERVER_NICE,
        )
        site = self._open_site(shop)
        self._regroup()
        exporter: Arguments = [
            "-m",
            "commerce_app.stack.exporter",
            self.folder / "groups.json",
            str(self._ports["exporter"]),
        ]
        self._start(
            "exporter",
            [sys.executable, *exporter],
            environment=self._lines.direct(),
            death_signal=signal.SIGTERM,
        )
        wait_until(lambda: is_listening(self._ports["shop"]), shop, START_SECONDS)
        wait_until(self.fireline.is_ready, fireline, START_SECONDS)
        wait_until(lambda: self.fireline.healthy_targets() == TARGETS, fireline, START_SECONDS)
        self._begin_background(site)
        if self._act.prewarm:
            self.controls.prewarm("before the banner", range(1, 301))

    def _start_fireline(self) -> Child:
        arguments: Arguments = ["--config", self.folder / "fireline.yml", "--data", self.folder / "data"]
        return self._start(
            "fireline", [fireline_program(), "up", *arguments, "--listen", self._address("fireline")]
        )

    def _start_proxy(self) -> None:
        command: Arguments = ["-m", "commerce_app.faults", "--api", self._address("proxy_api")]
        child = self._start("proxy", [sys.executable, *command], nice=SERVER_NICE)
        wait_until(lambda: is_listening(self._ports["proxy_api"]), child, START_SECONDS)
        self._lines.open(self._proxies)
        self._say(f"fault proxies stand before: {spell_cost(measure_lines(self._lines))}")

    def _open_site(self, shop: Child) -> Site:
        """What faults may touch; they are healed before anything is stopped."""
        site = self._site = Site(
            servers=self._servers,
            proxies=self._proxies,
            shop=shop,
            flip=self._flip,
            logs=self.folder,
            regroup=self._regroup,
        )
        self._faults = ActiveFaults(site)
        self._exit.callback(self._heal_and_say, self._faults)
        return site

    def _flip(self, switches: Mapping[str, bool], reason: str) -> None:
        try:
            self.controls.switch(switches, reason, DRILL)
        except CommandError as error:
            raise FaultError(str(error)) from error

    def _begin_background(self, site: Site) -> None:
        background = ActiveFaults(site)
        self._exit.callback(self._heal_and_say, background)
        for each in self._scenario.background:
            self._say(f"in the background, in every act alike: {each.spell()}")
            background.begin(each.name, each.fault)

    def _heal_and_say(self, faults: ActiveFaults) -> None:
        for problem in faults.heal_all():
            self._say(problem)

    def _regroup(self) -> None:
        """Tell the exporter which processes there are now."""
        assert self._site is not None, "open the site first"
        site = self._site
        share = self._scenario.shop.replica_cores
        servers = server_groups(self._servers, site.beside_replica(), share)
        groups = {**servers, "shop": one_core_group(site.shop)}
        write_groups(self.folder / "groups.json", groups)

    def _start(
        self,
        name: str,
        command: Arguments,
        *,
        environment: Mapping[str, str] | None = None,
        nice: int = 0,
        death_signal: signal.Signals = signal.SIGKILL,
    ) -> Child:
        child = Child.start(
            name,
            command,
            self.folder / f"{name}.log",
            placement=Placement(nice),
            environment=environment,
            death_signal=death_signal,
        )
        self._exit.callback(child.stop, STOP_SECONDS)
        self._children.append(child)
        return child

    def _shop_environment(self) -> dict[str, str]:
        return {
            **self._scenario.shop.environment,
            **self._lines.environment(),
            "FIRELINE_URL": self._url("fireline"),
            "ADMIN_TOKEN": self._token,
            "SHOP_SWITCHES": ",".join(self._act.switches),
        }

    def _address(self, name: str) -> str:
        return f"{LOOPBACK}:{self._ports[name]}"

    def _url(self, name: str) -> str:
        return f"http://{self._address(name)}"
