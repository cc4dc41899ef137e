"""Checks a metrics page as strictly as the formats are written, where the scraper is lenient."""

import io

from prometheus_client.openmetrics.parser import text_fd_to_metric_families as openmetrics_families
from prometheus_client.parser import text_fd_to_metric_families as text_families

from collector.errors import ExpositionError
from collector.exposition import PageFormat, PageParser
from collector.labels import Labels


def check_page(text: str, page_format: PageFormat) -> int:
    """The number of samples of a page that follows its format to the letter.

    Raises:
        ExpositionError: with the line and the reason of the first violation.
    """
    PageParser(Labels, lambda _labels: 0).parse(text, page_format)
    lines = _CountedLines(text)
    families = openmetrics_families if page_format is PageFormat.OPENMETRICS else text_families
    samples = 0
    try:
        for family in families(lines):
            samples += len(family.samples)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise ExpositionError(lines.number, str(error) or "expected its # TYPE before") from error
    return samples


class _CountedLines(io.StringIO):
    """Text that knows how many of its lines were read."""

    number = 0

    def __next__(self) -> str:  # type: ignore[override]  # typeshed has the bytes of its base here
        line = super().__next__()
        self.number += 1
        return line
