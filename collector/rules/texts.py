"""The texts of one rule's alerts: its templates, filled in for each series."""

from collections.abc import Mapping

from collector.errors import TemplateError
from collector.series import Sample
from collector.template_state import Query
from collector.templates import parse_template

MOST_CHARACTERS = 16 * 1024 * 1024


class AlertTexts:
    """Fills in the templates of one evaluation; their texts together are bounded.

    query: answers PromQL that a template asks for.
    """

    def __init__(self, external_labels: Mapping[str, str], external_url: str, query: Query) -> None:
        self._external_labels = external_labels
        self._external_url = external_url
        self._query = query
        self._left = MOST_CHARACTERS

    def label(self, template: str, sample: Sample) -> str:
        """As Prometheus: a text that fails must not silence the alert."""
        try:
            return parse_template(template).fill(
                dict(sample.labels.pairs),
                sample.value,
                self._external_labels,
                self._query,
                self._external_url,
            )
        except TemplateError as error:
            return f"<error expanding template: {error}>"

    def annotation(self, template: str, sample: Sample) -> str:
        """As ``label``, which tells alerts apart, and so is filled in however long all texts are."""
        if self._left < 0:
            return (
                "<error expanding template: the annotations of this rule's alerts"
                f" are longer than {MOST_CHARACTERS} characters together>"
            )
        text = self.label(template, sample)
        self._left -= len(text)
        return text
