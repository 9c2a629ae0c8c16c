"""What did not come out as asked: the share drawn again, and a list of what is wrong still."""

from __future__ import annotations

import csv
import logging
from collections import Counter
from pathlib import Path

from ignite.engine import Engine, Events

from cosimgen_monai.export.record.manifest import Manifest, listed
from cosimgen_monai.settings import atomic_write

logger = logging.getLogger(__name__)

COLUMNS = ("id", "faults", "redraws", "prompt")


class FaultReport:
    """Say how many samples were drawn again, and list those with faults in ``faults.csv``.

    Args:
        path: where the list goes.
        manifest: the run's manifest.
        max_redraws: how often samples were drawn again at most.
    """

    def __init__(self, path: str | Path, manifest: Manifest, max_redraws: int) -> None:
        self.path = Path(path)
        self.manifest = manifest
        self.max_redraws = max_redraws

    def attach(self, engine: Engine) -> None:
        """Attach to a generator, after its manifest."""
        engine.add_event_handler(Events.COMPLETED, self._report)

    def _report(self, engine: Engine) -> None:
        with atomic_write(self.path) as draft, draft.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=COLUMNS, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(row for row in self.manifest.rows if row["faults"])
        logger.info("%s", self.summary())

    def summary(self) -> str:
        """Return the figures as a sentence or two."""
        rows = self.manifest.rows
        again = [int(row["redraws"]) for row in rows if int(row["redraws"])]
        faulty = Counter(fault.split(" ", 1)[0] for row in rows for fault in set(listed(row["faults"])))
        share = sum(bool(row["faults"]) for row in rows) / max(1, len(rows))
        words = f"{share:.1%} of the samples have faults"
        if faulty:
            words += f" ({', '.join(f'{name} {count}' for name, count in faulty.most_common())}), listed in faults.csv"
        if self.max_redraws:
            return f"{len(again)} of {len(rows)} samples ({len(again) / max(1, len(rows)):.1%}) were drawn again, " + (
                f"{sum(again)} times in all and {self.max_redraws} times at most; {words}."
            )
        return f"{words}." + (" --require_classes true draws such samples again." if faulty else "")
