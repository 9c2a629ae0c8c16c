"""What datasets of files share: a folder, what to do where a file in it is at fault, and their list."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

from cosimgen_monai.data.faults import Faults, check_on_fault, warn_of_faults
from cosimgen_monai.data.readers.readable import entries


class FileSource(ABC):
    """A dataset whose files lie below one folder; a subclass finds them.

    Args:
        dataset_dir: the folder; it is looked at when the files are listed.
        on_fault: ``raise`` stops at a file that does not pair or cannot be read; ``skip`` leaves it out, and counts and
            lists what was left out.

    Raises:
        ValueError: if no folder is given, or ``on_fault`` is neither.
    """

    name: str

    def __init__(self, dataset_dir: str | Path | None, on_fault: str = "raise") -> None:
        if dataset_dir is None:
            raise ValueError("`dataset_dir` is not set: give the folder of the data with --dataset_dir.")
        self.dataset_dir = Path(dataset_dir)
        self.on_fault = check_on_fault(on_fault)

    def items(self) -> list[dict[str, str]]:
        """List the pairs of files, as :meth:`find` finds them.

        Raises:
            FileNotFoundError: if the folder is missing or laid out otherwise.
            PermissionError: if a folder or a file may not be read.
            ValueError: if a file has no partner.
        """
        self.check_folder()
        faults = Faults(self.on_fault, f"{self.name} in {self.dataset_dir}")
        items = self.find(faults)
        faults.check_some_left(len(items))
        warn_of_faults(faults.messages, faults.where)
        return items

    def check_folder(self) -> None:
        """Raise ``FileNotFoundError`` or ``PermissionError`` where the folder is missing or may not be read."""
        if not self.dataset_dir.is_dir():
            raise FileNotFoundError(
                f"`dataset_dir` {self.dataset_dir} is no folder: give that of {self.name} with --dataset_dir."
            )
        entries(self.dataset_dir)  # one that may not be read would look like one laid out otherwise

    @abstractmethod
    def find(self, faults: Faults) -> list[dict[str, str]]:
        """Find the files and pair them.

        Args:
            faults: its :meth:`Faults.left_out` goes around what may be wrong with one pair or one folder.

        Returns:
            dicts of ``image``, ``label`` and ``group`` (what a split keeps together), and ``part`` (``train`` or
            ``val``) where there are official lists.
        """
