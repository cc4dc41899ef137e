"""How a command of `postmortem` says that its user is mistaken."""

from typing import Any

import click

from collector.plain_text import plain_line


class UserMistake(click.ClickException):
    """One line on standard error, exit code 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:  # noqa: ANN401  click's own signature
        click.echo(f"postmortem: {plain_line(self.message)}", err=True, file=file)
