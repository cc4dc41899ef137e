import io

import pytest
from rich.console import Console

from alerts.events import Kind
from alerts.notify.console import ConsoleNotifier
from alerts.notify.message import Style


@pytest.fixture
def make_console(make_world):
    def make(language, **raw):
        out = io.StringIO()
        config = {"language": language, "base_url": "http://127.0.0.1:9600", **raw}
        world = make_world(ConsoleNotifier(Console(file=out, width=80), Style()), **config)
        style = Style(language, world.config.zone, world.config.base_url)
        world.notifiers[0].__init__(Console(file=out, width=80), style)
        return world, out

    return make


def lived(world):
    world.record(Kind.DEPLOY, "product", text="1.4.2", author="kim", at=world.clock.now() - 300)
    texts = {"summary_ko": "상품 상세가 느림", "summary": "Product pages are slow"}
    more = {"description_ko": "예산을 52배로 소진 중", "description": "Burning 52 times the budget"}
    world.clock.advance(60)
    guardrail = {"summary": "Cache hit ratio 35 %", "summary_ko": "캐시 적중률 35%"}
    world.fire("HitRatio", "product", "ticket", guardrail="hit_ratio", annotations=guardrail)
    world.fire("ProductSlow", "product", slo="latency", annotations={**texts, **more})
    world.fire("ProductSlow", "product", slo="latency", tier="slow", annotations={**texts, **more})
    world.pass_time()


def test_page_in_english(make_console):
    world, out = make_console("en")
    lived(world)
    assert (
        out.getvalue()
        == """
▌ 🔴 PAGE  Product pages are slow
▌ product · since 10:05:00 KST (1 min) · nobody has taken it yet
▌ failing     Burning 52 times the budget
▌ also off    Cache hit ratio 35 %
▌ just before 10:00:00  deploy product: 1.4.2 (kim)
▌ open        http://127.0.0.1:9600/incidents/2025-09-03-1

"""
    )


def test_page_in_korean_and_in_shadow(make_console):
    world, out = make_console("ko", shadow=True)
    lived(world)
    assert (
        out.getvalue()
        == """
▌ 🔴 섀도 호출  상품 상세가 느림
▌ product · 10:05:00 KST부터 (1분 경과) · 아직 맡은 사람 없음 · 섀도 모드: 실제로 아무도 호출하지 않음
▌ 증상        예산을 52배로 소진 중
▌ 동반 이상   캐시 적중률 35%
▌ 직전 변경   10:00:00  배포 product: 1.4.2 (kim)
▌ 열기        http://127.0.0.1:9600/incidents/2025-09-03-1

"""
    )


def test_updates_are_short_and_the_end_has_its_span(make_console):
    world, out = make_console("ko")
    world.fire("ProductSlow", "product")
    world.pass_time()
    out.truncate(0), out.seek(0)
    world.app.response.acknowledge("2025-09-03-1", "kim", "slack", world.clock.now())
    world.pass_time(15)
    world.end("ProductSlow", "product")
    world.pass_time(65)
    assert (
        out.getvalue()
        == """
▌ 🟠 호출, 대응 중  ProductSlow summary
▌ product · 10:05:00 KST부터 (15초 경과) · 10:05:00부터 kim 대응 중
▌ 10:05:00  대응 시작 (kim)


▌ ✅ 해소  ProductSlow summary
▌ product · 10:05:00 ~ 10:05:15 KST (15초)
▌ 10:05:15  회복: ProductSlow summary
▌ 10:05:15  해소: 모든 경보가 해제됨

"""
    )


def test_markup_of_an_alert_is_printed_as_it_is(make_console):
    world, out = make_console("en")
    world.fire("X", "product", annotations={"summary": "[red]not markup[/red] [link=x]"})
    world.pass_time()
    assert "[red]not markup[/red] [link=x]" in out.getvalue()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["TICKET, was a page", "QUIET, was a page"]),
        ("ko", ["티켓, 호출 경보는 해소", "진정, 모든 경보 해소"]),
    ],
)
def test_incident_is_no_longer_headed_as_a_page_once_none_fires(make_console, language, words):
    world, out = make_console(language)
    world.fire("ProductSlow", "product")
    world.fire("ProductSlow", "product", "ticket")
    world.pass_time()
    for severity, word in zip(("page", "ticket"), words, strict=True):
        out.truncate(0), out.seek(0)
        world.end("ProductSlow", "product", severity)
        world.pass_time(20)
        assert out.getvalue().splitlines()[1] == f"▌ 🟡 {word}  ProductSlow summary"


