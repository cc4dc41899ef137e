"""How HTTP servers are reached: credentials, TLS, redirects."""

from dataclasses import dataclass, field
from pathlib import Path

from collector.settings import Section


@dataclass(frozen=True)
class BasicAuth:
    """place: file and key of the secret, for messages."""

    username: str
    password: str = field(default="", repr=False)
    password_file: Path | None = None
    place: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class Authorization:
    """place: file and key of the secret, for messages."""

    type: str = "Bearer"
    credentials: str = field(default="", repr=False)
    credentials_file: Path | None = None
    place: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class TlsConfig:
    """place: file and key, for messages."""

    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    server_name: str = ""
    insecure_skip_verify: bool = False
    place: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class HttpClientConfig:
    """How an HTTP server is reached: credentials, TLS, redirects."""

    basic_auth: BasicAuth | None = None
    authorization: Authorization | None = None
    tls: TlsConfig = TlsConfig()
    follow_redirects: bool = True


PLAIN_HTTP = HttpClientConfig()


def parse_http_client(section: Section, base: Path) -> HttpClientConfig:
    """The client keys of a job or of a group of Alertmanagers; relative paths are relative to ``base``."""
    basic = section.optional("basic_auth", lambda s: _basic_auth(s, base))
    authorization = section.optional("authorization", lambda s: _authorization(s, base))
    if "bearer_token" in section or "bearer_token_file" in section:
        path = section.text("bearer_token_file")
        place = section.place("bearer_token_file" if path else "bearer_token")
        authorization = Authorization(
            "Bearer", section.text("bearer_token"), base / path if path else None, place
        )
    if basic and authorization:
        raise section.error("basic_auth", "expected basic_auth or authorization, found both")
    return HttpClientConfig(
        basic,
        authorization,
        _tls(section.section("tls_config"), base),
        section.flag("follow_redirects", True),
    )


def _basic_auth(section: Section, base: Path) -> BasicAuth:
    path = section.text("password_file")
    parsed = BasicAuth(
        section.required("username"),
        section.text("password"),
        base / path if path else None,
        section.place("password_file" if path else "password"),
    )
    section.finish()
    return parsed


def _authorization(section: Section, base: Path) -> Authorization:
    path = section.text("credentials_file")
    kind = section.text("type", "Bearer")
    place = section.place("credentials_file" if path else "credentials")
    parsed = Authorization(kind, section.text("credentials"), base / path if path else None, place)
    section.finish()
    return parsed


def _tls(section: Section, base: Path) -> TlsConfig:
    paths = {key: section.text(key) for key in ("ca_file", "cert_file", "key_file")}
    files = {key: base / path if path else None for key, path in paths.items()}
    parsed = TlsConfig(
        **files,
        server_name=section.text("server_name"),
        insecure_skip_verify=section.flag("insecure_skip_verify", False),
        place=section.place(""),
    )
    section.finish()
    return parsed
