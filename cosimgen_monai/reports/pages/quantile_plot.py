"""Two distributions above one another, each as whiskers, a box and its median: SVG for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from cosimgen_monai.reports.pages.elements import number

_WIDTH, _ROW, _BOX = 120, 13, 8


def quantile_svg(rows: Mapping[str, Sequence[float] | None], limit: float) -> str:
    """Return the distributions one below the other, on an axis from 0 to a limit.

    Args:
        rows: by name, the 5 %, 25 %, 50 %, 75 % and 95 % quantiles; ``None`` draws nothing.
        limit: where the axis ends.
    """
    known = {name: quantiles for name, quantiles in rows.items() if quantiles is not None}
    tips = "; ".join(f"{name}: {', '.join(map(number, quantiles))}" for name, quantiles in known.items())
    height = _ROW * len(rows)
    drawn = "".join(
        _row(rows[name] or (), limit, _ROW * k + _ROW / 2, "bar" if k == 0 else "soft") for k, name in enumerate(rows)
    )
    return (
        f'<svg class="quantiles" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img">'
        f'<title>{escape(tips)}</title><path d="M.5 0V{height}M{_WIDTH - 0.5} 0V{height}" stroke="var(--line)"/>'
        f"{drawn}</svg>"
    )


def _row(quantiles: Sequence[float], limit: float, y: float, colour: str) -> str:
    if not quantiles:
        return ""
    low, first, median, third, high = (round(_WIDTH * value / limit, 2) for value in quantiles)
    top = y - _BOX / 2
    return (
        f'<g stroke="var(--{colour})"><path d="M{low} {y}H{high}"/>'
        f'<rect x="{first}" y="{top}" width="{round(third - first, 2)}" height="{_BOX}" fill="var(--card)"/>'
        f'<path d="M{median} {top}v{_BOX}" stroke-width="2.5"/></g>'
    )
