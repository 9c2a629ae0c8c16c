"""One clear error on the command line, in place of a traceback through MONAI's config resolver."""

from __future__ import annotations

import os
import sys
from types import TracebackType

FULL_TRACEBACK = "COSIMGEN_TRACEBACK"


def show_plain_errors() -> None:
    """Make a command-line run end on the error's own words; ``COSIMGEN_TRACEBACK=1`` shows the whole traceback.

    MONAI wraps what a config's expression raises in one error a level ("Failed to evaluate …"); the message that says
    what to do stands far above the last line. Nothing changes where the bundle is used from Python.
    """
    main = getattr(sys.modules.get("__main__"), "__spec__", None)
    if main is not None and main.name.startswith("monai.bundle") and not os.environ.get(FULL_TRACEBACK):
        sys.excepthook = _show


def _show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if isinstance(error, KeyboardInterrupt):
        print("\nstopped; the same command goes on from the last checkpoint or sample.", file=sys.stderr)
        return
    while isinstance(error, RuntimeError) and error.__cause__ is not None:
        error = error.__cause__
    print(f"\n{type(error).__name__}: {error}\n({FULL_TRACEBACK}=1 shows where.)", file=sys.stderr)
