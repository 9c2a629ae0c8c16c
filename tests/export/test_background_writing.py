"""Writing while drawing: what goes wrong is heard of, what is listed is there, and nothing piles up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ignite.engine import Engine

from cosimgen_monai.codec import ClassTable, fibonacci_palette
from cosimgen_monai.export import BackgroundWriting, Manifest, SampleWriter

Make = Callable[..., list[dict[str, Any]]]


class Recorder(SampleWriter):
    """Notes what it is given; full after some."""

    def __init__(self, *args: Any, room: int = 100) -> None:
        super().__init__(*args)
        self.written: list[int] = []
        self.threads: set[int] = set()
        self.room = room

    def write(self, sample: dict[str, Any]) -> None:
        if len(self.written) >= self.room:
            raise OSError(28, "No space left on device")
        self.written.append(sample["request"].index)
        self.threads.add(threading.get_ident())


@pytest.fixture
def make(tmp_path: Path, ct_card: dict[str, Any]) -> Callable[..., tuple[Recorder, Manifest]]:
    classes = ClassTable(**ct_card["classes"])

    def recorder(**options: Any) -> tuple[Recorder, Manifest]:
        manifest = Manifest(tmp_path / "manifest.csv", classes, {})
        return Recorder(tmp_path, ct_card, fibonacci_palette(classes.num_colours), manifest, **options), manifest

    return recorder


def run(recorder: Recorder, manifest: Manifest, batches: list[Any], draw: Callable[[Any], Any] = lambda x: x) -> None:
    engine = Engine(lambda _, batch: draw(batch))
    for handler in (BackgroundWriting([recorder], manifest), manifest, recorder):
        handler.attach(engine)
    engine.run(batches)


def test_everything_is_written_once_in_order_by_one_other_thread(make, ct_card, make_samples: Make) -> None:
    recorder, manifest = make()
    run(recorder, manifest, [[sample] for sample in make_samples(ct_card, *"abcdefg")])
    assert recorder.written == list(range(7))
    assert len(recorder.threads - {threading.get_ident()}) == 1
    assert [row["prompt"] for row in manifest.rows] == list("abcdefg")


def test_a_full_disk_stops_the_run_and_what_failed_is_not_listed(make, ct_card, make_samples: Make) -> None:
    recorder, manifest = make(room=3)
    with pytest.raises(OSError, match="No space left"):
        run(recorder, manifest, [[sample] for sample in make_samples(ct_card, *"abcdefgh")])
    assert [row["prompt"] for row in manifest.rows] == ["a", "b", "c"]


def test_drawing_waits_for_slow_writing(make, ct_card, make_samples: Make, monkeypatch) -> None:
    recorder, manifest = make()
    may_write, drawn = threading.Event(), []
    write = recorder.write
    monkeypatch.setattr(recorder, "write", lambda sample: may_write.wait(10) and write(sample))
    timer = threading.Timer(0.5, lambda: (drawn.append("half a second"), may_write.set()))
    timer.start()
    run(recorder, manifest, [[s] for s in make_samples(ct_card, *"abcdef")], lambda b: drawn.append("batch") or b)
    assert drawn.index("half a second") == 3  # two wait, the third is drawn and waits to be handed over
    assert len(manifest.rows) == 6
