"""Files and folders that are said to be written are still there after a power cut."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from power_cut import Disk

from cosimgen_monai.data.phantom import write_phantom
from cosimgen_monai.settings import atomic_write, folders_synced_together, place_folder


def test_a_file_and_the_new_folders_above_it_are_there_after_a_power_cut(tmp_path: Path, monkeypatch) -> None:
    disk = Disk(tmp_path, monkeypatch)
    for text in ("old", "newer"):
        with atomic_write(tmp_path / "a" / "b" / "plan.json") as draft:
            draft.write_text(text, "utf-8")
            assert disk.left() == ({"a/b/plan.json"} if text == "newer" else set())
        assert disk.left() == {"a/b/plan.json"}


def test_a_file_that_was_only_written_is_not_said_to_stay(tmp_path: Path, monkeypatch) -> None:
    disk = Disk(tmp_path, monkeypatch)
    (tmp_path / "plain.txt").write_text("in the system's hands", "utf-8")
    with folders_synced_together(), atomic_write(tmp_path / "named_nowhere.txt") as draft:
        draft.write_text("synced, but not its name", "utf-8")
        assert disk.left() == set()
    assert disk.left() == {"named_nowhere.txt"}


def test_a_folder_is_synced_once_for_many_files(tmp_path: Path, monkeypatch) -> None:
    disk = Disk(tmp_path, monkeypatch)
    with folders_synced_together():
        for number in range(5):
            with atomic_write(tmp_path / "pairs" / f"{number}.txt") as draft:
                draft.touch()
    assert disk.left() == {f"pairs/{number}.txt" for number in range(5)}
    assert disk.syncs["pairs"] == 1


def test_a_folder_takes_its_place_with_all_that_is_in_it(tmp_path: Path, monkeypatch) -> None:
    disk = Disk(tmp_path, monkeypatch)
    (tmp_path / "draft" / "deep").mkdir(parents=True)
    for name in ("one", "deep/two"):
        (tmp_path / "draft" / name).write_text(name, "utf-8")
    place_folder(tmp_path / "draft", tmp_path / "cache")
    assert disk.left() == {"cache/one", "cache/deep/two"}


def test_the_phantom_is_there_after_a_power_cut(tmp_path: Path, monkeypatch) -> None:
    disk = Disk(tmp_path, monkeypatch)
    write_phantom(tmp_path / "phantom", num_volumes=1, num_slices=2, matrix_size=32)
    training = "phantom/RawData/Training"
    volumes = {f"{training}/img/img0001.nii.gz", f"{training}/label/label0001.nii.gz"}
    assert disk.left() == {"phantom/phantom.json"} | volumes


@pytest.mark.parametrize(("number", "is_error"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_a_file_system_that_syncs_no_folders_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, is_error: bool
) -> None:
    really = os.fsync

    def fsync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        really(handle)

    def write() -> None:
        with atomic_write(tmp_path / "file") as draft:
            draft.write_text("content", "utf-8")

    monkeypatch.setattr(os, "fsync", fsync)
    if is_error:
        with pytest.raises(OSError, match="Input/output error"):
            write()
    else:
        write()
    assert (tmp_path / "file").read_text("utf-8") == "content"
