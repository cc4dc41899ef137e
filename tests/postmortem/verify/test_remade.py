from dataclasses import replace

import pytest

from postmortem.archive.file import without_archive
from postmortem.archive.identity import find_identity
from postmortem.verify.remade import Remade
from postmortem.words.overrides import SHIPPED


@pytest.mark.parametrize("name", ["report.ko.md", "report.en.html"])
def test_an_untouched_document_reads_as_it_is_made_again(seed_report, documents, name):
    read = without_archive(documents[name])
    assert Remade(seed_report).text(name, find_identity(read), SHIPPED) == read


def test_a_document_is_made_once_for_all_files_in_its_words(seed_report, documents):
    remade, identity = Remade(seed_report), find_identity(documents["report.ko.md"])
    document = remade.document(identity, SHIPPED)
    assert remade.document(replace(identity), SHIPPED) is document
    assert remade.document(replace(identity, zone="UTC"), SHIPPED) is not document
