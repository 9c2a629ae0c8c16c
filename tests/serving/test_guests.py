"""Who is let in: names that no other website can have resolved to this machine."""

from __future__ import annotations

import pytest

from cosimgen_monai.serving.guests import is_loopback, is_own_host, is_own_origin


@pytest.mark.parametrize(
    ("header", "own"),
    [
        ("localhost:8008", True),
        ("LOCALHOST", True),
        ("127.0.0.1:8008", True),
        ("127.0.0.1:9000", True),  # a tunnel's other end
        ("[::1]:8008", True),
        ("192.168.0.7:8008", True),
        ("workstation:8008", True),  # the key `host`
        ("evil.example:8008", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("user@evil.example", False),
        ("", False),
        (None, False),
        ("[", False),
    ],
)
def test_hosts(header: str | None, own: bool) -> None:
    assert is_own_host(header, "workstation") is own


@pytest.mark.parametrize(
    ("origin", "own"),
    [
        (None, True),  # no browser
        ("http://localhost:8008", True),
        ("http://LOCALHOST:8008", True),
        ("http://localhost:3000", False),
        ("http://localhost", False),
        ("http://evil.example", False),
        ("null", False),
        ("http://[", False),
    ],
)
def test_origins(origin: str | None, own: bool) -> None:
    assert is_own_origin(origin, "localhost:8008") is own


@pytest.mark.parametrize(
    ("host", "only_here"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("workstation", False)],
)
def test_loopback(host: str, only_here: bool) -> None:
    assert is_loopback(host) is only_here
