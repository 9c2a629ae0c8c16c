"""The key ``formats``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cosimgen_monai.export import FORMATS, format_names

Make = Callable[..., Any]


@pytest.mark.parametrize("given", ["nifti,png", "nifti, png", ("nifti", "png"), ["nifti", "png", "nifti"]])
def test_names_are_a_list_or_parted_by_commas(given: Any) -> None:
    assert format_names(given) == ["nifti", "png"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("nift", "'nift', which is no format; nearest: 'nifti'"),
        ([], "`formats` must be a list of nifti, png"),
        (3, "`formats` must be a list"),
        (["png", 3], "`formats` must be a list"),
        ("", "'', which is no format"),
    ],
)
def test_what_is_no_format_is_refused(given: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        format_names(given)


@pytest.mark.parametrize(("name", "package"), [("coco", "pycocotools"), ("dicom", "highdicom")])
def test_a_missing_package_is_named_with_its_command(
    tmp_path: Path, ct_card, write: Make, monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    for module in [module for module in sys.modules if module.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ModuleNotFoundError, match=rf"format {name} needs .*{package}.*pip install 'cosimgen-monai"):
        write(tmp_path, ct_card, [], [name])


def test_a_set_of_all_formats_has_a_folder_each(tmp_path: Path, ct_card, make_samples: Make, write: Make) -> None:
    pytest.importorskip("pycocotools")
    pytest.importorskip("highdicom")
    write(tmp_path, ct_card, make_samples(ct_card), list(FORMATS))
    folders = {path.name for path in tmp_path.iterdir() if path.is_dir()}
    assert folders == {*FORMATS, "thumbnails"}
