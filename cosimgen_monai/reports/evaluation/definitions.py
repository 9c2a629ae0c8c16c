"""What each figure of an evaluation is, whether more or less of it is better, and where it comes from."""

from __future__ import annotations

_KINDS = {
    "frechet": (
        "lower",
        "Frechet distance of the two sets' features, seen as Gaussians (Heusel et al. 2017); with Inception features "
        "it is the FID. Compare at equal N only; it is blind to copies.",
    ),
    "kernel": (
        "lower",
        "Unbiased squared maximum mean discrepancy with a cubic kernel, mean over random subsets (Binkowski et al. "
        "2018); with Inception features it is the KID. Near 0, as often below, for samples of one distribution.",
    ),
    "perceptual": (
        "lower",
        "Mean Euclidean distance of features over random real-generated pairs. Pairs are not matched: an average image "
        "scores well, and the floor is far from 0.",
    ),
    "vgg16_distance": (
        "lower",
        "The paper's VGG distance: mean Euclidean distance of VGG16's fc2 features over random real-generated pairs.",
    ),
    "lpips": (
        "lower",
        "Learned perceptual distance (Zhang et al. 2018), mean over random real-generated pairs; not matched either.",
    ),
    "density": (
        "near the floor",
        "How many real neighbourhoods a generated image lies in, over their k (Naeem et al. 2020). Well above the "
        "floor: images crowd into the middle of the real ones.",
    ),
    "coverage": (
        "higher",
        "Share of real images with a generated one in their neighbourhood, as many of both (Naeem et al. 2020). Low: "
        "whole kinds of images are never drawn.",
    ),
    "ms_ssim_diversity": (
        "near the floor",
        "Mean multi-scale structural similarity of pairs within the set, kernel 7 (Odena et al. 2017); the floor is "
        "that of the real set. Well above it: the images are too much alike; well below it: noise is diverse, too.",
    ),
    "sfid": (
        "lower",
        "Semantic Frechet distance (the paper): images cropped to a class's bounding box, one distance a class, mean "
        "over the classes of the real set. No mean where a class is never drawn, or once. As with any Frechet "
        "distance, the fewer crops, the larger: a class that is seldom drawn is farther for that alone, so read it "
        "beside the number of its crops. Crops are brought to the network's size antialiased, for Inception too, "
        "though its own resizing (of whole images) is not.",
    ),
    "agreement": (
        "lower",
        "Is what lies under a class's mask as bright as that class in real images: (mean generated - mean real) / "
        "deviation real. Beside it the same with each image under another image's mask. The mean leaves out "
        "classes that are never drawn, and those that one real image holds. Means say nothing of texture: the spread "
        "is the deviation within the mask, generated / real, 1 where it is as strong.",
    ),
    "layout": (
        "lower",
        "How far classes are off in size and place: Wasserstein distance between the distributions of a class's area "
        "(share of the image) and of its centre (shares of the image's width from the left, of its height from the "
        "top).",
    ),
    "presence": (
        "",
        "Hit rate: asked classes that are there. Unrequested rate: classes not asked that are there, beside the rate "
        "at which real images with the same asked classes hold them. Presence F1 joins both; with the "
        "masks of other requests it is what chance gives (none where all requests are the same). PPV: queries of one "
        "class, the share of masks that hold it. An asked class counts as there from half of the presence threshold "
        "on (the threshold is 0.1 % of the pixels, 8 at least); one not asked for, and any in a real image, from the "
        "whole. That favours hit rate, F1 and PPV. The intervals of the rates are Wilson's, of as many independent "
        "events as would vary as much: the classes of one sample are there or missing together.",
    ),
    "co_occurrence": (
        "",
        "How often the column's class is in an image that holds the row's (the paper's figures 13 and 14).",
    ),
    "memorisation": (
        "",
        "Distance of each generated image to its nearest training image, in feature space. At or below the first "
        "percentile of what images of held-out groups have, an image is suspect; more than 5 % of suspects flags the "
        "set, even where chance may give as many (few held-out images have a percentile that many lie below). So do "
        "more than 5 % of copies of the held-out images.",
    ),
}


def definition(name: str) -> tuple[str, str]:
    """Return which way is better, and the definition in words, of a figure or a section."""
    if name in _KINDS:
        return _KINDS[name]
    return _KINDS[name.split("_")[0]]
