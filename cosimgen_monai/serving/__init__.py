"""The prompt page: ask for pairs in a browser, and watch them being drawn."""

from cosimgen_monai.serving.serve import serve
from cosimgen_monai.serving.studio import Studio

__all__ = ["Studio", "serve"]
