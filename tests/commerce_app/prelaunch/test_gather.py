import pytest

from commerce_app.prelaunch.gather import observe, offers_extras
from commerce_app.prelaunch.observed import Unseen
from tests.commerce_app.prelaunch.answers import SHOP_ANSWERS, web
from tests.commerce_app.prelaunch.campaigns import AT, campaign, slo


@pytest.mark.parametrize(
    ("on", "offers"),
    [
        ([], True),
        (["read_only_ranking"], True),
        (["read_only_recommendations", "read_only_popular"], True),
        (["read_only_extras"], False),
        (["read_only_ranking", "read_only_recommendations"], False),
    ],
)
def test_a_page_has_extras_unless_all_are_left_out(on, offers):
    assert offers_extras(dict.fromkeys(on, True)) is offers


def seen(tmp_path, answers):
    wanted = campaign(drills={"results": tmp_path / "none.json"})
    with web({**SHOP_ANSWERS, **answers}) as asked:
        return observe(wanted, asked, None, lambda: AT)


def test_a_shop_that_answers_as_it_should_is_seen(tmp_path):
    found = seen(tmp_path, {})
    looks = (
        found.switches,
        found.prewarmed,
        found.pages,
        found.supplies,
        found.redis,
        found.stale,
        found.slos,
    )
    assert [each for each in looks if isinstance(each, Unseen)] == []


def budget(left):
    return [{**slo(), "status": {"state": "ok", "budget_remaining": left}}]


@pytest.mark.parametrize(
    "slos",
    [
        budget(True),
        budget(1e9),
        budget("-5"),
        b'[{"service":"a","name":"b","status":{"budget_remaining":NaN}}]',
        b'[{"service":"a","name":"b","status":{"budget_remaining":-1e999}}]',
        [{**slo(), "status": "ok"}],
        ["x"],
        {"a": 1},
    ],
)
def test_budgets_of_another_shape_are_unseen(tmp_path, slos):
    assert isinstance(seen(tmp_path, {"/api/v1/slos": slos}).slos, Unseen)


@pytest.mark.parametrize(
    ("path", "answer", "unseen"),
    [
        ("/admin/switches", [1], "switches"),
        ("/admin/switches", b"[" * 100_000, "switches"),
        ("/admin/prewarm", {}, "prewarmed"),
        ("/admin/prewarm", {"warmed": "3"}, "prewarmed"),
        ("/admin/prewarm", {"warmed": True}, "prewarmed"),
        ("/admin/supplies", {}, "supplies"),
        ("/admin/supplies", {"stock": {"1": True}, "coupon": None}, "supplies"),
        ("/admin/supplies", {"stock": {"x": 1}, "coupon": None}, "supplies"),
        ("/admin/supplies", {"stock": {}, "coupon": {"available": 1, "expires_at": "9"}}, "supplies"),
        ("/metrics", b"\xff\x00", "redis"),
        ("/metrics", b"<html>", "redis"),
    ],
)
def test_answers_of_another_shape_are_unseen(tmp_path, path, answer, unseen):
    assert isinstance(getattr(seen(tmp_path, {path: answer}), unseen), Unseen)
