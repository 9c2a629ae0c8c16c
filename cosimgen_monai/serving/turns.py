"""Turns: who draws, while whoever else asks waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock

from cosimgen_monai.serving.frames import StoppedError, Tell

_LOOK, _LONGEST_STEP = 0.5, 10.0
"""Seconds between two looks at whether somebody still waits, and that a step of a drawing takes at most."""


class Turns:
    """One drawing at a time, until the page is closed.

    Attributes:
        closing: set once the page is being closed; a drawing looks at it between its steps.
    """

    def __init__(self) -> None:
        self.closing = Event()
        self._lock = Lock()

    @contextmanager
    def take(self, tell: Tell) -> Iterator[None]:
        """Wait until nobody else draws; say so now and then, which finds out whether somebody still listens.

        Raises:
            StoppedError: if the page is being closed.
        """
        while not self._lock.acquire(timeout=_LOOK):
            tell({"event": "waiting"})
        try:
            if self.closing.is_set():
                raise StoppedError
            yield
        finally:
            self._lock.release()

    def close(self) -> None:
        """End the drawing that is under way, and let nobody else begin."""
        self.closing.set()
        if self._lock.acquire(timeout=_LONGEST_STEP):
            self._lock.release()  # whoever waited for it finds the page closing
