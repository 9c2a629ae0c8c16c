"""A seeded phantom of abdominal CT, written in BTCV's layout.

A ``patient`` is painted on a ``canvas`` from ``shapes``, a part of the body a file; ``case`` is a volume of one,
``dataset`` a folder of them, ``source`` the dataset that a training reads.
"""

from cosimgen_monai.data.phantom.case import PhantomCase, render_case
from cosimgen_monai.data.phantom.dataset import write_phantom

__all__ = ["PhantomCase", "render_case", "write_phantom"]
