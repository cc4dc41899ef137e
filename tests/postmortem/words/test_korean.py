import pytest

from postmortem.marks import mark
from postmortem.words.korean import Word, with_particle


@pytest.mark.parametrize(
    ("word", "pair", "text"),
    [
        ("적중률", "이/가", "적중률이"),
        ("캐시", "은/는", "캐시는"),
        ("지연", "을/를", "지연을"),
        ("8.1%", "을/를", "8.1%를"),
        ("p95", "이/가", "p95가"),
        ("p99", "을/를", "p99를"),
        ("10", "이/가", "10이"),
        ("3", "을/를", "3을"),
        ("2.0", "이/가", "2.0이"),
        ("180ms", "(으)로", "180ms로"),
        ("1.8초", "(으)로", "1.8초로"),
        ("2만", "(으)로", "2만으로"),
        ("8,500원", "(으)로", "8,500원으로"),
        ("서울", "(으)로", "서울로"),
        ("1", "(으)로", "1로"),
        ("241/초", "을/를", "241/초를"),
        ("3 MiB", "을/를", "3 MiB를"),
        ("CPU", "이/가", "CPU가"),
        ("TTL", "을/를", "TTL을"),
        ("SLO", "이/가", "SLO가"),
        ("Redis", "이/가", "Redis가"),
        ("`order`", "이/가", "`order`가"),
        ("`coupon`", "이/가", "`coupon`이"),
        ("`wallet`", "을/를", "`wallet`을"),
        ("`single_flight`", "을/를", "`single_flight`를"),
        ("stampede_lock", "을/를", "stampede_lock을"),
        ("레이트 리밋(읽기)", "을/를", "레이트 리밋(읽기)을"),
        ("", "을/를", "를"),
    ],
)
def test_particles_follow_the_sound(word, pair, text):
    assert with_particle(word, pair) == text


@pytest.mark.parametrize("word", ["8.1%", "20", "1만", "1.8초", "3 MiB"])
def test_a_marked_figure_sounds_as_it_reads(word):
    assert with_particle(mark(word, "signal:a.peak"), "을/를")[-1] == with_particle(word, "을/를")[-1]


def test_a_message_asks_for_particles_by_format():
    name, value = Word("오류율"), Word("9.3%")
    assert f"{name:이/가} {value:(으)로}" == "오류율이 9.3%로"
