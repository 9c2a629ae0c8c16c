"""The pictures of an evaluation's page: generated pairs from best to worst, and the nearest beside training images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from cosimgen_monai.reports.evaluation.ranked_pairs import GalleryPair, NearestPair
from cosimgen_monai.reports.pages.elements import legend, number, picture, section


def gallery_section(gallery: Sequence[GalleryPair], colours: Mapping[str, str]) -> str:
    """Return generated pairs from best to worst, and what their masks' colours (``#rrggbb`` by class) stand for."""
    cards = "".join(
        f'<figure><div class="two">{picture(pair.image, "generated image")}{picture(pair.overlay, "its mask over it")}'
        f"</div><figcaption>{escape(pair.title)} <span>({number(pair.distance)})</span></figcaption></figure>"
        for pair in gallery
    )
    words = (
        '<p class="soft">From best to worst, evenly chosen: in brackets the distance to the nearest real image in '
        "feature space. All images are synthetic.</p>"
    )
    return section(
        f"{len(gallery)} generated pairs",
        f'{words}{legend(colours)}<div class="samples">{cards}</div>',
    )


def pairs_beside(pairs: Sequence[NearestPair]) -> str:
    """Return generated images beside their nearest training images, or how to see them."""
    if not pairs:
        return '<p class="soft">--include_real true shows the nearest training images beside the generated ones.</p>'
    cards = "".join(
        f'<figure><div class="two">{picture(pair.generated, "generated image")}'
        f"{picture(pair.training, 'nearest training image')}</div>"
        f"<figcaption>{escape(pair.name)} <span>({number(pair.distance)})</span></figcaption></figure>"
        for pair in pairs
    )
    return f'<p>Generated, and the real training image nearest to it.</p><div class="samples">{cards}</div>'
