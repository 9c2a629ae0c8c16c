"""Who may ask: this machine's own page, and no other website through the browser of somebody who has it open."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_own_host(header: str | None, host: str) -> bool:
    """Whether a request's ``Host`` header is an address of this server: ``localhost``, an IP address, or ``host``.

    A website that has its name resolved to 127.0.0.1 (DNS rebinding) sends that name. The port is left open, since a
    tunnel may change it.
    """
    try:
        name = urlsplit(f"//{header or ''}").hostname or ""
    except ValueError:
        return False
    return name in ("localhost", host.lower()) or _is_address(name)


def is_own_origin(origin: str | None, host_header: str | None) -> bool:
    """Whether a request comes from this server's page, or from no page: a browser names the origin of each post."""
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == (host_header or "").lower() != ""
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
