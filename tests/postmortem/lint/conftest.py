import textwrap

import pytest

from postmortem.lint.finding import Draft
from postmortem.lint.lexicon import load_lexicon
from postmortem.lint.reading import read_markdown


@pytest.fixture(scope="session")
def draft_of():
    """A draft of a text, which may be indented."""

    def draft(text, recorded=None):
        lexicon = load_lexicon()
        return Draft(read_markdown(textwrap.dedent(text), lexicon), lexicon, recorded)

    return draft


@pytest.fixture(scope="session")
def found_by(draft_of):
    """Keys and lines of what a rule finds in a text."""

    def found(rule, text, recorded=None):
        return [(finding.key, finding.line) for finding in rule.check(draft_of(text, recorded))]

    return found
