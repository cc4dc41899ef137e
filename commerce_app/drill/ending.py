"""How a command of drills ends: interrupted, failed, or by a mistake of the user's."""

import errno
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

import click

from commerce_app.drill.errors import DrillError, Interrupted, OutError, ScenarioError, ScheduleError
from commerce_app.faults.errors import FaultError
from commerce_app.stack.errors import StackError

USER_MISTAKE, FAILURE, INTERRUPTED = 2, 1, 130
DISK_FULL = {errno.ENOSPC, errno.EDQUOT}


def guarded(live: Callable[[], None]) -> None:
    """Ctrl-C and SIGTERM, once, unwind everything; what fails says why in its own words."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        live()
    except Interrupted:
        fail("interrupted; everything that was started is stopped", INTERRUPTED)
    except (ScenarioError, ScheduleError, OutError) as error:
        fail(str(error), USER_MISTAKE)
    except (DrillError, FaultError, StackError) as error:
        fail(str(error), FAILURE)
    except OSError as error:
        if error.filename is None and error.errno not in DISK_FULL:
            raise
        fail(f"{error.filename or 'a file of the drill'}: {error.strerror}", FAILURE)


def _interrupt(number: int, _: FrameType | None) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise Interrupted(signal.Signals(number).name)


def fail(message: str, code: int) -> NoReturn:
    """One line on standard error, and the exit code."""
    click.echo(f"fireline: {message}", err=True)
    sys.exit(code)
