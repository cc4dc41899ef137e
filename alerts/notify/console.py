"""The console notifier: the same message on the terminal, for those who have no Slack."""

from rich.console import Console
from rich.text import Text

from alerts.group import Occasion
from alerts.notify.content import Content, write
from alerts.notify.message import Message, Receipt, Style
from alerts.notify.reminder import ReminderContent, write_reminder
from alerts.notify.words import Key, say

LABEL_COLUMNS = 12
COLOURS = {"🔴": "bold red", "🟠": "bold dark_orange3", "🟡": "bold yellow", "✅": "bold green"}


class ConsoleNotifier:
    name = "console"
    wakes_people = False
    pace_seconds = 0.0
    keeps_groups = False

    def __init__(self, console: Console, style: Style) -> None:
        self._console = console
        self._style = style

    def send(self, message: Message, _receipt: Receipt | None) -> Receipt | None:
        """Prints a page or a ticket in full, an update as its news, a reminder as its items."""
        if message.occasion is Occasion.REMINDER:
            self._remind(write_reminder(message, self._style))
            return None
        content = write(message, self._style)
        self._console.print()
        self._print(content, content.headline, COLOURS.get(content.icon, "bold"))
        for line in self._news(content) if message.occasion is Occasion.UPDATE else self._whole(content):
            self._print(content, line)
        self._console.print()
        return None

    def _remind(self, content: ReminderContent) -> None:
        self._console.print()
        for line in filter(None, (content.headline, *content.lines, content.link)):
            self._console.print(Text("▌ ", "bold") + Text(line), soft_wrap=True)
        self._console.print()

    def _print(self, content: Content, line: str, style: str = "") -> None:
        bar = Text("▌ ", COLOURS.get(content.icon, "bold"))
        self._console.print(bar + Text(line, style), soft_wrap=True)

    def _news(self, content: Content) -> list[str]:
        return [" · ".join((content.facts[0], *content.facts[1:])), *content.news]

    def _whole(self, content: Content) -> list[str]:
        sections: tuple[tuple[Key, tuple[str, ...]], ...] = (
            ("failing", content.failing),
            ("evidence", content.evidence),
            ("before", content.changes),
        )
        lines = [" · ".join(content.facts)]
        for key, section in sections:
            lines += self._section(say(self._style.language, key), section)
        for label, url in content.links:
            lines += self._section(label, (url,))
        return lines

    def _section(self, label: str, lines: tuple[str, ...]) -> list[str]:
        padded = label + " " * max(1, LABEL_COLUMNS - Text(label).cell_len)
        return [(padded if index == 0 else " " * LABEL_COLUMNS) + line for index, line in enumerate(lines)]
