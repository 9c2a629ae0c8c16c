"""A seeded phantom of abdominal CT, written in BTCV's layout."""

from cosimgen_monai.data.phantom.volume import PhantomCase, render_case, write_phantom

__all__ = ["PhantomCase", "render_case", "write_phantom"]
