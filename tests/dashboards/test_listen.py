import pytest

from dashboards.errors import SettingsError
from dashboards.listen import Address, listening_socket, parse_address


@pytest.mark.parametrize(
    ("text", "address", "url"),
    [
        ("127.0.0.1:9600", Address("127.0.0.1", 9600), "http://127.0.0.1:9600"),
        (":80", Address("", 80), "http://127.0.0.1:80"),
        ("0.0.0.0:80", Address("0.0.0.0", 80), "http://127.0.0.1:80"),
        ("[::1]:80", Address("::1", 80), "http://[::1]:80"),
        ("host:0", Address("host", 0), "http://host:0"),
    ],
)
def test_address(text, address, url):
    assert parse_address(text) == address
    assert address.url == url


@pytest.mark.parametrize("text", ["", "9600", "host:", "host:-1", "host:65536", "host:port", "host:²"])
def test_address_that_is_none(text):
    with pytest.raises(SettingsError, match="--listen: expected HOST:PORT"):
        parse_address(text)


def test_port_that_is_taken_is_named():
    with listening_socket(Address("127.0.0.1", 0))[0] as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"--listen 127\.0\.0\.1:{port}: .*address already in use"):
            listening_socket(Address("127.0.0.1", port))


def test_host_that_is_not_here_is_named():
    with pytest.raises(SettingsError, match=r"--listen 192\.0\.2\.1:0: expected an address that is free"):
        listening_socket(Address("192.0.2.1", 0))
