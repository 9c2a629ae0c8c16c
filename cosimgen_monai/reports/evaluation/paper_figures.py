"""The paper's tables 1 and 2, to stand beside figures of the same name on the same dataset."""

from __future__ import annotations

_COLUMNS = ("frechet_inception", "kernel_inception", "vgg16_distance", "lpips", "sfid_inception", "ppv")
_CHOLEC_NOTE = (
    "On CholecSeg8k, Frechet figures tell little (the paper's appendix A): its frames come from 17 videos, so that two "
    "halves by video are far apart already. Look at the pictures first, and read each distance against its floor."
)
_DATASETS = {"PASCAL VOC 2012": "voc", "MBRSC": "mbrsc", "BTCV": "btcv", "BTCV-Zenodo": "btcv"}
PAPER = {
    "voc": {
        "TGAN": (348.19, 0.29, 221.53, 0.77, 348.61, 1.0),
        "Pix2PixGAN": (348.05, 0.30, 225.56, 0.79, 326.66, 0.81),
        "CVAE": (337.41, 0.35, 204.97, 0.76, 381.83, 0.91),
        "CoSimGen": (206.29, 0.20, 227.64, 0.74, 343.66, 0.78),
    },
    "mbrsc": {
        "TGAN": (394.86, 0.27, 113.09, 0.72, 431.12, 0.43),
        "Pix2PixGAN": (410.18, 0.34, 117.94, 0.70, 462.74, 0.84),
        "CVAE": (326.16, 0.27, 106.79, 0.70, 422.80, 0.91),
        "CoSimGen": (203.67, 0.11, 110.43, 0.63, 294.68, 0.87),
    },
    "btcv": {
        "TGAN": (394.05, 0.53, 146.31, 0.60, 406.07, 0.50),
        "Pix2PixGAN": (284.60, 0.36, 152.80, 0.54, 323.26, 0.43),
        "CVAE": (192.21, 0.19, 144.84, 0.45, 250.52, 0.59),
        "CoSimGen": (159.92, 0.13, 139.35, 0.53, 198.74, 0.35),
    },
}


def paper_rows(dataset: str) -> dict[str, dict[str, float]]:
    """Return the paper's figures on a dataset, by model and figure; nothing where the paper has none."""
    known = PAPER.get(_DATASETS.get(dataset, ""), {})
    return {model: dict(zip(_COLUMNS, row, strict=True)) for model, row in known.items()}


def dataset_note(dataset: str) -> str | None:
    """Return what must be known to read a dataset's figures, where something must."""
    return _CHOLEC_NOTE if dataset == "CholecSeg8k" else None
