"""What is at fault in a dataset: an error at once, or left out, counted and listed; the key ``on_fault`` decides."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

logger = logging.getLogger(__name__)

ON_FAULT = ("raise", "skip")
FAULTS = (ValueError, FileNotFoundError, PermissionError)
"""What readers raise where a file, and not the program or the machine, is at fault."""
_REMEDY = "Or leave such files out: --on_fault skip."


def check_on_fault(on_fault: str) -> str:
    """Return ``on_fault``, or raise ``ValueError`` where it is neither of ``ON_FAULT``."""
    if on_fault not in ON_FAULT:
        raise ValueError(f"`on_fault` must be one of {', '.join(ON_FAULT)}, got {on_fault!r}.")
    return on_fault


class Faults:
    """The faults met while a dataset is listed or read.

    Args:
        on_fault: ``raise`` stops at the first; ``skip`` goes on without what it concerns.
        where: what was listed or read, for messages.
    """

    def __init__(self, on_fault: str, where: str) -> None:
        self.on_fault = check_on_fault(on_fault)
        self.where = where
        self.messages: list[str] = []

    @contextmanager
    def left_out(self) -> Iterator[None]:
        """Leave out what the block is about where it raises one of ``FAULTS``, unless ``on_fault`` is ``raise``."""
        try:
            yield
        except FAULTS as error:
            if self.on_fault == "raise":
                if _REMEDY not in str(error):
                    error.args = (f"{error} {_REMEDY}",)
                raise
            self.messages.append(str(error))

    def check_some_left(self, num_left: int) -> None:
        """Raise ``ValueError`` where nothing is left but faults."""
        if self.messages and not num_left:
            more = f" {len(self.messages) - 1} more like it." if len(self.messages) > 1 else ""
            raise ValueError(f"Nothing of {self.where} is left: {self.messages[0]}{more}")


def warn_of_faults(messages: list[str], where: str) -> None:
    """Log how many faults there were, and each of them."""
    if messages:
        listed = "\n  ".join(messages)
        logger.warning("LEFT OUT of %s, %d fault(s) (key `on_fault`):\n  %s", where, len(messages), listed)
