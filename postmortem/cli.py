"""`postmortem …`: reports on incidents, and what is done with them.

A command's module is imported when the command is used, so that none waits for what another needs.
"""

from importlib import import_module

import click

COMMANDS = {
    "actions": "postmortem.actions.cli:actions_group",
    "freeze": "postmortem.freeze_cli:freeze_command",
    "lint": "postmortem.lint.cli:lint_command",
    "notice": "postmortem.notice.cli:notice_command",
    "record": "postmortem.recording.cli:record_command",
    "report": "postmortem.report_cli:report_command",
    "verify": "postmortem.verify.cli:verify_command",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_Commands)
def main() -> None:
    """Post-mortems from recorded evidence."""
