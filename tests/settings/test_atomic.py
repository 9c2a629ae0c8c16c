"""A file is the old one or the new one, whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from cosimgen_monai.settings import atomic_write


def test_the_new_file_takes_the_place_of_the_old(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "model.nii.gz"
    for text in ("old", "new"):
        with atomic_write(file) as draft:
            assert draft.name.endswith(".nii.gz")
            assert not file.exists() or file.read_text("utf-8") == "old"
            draft.write_text(text, "utf-8")
    assert file.read_text("utf-8") == "new"
    assert list(file.parent.iterdir()) == [file]


def test_an_exception_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    file.write_text("old", "utf-8")

    def stopped_halfway() -> None:
        with atomic_write(file) as draft:
            draft.write_text("half", "utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped_halfway()
    assert file.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_block_that_wrote_nothing_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text("old", "utf-8")
    with pytest.raises(FileNotFoundError), atomic_write(tmp_path / "model.json"):
        pass
    assert (tmp_path / "model.json").read_text("utf-8") == "old"
