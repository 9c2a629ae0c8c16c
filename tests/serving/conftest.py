"""The prompt page of a tiny model, served on this machine."""

from __future__ import annotations

import http.client
import json
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import torch
from monai.transforms import Compose
from tiny_parts import TINY_CLASSES, embed_prompts

from cosimgen_monai.baselines import TGAN
from cosimgen_monai.engines import PairGenerator, QualityGates
from cosimgen_monai.export import RestoreIntensity
from cosimgen_monai.networks import CoSimGen, TrainedModel
from cosimgen_monai.sampling import NoiseSchedule
from cosimgen_monai.serving import Studio
from cosimgen_monai.serving.server import PageServer

FORM = {"prompt": "A photo of liver", "classes": [], "number": 2, "seed": 7, "steps": 3, "guidance_scale": 1.0}
NETWORK = {
    "num_classes": TINY_CLASSES.num_classes,
    "num_colours": TINY_CLASSES.num_colours,
    "image_size": 16,
    "base_channels": 8,
    "channel_mults": (1, 2),
    "num_res_blocks": 1,
    "embedding_dim": 16,
    "class_feature_dim": 8,
    "sentence_dim": 8,
}
CARD: dict[str, Any] = {
    "network": NETWORK,
    "schedule": NoiseSchedule().to_json(),
    "classes": TINY_CLASSES.to_json(),
    "class_sets": [{"ids": [1], "count": 2}, {"ids": [1, 2], "count": 1}],
    "images": {
        "dataset": "a </script><b>phantom</b>",
        "modality": "CT",
        "terms": "Apache-2.0",
        "window": [-175.0, 250.0],
        "field_of_view": 400.0,
    },
    "slice_spacing": 5.0,
    "prompt_template": "A photo of {classes}",
    "null_share": 0.1,
}


def tiny_studio(architecture: str = "cosimgen", **options: Any) -> Studio:
    """Make a studio of a network of a few thousand random weights."""
    torch.manual_seed(0)
    sizes = {key: value for key, value in NETWORK.items() if key not in ("num_res_blocks", "class_feature_dim")}
    network: Any = CoSimGen(**NETWORK) if architecture == "cosimgen" else TGAN(**sizes, latent_dim=8)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    steps = Compose([QualityGates(CARD, min_certainty=0), RestoreIntensity(CARD["images"])])
    given = {
        "model": TrainedModel({**CARD, "architecture": architecture}, network.state_dict(), Path("model.pt")),
        "card": CARD,
        "palette": network.palette,
        "drawing": partial(
            PairGenerator, device=torch.device("cpu"), network=network, embed=embed_prompts, postprocessing=steps
        ),
        "sampler": "dpm_solver",
        "steps": 3,
        "guidance_scale": 1.0,
        "precision": "float32",
        "seed": 0,
        "batch_size": 4,
        "formats": ["nifti", "png"],
        "facts": {"model_sha256": "0"},
    }
    return Studio(**{**given, **options})


class Page:
    """Ask a running page over HTTP."""

    def __init__(self, server: PageServer) -> None:
        self.studio = server.studio
        self.port = server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}/"

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Send a request and return the answer and its content; a header's name has _ for -."""
        answer = self.begin(method, path, body, **headers)
        return answer, answer.read()

    def begin(self, method: str, path: str, body: bytes | None = None, **headers: str) -> http.client.HTTPResponse:
        """Send a request and return the answer, unread."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        return connection.getresponse()

    def post(self, path: str, **changes: Any) -> list[dict[str, Any]]:
        """Send a form and return the events that come back."""
        body = json.dumps({**FORM, **changes}).encode()
        _, content = self.ask("POST", path, body, Content_Type="application/json")
        return [json.loads(line) for line in content.splitlines()]

    def draw(self, **changes: Any) -> http.client.HTTPResponse:
        """Begin a drawing and return its stream of events."""
        body = json.dumps({**FORM, **changes}).encode()
        return self.begin("POST", "/draw", body, Content_Type="application/json")


@pytest.fixture
def serve_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Page]]:
    """Return a server of tiny studios; what they keep on disk lies in ``tmp_path / "kept"``."""
    (tmp_path / "kept").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "kept"))
    servers: list[PageServer] = []

    def serve(**options: Any) -> Page:
        server = PageServer("127.0.0.1", 0, tiny_studio(**options))
        servers.append(server)
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return Page(server)

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()
        server.studio.close()
    assert not list((tmp_path / "kept").iterdir())


@pytest.fixture
def page(serve_page: Callable[..., Page]) -> Page:
    """The page of a tiny model."""
    return serve_page()
