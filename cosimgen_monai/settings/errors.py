"""One clear error on the command line, in place of a traceback through MONAI's config resolver."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from pydoc import ErrorDuringImport
from types import TracebackType

from cosimgen_monai.processes import Launch, is_first_failure, lost_another_process, tell_launcher

FULL_TRACEBACK = "COSIMGEN_TRACEBACK"


def show_plain_errors() -> None:
    """Make a command-line run end on the error's own words; ``COSIMGEN_TRACEBACK=1`` shows the whole traceback.

    Of several processes the first one logs, and the one that fails first says why; the others are silent.

    MONAI wraps what a config's expression raises in one error a level ("Failed to evaluate …"); the message that says
    what to do stands far above the last line. Nothing changes where the bundle is used from Python.
    """
    main = getattr(sys.modules.get("__main__"), "__spec__", None)
    if main is not None and main.name.startswith("monai.bundle") and not os.environ.get(FULL_TRACEBACK):
        sys.excepthook = _show
        if Launch.of_this_process().rank > 0:
            logging.disable()


@contextlib.contextmanager
def errors_in_their_own_words() -> Iterator[None]:
    """Raise what a config's expression raised in place of MONAI's errors around it, where a script runs a bundle."""
    try:
        yield
    except RuntimeError as error:
        raise _root(error) from None


def _root(error: BaseException) -> BaseException:
    while isinstance(error, RuntimeError) and error.__cause__ is not None:
        error = error.__cause__
    return error


def _is_interrupt(error: BaseException) -> bool:
    """Tell whether this is Ctrl-C, also where it came while MONAI's resolver imported a module."""
    return isinstance(error, KeyboardInterrupt) or (
        isinstance(error, ErrorDuringImport) and error.exc is KeyboardInterrupt
    )


def _show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not is_first_failure():
        return
    error = _root(error)
    if _is_interrupt(error):
        print(
            "\nstopped; the same command goes on from what it has written, or begins again.",
            file=sys.stderr,
        )
        return
    message = f"{type(error).__name__}: {error}"
    launch = Launch.of_this_process()
    lost = launch.number > 1 and lost_another_process(error)
    if lost:
        message = "another process of this run was lost (killed, or out of memory); the same command goes on."
    who = f"{launch}: " if launch.number > 1 else ""
    print(f"\n{who}{message}\n({FULL_TRACEBACK}=1 shows where.)", file=sys.stderr)
    if not lost:  # the launcher says itself which process went
        tell_launcher(message)
