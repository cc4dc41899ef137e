import pytest

from commerce_app.loopback import is_loopback, is_nobodys_page


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True),
        ("0.0.0.0", False), ("::", False), ("10.0.0.7", False), ("shop.example", False), ("", False),
    ],
)  # fmt: skip
def test_what_only_this_machine_reaches(host, expected):
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("localhost:8474", True), ("LocalHost", True), ("127.0.0.1:80", True), ("10.0.0.7", True),
        ("[::1]:8474", True), ("[fe80::1]", True),
        ("evil.example:8474", False), ("localhost.evil.example", False), ("127.0.0.1.evil.example", False),
        ("", False), ("[evil", False), ("2130706433", False),
    ],
)  # fmt: skip
def test_a_name_may_be_a_pages(header, expected):
    assert is_nobodys_page(header) is expected
