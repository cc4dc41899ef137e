"""Whole post-mortems of five systems: what is planted in them, and nothing else."""

from pathlib import Path

import pytest

from postmortem.lint.review import review

DOCUMENTS = Path(__file__).parent / "documents"
SEED = Path(__file__).parents[4] / "shared" / "incident-2025-09-03.ko.md"

PLANTED = {
    "dns-outage.en": [],
    "login-latency.ko": [],
    "payment-failover.en": [
        (3, "duration-off-timeline"),  # 70 minutes of 35
        (7, "hurt-not-listed"),  # refunds
        (19, "limit-direction"),  # a pool too large, and raised
        (25, "blame"),
        (29, "action-at-two-times"),  # failed over at 14:20 and at 14:11
        (35, "percentile-mixup"),  # p95 of 6 s was p99
        (41, "item-without-verb"),
        (42, "item-without-date"),
    ],
    "settlement-queue.ko": [
        (7, "duration-off-timeline"),  # 95 minutes of at most 78
        (7, "hurt-not-listed"),  # refunds
        (22, "figures-disagree"),  # 15 % above the peak of 12 %
        (30, "blame"),
        (37, "action-at-two-times"),  # the queue drained at 19:25 and at 19:05
        (42, "percentile-mixup"),  # p95 of 4 s was p99
        (45, "impossible-percentage"),  # parts of 111 %
        (53, "limit-direction"),  # too many retries, and more of them
        (58, "item-without-verb"),
        (59, "duplicate-item"),  # idempotency again
        (59, "done-yet-planned"),  # which is ticked off
        (60, "item-without-owner"),
        (64, "impossible-percentage"),  # 50 % of three
    ],
    "disk-full.en": [
        (5, "hurt-not-listed"),  # bookings
        (11, "figures-disagree"),  # 3,200 or 2,300
        (13, "impossible-percentage"),  # 104 % of a disk
        (31, "blame"),
        (38, "action-at-two-times"),  # rolled back at T+50m, 15:22, and at 15:02
        (41, "action-at-two-times"),  # once more in a sentence
        (48, "percentile-mixup"),
        (50, "impossible-percentage"),  # 3 of 8 is no 48 %
        (54, "limit-direction"),  # retention too long, and extended
        (56, "item-without-date"),
        (57, "item-without-owner"),
        (58, "duplicate-item"),  # the same alert twice
        (59, "item-without-verb"),
    ],
}

# Its contradictions, as they were found by hand.
OF_THE_SEED = [
    (34, "duration-off-timeline"),  # 45 minutes fit only 10:25 to 11:10
    (34, "hurt-not-listed"),  # payment
    (60, "t-plus-origin"),  # seven of them
    (62, "action-at-two-times"),  # pre-warming
    (62, "action-at-two-times"),  # read-only mode
    (63, "limit-direction"),  # limits too lax, and raised
    (64, "action-at-two-times"),  # the notice
    (107, "item-without-owner"),
    (107, "item-without-date"),
    (127, "duplicate-item"),  # idempotency, three times
    (134, "percentile-mixup"),  # p95 of 2.5 s was p99
    (140, "impossible-percentage"),  # 70 % of five
    (140, "done-yet-planned"),  # alarms
]


def read(draft_of, path):
    return review(draft_of(path.read_text(encoding="utf-8")))


def lines_of(complaints):
    return [(complaint.line, complaint.rule) for complaint in complaints]


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found_and_nothing_else(name, draft_of):
    assert lines_of(read(draft_of, DOCUMENTS / f"{name}.md")) == PLANTED[name]


@pytest.mark.skipif(not SEED.exists(), reason="../shared is absent: no seed document")
def test_the_seed_document_has_its_contradictions_and_no_other(draft_of):
    assert lines_of(read(draft_of, SEED)) == OF_THE_SEED


@pytest.mark.skipif(not SEED.exists(), reason="../shared is absent: no seed document")
@pytest.mark.parametrize(
    "words",
    [
        ["7가지", "09:58 (", "10:05 (", "10:10 (", "10:12 (", "10:15 (", "10:25 (", "10:35 ("],
        ["이 길이에 맞는 구간은 10:25–11:10뿐이다"],
        ["읽기 전용 기능 일부 비활성", "10:18(줄 18)", "T+20m"],
        ["프리워밍", "10:55(줄 21)", "T+20m"],
        ["고객 공지", "11:30(줄 23)", "T+65m"],
        ["3번", "줄 77, 117, 127"],
        ["p95", "줄 20", "p99"],
        ["5개의 70%", "60% / 80%"],
        ["‘알람’", "줄 119"],
    ],
)
def test_findings_on_the_seed_name_what_contradicts_what(words, draft_of):
    messages = [complaint.message for complaint in read(draft_of, SEED)]
    assert any(all(word in message for word in words) for message in messages)


def test_messages_speak_the_language_of_the_document(draft_of):
    for name, word in (("settlement-queue.ko", "줄 51"), ("disk-full.en", "in line 24")):
        messages = [complaint.message for complaint in read(draft_of, DOCUMENTS / f"{name}.md")]
        assert any(word in message for message in messages)
