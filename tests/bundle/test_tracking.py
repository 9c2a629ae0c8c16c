"""MONAI's ``--tracking mlflow`` in a training: what it leaves in the store."""

from __future__ import annotations

from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tiny import train_tiny

mlflow = pytest.importorskip("mlflow")


def test_losses_and_rates_land_in_the_store(tmp_path: Path) -> None:
    run = train_tiny(tmp_path, tracking="mlflow")
    client = mlflow.MlflowClient(tracking_uri=f"sqlite:///{run / 'mlruns.db'}")
    (tracked,) = client.search_runs([experiment.experiment_id for experiment in client.search_experiments()])
    assert tracked.info.status == "FINISHED"
    assert tracked.data.params["max_epochs"] == "2"
    events = EventAccumulator(str(run / "tensorboard")).Reload()
    tags = events.Tags()["scalars"]
    assert {"diffusion", "triplet", "adversarial", "total", "presence_f1", "hit_rate_by_text"} <= set(tags)
    for tag in tags:
        stored = {metric.step: metric.value for metric in client.get_metric_history(tracked.info.run_id, tag)}
        assert stored == pytest.approx({event.step: event.value for event in events.Scalars(tag)}, nan_ok=True)


def test_tracking_makes_a_run_no_other_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    run = train_tiny(tmp_path, max_epochs=1, tracking="mlflow")
    before = (run / "model.pt").stat().st_mtime_ns
    caplog.set_level("INFO")
    train_tiny(tmp_path, max_epochs=1)
    train_tiny(tmp_path, max_epochs=1, tracking="mlflow")
    assert caplog.text.count("This training is finished") == 2
    assert (run / "model.pt").stat().st_mtime_ns == before
