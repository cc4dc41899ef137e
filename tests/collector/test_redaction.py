import pytest

from collector.redaction import shown_url, without_quotations, without_secrets, without_userinfo


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://me:p@ss:word@host:80/a?b=c", "http://host:80/a?b=c"),
        ("me:secret@host:80", "host:80"),
        ("Invalid port: 'word@host'", "Invalid port: 'host'"),
        ("http://host:80/metrics", "http://host:80/metrics"),
        ("http://me:pass/wo/rd@host:80/a", "http://host:80/a"),
        ("of http://me:pass/word@host/a and me@b", "of http://host/a and b"),
        ("http://host:80/a and http://b:81/c", "http://host:80/a and http://b:81/c"),
    ],
)
def test_a_password_in_an_address_is_left_out(text, shown):
    assert without_userinfo(text) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://me:p@ss:word@host:80/prom/?token=hunter2", "http://host:80/prom/"),
        ("https://host/prometheus", "https://host/prometheus"),
        ("http://me:hun/ter@host:80/", "http://host:80/"),
        ("http://me:hun?ter@host:80/", "http://host:80/"),
        ("http://host/x#hunter", "http://host/x"),
        ("me:hunter2@host:80", "host:80"),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(url, shown):
    assert shown_url(url) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("refused: Authorization: Bearer abcdef123456.x", "refused: Authorization: Bearer …"),
        (
            "GET http://a:b@host/x?y=1&access_token=hunter2 gave 403",
            "GET http://host/x?y=1&access_token=… gave 403",
        ),
        ("expected a token that is known", "expected a token that is known"),
    ],
)
def test_tokens_are_left_out_of_what_is_said(said, shown):
    assert without_secrets(said) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("found undefined alias 'hunter2'", "found undefined alias '…'"),
        ('the tag "!hun\'ter"', "the tag '…'"),
        ("expected ',' or ']', but got '<stream end>'", "expected ',' or ']', but got '<stream end>'"),
        (
            r"found character '\t' that cannot start any token",
            r"found character '\t' that cannot start any token",
        ),
    ],
)
def test_what_a_parser_quotes_is_left_out(said, shown):
    assert without_quotations(said) == shown
