"""A generation that is killed at any moment goes on to the bytes of one that never was."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tiny import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import stress_generating


def test_three_kills_lose_nothing(tmp_path: Path, tiny_model: Path) -> None:
    pytest.importorskip("pycocotools")
    pytest.importorskip("highdicom")
    keys = {"num_samples": 8, "batch_size": 2, "steps": 2, "upscale": 1, "ckpt_path": str(tiny_model)}
    keys |= {"formats": stress_generating.FORMATS, "require_classes": True, "max_redraws": 1}
    assert len(stress_generating.stress(keys, kills=3, seed=0, output_dir=tmp_path / "runs")) == 3
