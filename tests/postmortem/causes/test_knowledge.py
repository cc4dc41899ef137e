from alerts.charts.model import Language
from commerce_app.faults.registry import FAULTS
from postmortem.causes.knowledge import load_knowledge
from postmortem.causes.moves import SILENT
from postmortem.words.catalogue import load_catalogue

KNOWN = load_knowledge()


def test_every_fault_that_the_shop_knows_is_told_as_some_candidate():
    told = {fault for candidate in KNOWN.candidates for fault in candidate.faults}
    assert set(FAULTS) == told


def test_traffic_and_deploy_are_candidates_too():
    assert {"traffic.surge", "deploy"} <= {candidate.id for candidate in KNOWN.candidates}


def test_every_candidate_has_a_name_to_print():
    assert all(f"cause.{each.id}" in load_catalogue(Language.EN).messages for each in KNOWN.candidates)


def test_every_likelihood_is_one():
    for candidate in KNOWN.candidates:
        assert all(0 < p < 1 for p in [*candidate.part.values(), *candidate.others.values()])


def test_every_move_that_is_told_exists():
    named = [name for c in KNOWN.candidates for name in [*c.part, *c.others]]
    named += [*KNOWN.beside, *KNOWN.weaknesses, *KNOWN.amplifiers]
    assert {name.rpartition(".")[2] for name in named} <= {*KNOWN.moves, SILENT}
