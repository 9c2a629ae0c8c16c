"""Where the page may not listen is one error that names the key."""

from __future__ import annotations

from typing import Any

import pytest

from cosimgen_monai.serving import serve


@pytest.mark.parametrize(
    ("host", "port", "message"),
    [
        ("127.0.0.1", "http", r"`port` must be a whole number .*'http'"),
        ("127.0.0.1", True, r"`port` must be a whole number"),
        ("127.0.0.1", 65536, r"`port` must be a whole number .*65536"),
        ("", 0, r"`host` must be an address of this machine"),
        (None, 0, r"`host` must be an address of this machine"),
        ("no address", 0, r"`host` 'no address' is no address"),
        ("a" * 300, 0, r"is no address"),
    ],
)
def test_no_address(page: Any, host: Any, port: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        serve(page.studio, host, port)


def test_a_busy_port_is_named(page: Any) -> None:
    with pytest.raises(OSError, match=rf"`port` {page.port} is taken .*--port"):
        serve(page.studio, "127.0.0.1", page.port)


def test_another_machines_address_is_named(page: Any) -> None:
    with pytest.raises(OSError, match=r"`host` '192\.0\.2\.1' cannot be listened on .*--host 127\.0\.0\.1"):
        serve(page.studio, "192.0.2.1", 0)
