import pytest

from alerts.charts.model import Language
from postmortem.archive.identity import Audience, Identity, find_identity

LINE = Identity("ab" * 32, Language.KO, "Asia/Seoul")
PUBLIC = Identity("ab" * 32, Language.EN, "UTC", Audience.PUBLIC, "1a2b3c4d")


@pytest.mark.parametrize("line", [LINE, PUBLIC], ids=["team", "public"])
@pytest.mark.parametrize("text", ["Archive: `{}`\n", "<p>Archive: <code>{}</code></p>"])
def test_a_document_is_known_by_its_line(text, line):
    assert find_identity(text.format(line)) == line


@pytest.mark.parametrize("text", ["", str(LINE).replace("ab", "zz"), str(LINE).replace(" ko ", " fr ")])
def test_other_texts_are_no_documents_of_ours(text):
    assert find_identity(text) is None
