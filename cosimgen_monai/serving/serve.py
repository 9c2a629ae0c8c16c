"""Opening the prompt page and closing it."""

from __future__ import annotations

import errno
import logging
import signal
import socket
from threading import current_thread, main_thread
from typing import Any

from cosimgen_monai.serving.guests import is_loopback
from cosimgen_monai.serving.server import PageServer
from cosimgen_monai.serving.studio import Studio

logger = logging.getLogger(__name__)


def serve(studio: Studio, host: Any, port: Any) -> None:
    """Serve the page until Ctrl-C.

    Args:
        studio: what draws.
        host: the key ``host``; loopback addresses are reached from this machine alone.
        port: the key ``port``; 0 takes any that is free.

    Raises:
        ValueError: if host or port is none.
        OSError: if the port is taken, or the address is not this machine's.
    """
    server = _open(studio, host, port)
    shown = f"[{host}]" if ":" in host else host
    try:
        if not is_loopback(host):
            logger.warning(
                "`host` is %s: whoever reaches this machine can use the page, it asks for no password.", host
            )
        logger.info("The prompt page is at http://%s:%d (Ctrl-C ends it).", shown, server.server_address[1])
        if current_thread() is main_thread():
            signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: nothing is left behind
        server.serve_forever()
    except KeyboardInterrupt:
        logger.info("The prompt page is closed.")
    finally:
        server.server_close()
        studio.close()


def _open(studio: Studio, host: Any, port: Any) -> PageServer:
    if not isinstance(host, str) or not host.strip():
        raise ValueError(f"`host` must be an address of this machine, such as 127.0.0.1, got {host!r}.")
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65535:
        raise ValueError(f"`port` must be a whole number from 0 (any that is free) to 65535, got {port!r}.")
    try:
        return PageServer(host, port, studio)
    except socket.gaierror as error:
        raise ValueError(f"`host` {host!r} is no address: {error.strerror}.") from error
    except UnicodeError as error:
        raise ValueError(f"`host` {host!r} is no address.") from error
    except OSError as error:
        raise _named(error, host, port) from error


def _named(error: OSError, host: str, port: int) -> OSError:
    """Return what keeps a server from listening, with the key to change."""
    if error.errno == errno.EADDRINUSE:
        return OSError(f"`port` {port} is taken by another program: choose another with --port, or 0 for any.")
    if error.errno == errno.EACCES:
        return OSError(f"`port` {port} needs an administrator's rights: choose one above 1023 with --port.")
    return OSError(f"`host` {host!r} cannot be listened on ({error.strerror}): use --host 127.0.0.1.")