BURN = {
    "summary": "Requests answered: the error budget burns 13.4 times as fast as allowed",
    "summary_ko": "응답: 오류 예산이 허용 속도의 13.4배로 소진되고 있습니다",
    "subject": "Requests answered",
    "subject_ko": "응답",
}


def updates(world, out, *transitions):
    """The lines of one update on these alerts of one SLO."""
    world.fire("Slow", "product")
    world.pass_time()
    out.truncate(0), out.seek(0)
    for number, (change, tier) in enumerate(transitions):
        starts = {"startsAt": world.clock.now() + number} if change == "fire" else {}
        getattr(world, change)("Burn", "product", slo="answered", tier=tier, annotations=BURN, **starts)
        world.clock.advance(1)
    world.pass_time(15)
    return [line.partition("  ")[2] for line in out.getvalue().splitlines() if line][2:]


def test_updates_tell_the_tiers_of_one_slo_apart(make_console):
    assert updates(*make_console("en"), ("fire", "fast"), ("fire", "1h")) == [
        f"also firing: {BURN['summary']} (fast)",
        f"also firing: {BURN['summary']} (1h)",
    ]


@pytest.mark.parametrize(
    ("language", "line"), [("en", "recovered: Requests answered (fast)"), ("ko", "회복: 응답 (fast)")]
)
def test_recovery_names_what_recovered(make_console, language, line):
    assert updates(*make_console(language), ("fire", "fast"), ("end", "fast"))[-1] == line


def test_repeats_within_an_update_are_one_line(make_console):
    flapping = [("fire", "fast"), ("end", "fast")] * 2
    assert updates(*make_console("en"), *flapping) == [
        f"also firing: {BURN['summary']} (fast)",
        f"fires again: {BURN['summary']} (fast)",
        "recovered: Requests answered (fast) ×2",
    ]


def said_of(number):
    return {"summary": f"Answered: burns {number} times", "description": f"{number} of 99 requests failed"}


def test_page_that_rings_again_is_explained(make_console):
    world, out = make_console("en")
    world.fire("Slow", "product", "ticket", slo="slow", endsAt=world.clock.now() + 1e6)
    world.fire("Burn", "product", slo="answered", annotations=said_of(13))
    world.pass_time()
    assert "failing     13 of 99 requests failed\n" in out.getvalue()
    out.truncate(0), out.seek(0)
    world.end("Burn", "product", slo="answered", annotations=said_of(13))
    world.pass_time(700)
    world.fire("Burn", "product", slo="late", annotations=said_of(24), startsAt=world.clock.now())
    world.pass_time()
    assert "PAGE  Answered: burns 24 times\n" in out.getvalue()
    assert "failing     24 of 99 requests failed\n▌             Slow summary" in out.getvalue()


def test_explanation_is_of_the_alert_that_the_title_is_of(make_console):
    """Two objectives of one display name, so that the summaries are the same."""
    world, out = make_console("en")
    world.fire("Burn", "product", slo="answered", annotations=said_of(13))
    other = {**said_of(13), "description": "9 of 10 refunds failed"}
    world.fire("Burn", "product", slo="refunds", annotations=other)
    world.pass_time()
    failing = out.getvalue().partition("failing     ")[2]
    assert failing.startswith("13 of 99 requests failed\n▌             Answered: burns 13 times\n")


def test_headline_whose_figures_moved_says_both(make_console):
    world, out = make_console("en")
    world.fire("Burn", "product", slo="answered", annotations=said_of(13))
    world.fire("Burn", "product", slo="answered", annotations=said_of(25))
    world.pass_time()
    assert "failing     Answered: burns 25 times. 25 of 99 requests failed\n" in out.getvalue()


def test_what_is_kept_in_two_languages_is_told_in_the_readers(make_console):
    world, out = make_console("ko")
    world.fire("Slow", "product")
    world.pass_time()
    out.truncate(0), out.seek(0)
    words = {"text_en": "cache warmed", "text_ko": "캐시 예열"}
    world.record(Kind.MITIGATION, text="cache warmed", incident="2025-09-03-1", attributes=words)
    world.app.response.acknowledge("2025-09-03-1", "unknown", "api", world.clock.now())
    world.pass_time(15)
    assert "10:05:00부터 이름 없음 대응 중" in out.getvalue()
    assert "완화 조치: 캐시 예열" in out.getvalue()
