"""Files are written in a thread of their own while the next samples are drawn."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from ignite.engine import Engine, Events

from cosimgen_monai.export.record.manifest import Manifest
from cosimgen_monai.export.writer import SampleWriter
from cosimgen_monai.settings import folders_synced_together


class BackgroundWriting:
    """Write each batch in every format, then list it in the manifest; one batch after the other.

    A sample is listed when its files are on the disk, where a power cut leaves them too. An error of a writer (a full
    disk) stops the run when the next batch is handed over. A run that is stopped still writes what it has drawn.

    Args:
        writers: what writes a sample.
        manifest: the run's manifest.
        max_batches: batches that may be left to write while another is drawn; 0 for none.
    """

    def __init__(self, writers: Sequence[SampleWriter], manifest: Manifest, max_batches: int = 2) -> None:
        self.writers = writers
        self.manifest = manifest
        self.max_batches = max_batches
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writing")
        self._waiting: deque[Future[None]] = deque()

    def attach(self, engine: Engine) -> None:
        """Attach to a generator, before its manifest."""
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._hand_over)
        engine.add_event_handler(Events.EPOCH_COMPLETED, lambda _: self._wait(0))

    def _hand_over(self, engine: Engine) -> None:
        output: Any = engine.state.output
        self._waiting.append(self._pool.submit(self._write, output))
        self._wait(self.max_batches)

    def _wait(self, number: int) -> None:
        """Wait until so many batches are left, and raise what went wrong in the others."""
        while len(self._waiting) > number or (self._waiting and self._waiting[0].done()):
            self._waiting.popleft().result()

    def _write(self, samples: list[dict[str, Any]]) -> None:
        with folders_synced_together():
            for sample in samples:
                for writer in self.writers:
                    writer.write(sample)
        self.manifest.append(samples)
