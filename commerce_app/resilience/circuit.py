"""A breaker at work before something outside: it asks, times, records and shows its state."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from commerce_app.errors import CircuitOpenError, LoadShedError, RejectedError
from commerce_app.metrics import Metrics
from commerce_app.resilience.breaker import Breaker, State
from commerce_app.resilience.pace import whole_seconds
from commerce_app.switches import Flip, Switch, Switches


class Circuit:
    """Switched off it lets every call pass and forgets what was.

    now: counts seconds evenly. blames_caller: whether an error says that the server answered, and that what
    it was asked was wrong.
    """

    def __init__(
        self,
        name: str,
        breaker: Breaker,
        switch: Switch,
        switches: Switches,
        metrics: Metrics,
        *,
        now: Callable[[], float],
        blames_caller: Callable[[Exception], bool] = lambda _: False,
    ) -> None:
        self._name = name
        self._breaker = breaker
        self._switch = switch
        self._switches = switches
        self._now = now
        self._blames_caller = blames_caller
        self._shown = {state: metrics.breaker_state.labels(name, state) for state in State}
        switches.observe(self._follow)

    @asynccontextmanager
    async def call(self) -> AsyncIterator[None]:
        """Around one call; raises CircuitOpenError instead of making it while the breaker is open.

        Whatever the call raises counts against it, its cancellation by a deadline too, but not a refusal, by
        a rule of the shop or by the server of what it was asked. What was shed before it was made says
        nothing.
        """
        if not self._switches.on(self._switch):
            yield
            return
        began = self._now()
        permit = self._breaker.permit(began)
        self._show()
        if permit is None:
            seconds = whole_seconds(self._breaker.retry_after_seconds(began))
            raise CircuitOpenError(self._name, seconds)
        failed: bool | None = True
        try:
            yield
            failed = False
        except RejectedError:
            failed = False
            raise
        except LoadShedError:
            failed = None  # it was not asked
            raise
        except Exception as error:
            failed = not self._blames_caller(error)
            raise
        finally:
            if failed is not None:
                ended = self._now()
                self._breaker.record(permit, ended, failed=failed, seconds=ended - began)
                self._show()

    def _follow(self, flip: Flip) -> None:
        if flip.switch is self._switch and not flip.enabled:
            self._breaker.reset(self._now())
            self._show()

    def _show(self) -> None:
        for state, shown in self._shown.items():
            shown.set(state is self._breaker.state)
