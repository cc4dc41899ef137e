import pytest

from postmortem.lint.rules.done_yet_planned import RULE

PLAN = """\
## 액션 아이템
### 단기
- 분산락 기본값 활성화
- 프리워밍 스크립트 추가
### 중기
- SLO 기반 알람 튜닝
## 이행 현황
- {state}
"""


@pytest.mark.parametrize(
    "state", ["단기: 완료(락, 알람)", "단기 60% 완료 (락/알람/프리워밍)", "Short-term: done: 락, alerts"]
)
def test_a_topic_that_only_another_list_has(state, found_by):
    assert found_by(RULE, PLAN.format(state=state)) == [("done-yet-planned.topic", 8)]


@pytest.mark.parametrize(
    "state", ["단기: 완료(락, 프리워밍)", "중기: 완료(알람)", "단기: 50% 완료", "단기: 완료(락), 알람은 예정"]
)
def test_topics_of_its_own_list(state, found_by):
    assert found_by(RULE, PLAN.format(state=state)) == []


def test_an_item_that_is_ticked_off_and_open(found_by):
    text = "## Action items\n- [x] Add idempotency keys to payments\n- [ ] Make payments idempotent\n"
    assert found_by(RULE, text) == [("done-yet-planned.item", 3)]


def test_states_in_tables(found_by):
    rows = "| Add idempotency keys to payments | {} |\n| Make payments idempotent | open |\n"
    head = "## Action items\n\n| Action | Status |\n| - | - |\n"
    assert len(found_by(RULE, head + rows.format("done"))) == 1
    assert found_by(RULE, head + rows.format("in progress")) == []


MITIGATED = "## Mitigation\n- {}\n## Action items\n- {} (Lee, 2026-11-27)\n"


@pytest.mark.parametrize(
    ("did", "asked"),
    [
        ("Published a notice on the status page.", "Publish a notice on the status page"),
        ("Raised the pool size.", "Raise the pool size"),
        ("고객 공지 게시", "고객 공지 게시"),
    ],
)
def test_what_was_done_and_is_planned_in_the_same_words(did, asked, found_by):
    assert found_by(RULE, MITIGATED.format(did, asked)) == [("done-yet-planned.item", 4)]


@pytest.mark.parametrize(
    ("did", "asked"),
    [
        ("Rolled back.", "Roll back automatically on errors"),
        ("Raised the pool size.", "Raise the pool size for good"),
        ("Raised the pool size.", "Lower the pool size"),
        ("Rolled back payapi.", "Roll back order"),
        ("Rolled back.", "Add an index check to CI"),
        ("커넥션 풀 상향", "커넥션 풀 상한 산정"),
    ],
)
def test_what_was_done_for_the_moment_and_what_stays(did, asked, found_by):
    assert found_by(RULE, MITIGATED.format(did, asked)) == []
