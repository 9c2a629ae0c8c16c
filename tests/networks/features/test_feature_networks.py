"""Feature networks against the libraries that their weights come from."""

from __future__ import annotations

from pathlib import Path

import lpips
import numpy as np
import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image
from torch import nn

from cosimgen_monai.networks import LPIPS, FeatureNetwork, feature_network
from cosimgen_monai.networks.features import VGG16, EfficientNetLite0, Inception, WeightFile


@pytest.fixture(scope="module")
def lite0() -> FeatureNetwork:
    return feature_network("efficientnet_lite0")


def random_images(*shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_lite0_has_the_features_of_the_published_code(lite0: FeatureNetwork) -> None:
    published = EfficientNet.from_name("efficientnet-lite0").eval()
    published.load_state_dict(EfficientNetLite0.weight_file.load())
    image = random_images(2, 3, 128, 128)
    seen = (image * 127.5 + 127.5 - 127) / 128  # the release's MEAN_RGB and STDDEV_RGB
    with torch.no_grad():
        expected = published.extract_features(seen).mean(dim=(2, 3))
        torch.testing.assert_close(lite0(image), expected, rtol=1e-4, atol=1e-4)


def test_lite0_knows_a_dog(lite0: FeatureNetwork, samples: Path) -> None:
    photo = np.array(Image.open(samples / "voc2012/VOCdevkit/VOC2012/JPEGImages/2007_004189.jpg").convert("RGB"))
    image = torch.from_numpy(photo).permute(2, 0, 1)[None].float() / 127.5 - 1
    weights = EfficientNetLite0.weight_file.load()
    seen = torch.nn.functional.interpolate(image, (224, 224), mode="bicubic", antialias=True)  # as it was trained
    best = (lite0.vectors(lite0.normalise(seen)) @ weights["_fc.weight"].T + weights["_fc.bias"]).argmax().item()
    assert best in range(151, 269)  # ImageNet's dogs


def test_lite0_stages_halve_the_image_as_they_should(lite0: FeatureNetwork) -> None:
    image = random_images(1, 3, 31, 64)
    assert lite0.stage("blocks.0")(image).shape == (1, 16, 16, 32)
    assert lite0.stage("blocks.15")(image).shape == (1, 320, 1, 2)


def test_vgg16_is_torchvisions(random_vgg16: nn.Module) -> None:
    theirs = random_vgg16
    ours = VGG16(theirs.state_dict())
    image = random_images(1, 3, 224, 224)
    mean, std = (torch.tensor(value)[:, None, None] for value in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    with torch.no_grad():
        x = ((image + 1) / 2 - mean) / std
        fc2 = theirs.classifier[:5](theirs.features(x).flatten(1))
        torch.testing.assert_close(ours(image), fc2, rtol=1e-4, atol=1e-6)
        torch.testing.assert_close(ours.stage("features.6")(image), theirs.features[:7](x), rtol=1e-4, atol=1e-5)


def test_inception_sees_what_torch_fidelity_sees(random_inception: nn.Module) -> None:
    theirs = random_inception
    eight_bit = torch.randint(0, 256, (2, 3, 64, 64), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    ours = Inception(theirs.state_dict())
    torch.testing.assert_close(ours(eight_bit.float() / 127.5 - 1), theirs(eight_bit)[0])
    assert ours(eight_bit.float() / 127.5 - 1).std() > 0


@pytest.mark.filterwarnings("ignore::UserWarning:torchvision.models._utils")
@pytest.mark.parametrize("trunk", ["alex", "vgg"])
def test_lpips_is_the_packages(trunk: str) -> None:
    theirs = lpips.LPIPS(net=trunk, pnet_rand=True, verbose=False)
    state = {}
    for slice_name, module in theirs.net.named_children():
        state |= {f"features.{key}": value for key, value in module.state_dict().items() if slice_name}
    linear = {key: value for key, value in theirs.state_dict().items() if key.startswith("lin")}
    ours = LPIPS(trunk, state, linear)
    image, other = random_images(2, 2, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(ours(image, other), theirs(image, other).flatten(), rtol=1e-4, atol=1e-6)
    assert ours(image, image).eq(0).all()
    with pytest.raises(ValueError, match="32 pixels"):
        ours(image[..., :20], image[..., :20])


def test_networks_stay_frozen_and_in_evaluation(lite0: FeatureNetwork) -> None:
    image = random_images(2, 3, 64, 64)
    before = lite0(image)
    lite0.train()
    assert torch.equal(lite0(image), before)
    assert not any(parameter.requires_grad for parameter in lite0.parameters())


def test_absent_weights_say_what_to_put_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(FileNotFoundError) as caught:
        feature_network("vgg16")
    message = str(caught.value)
    assert "https://download.pytorch.org/models/vgg16-397923af.pth" in message
    assert str(tmp_path / "hub/checkpoints/vgg16-397923af.pth") in message
    assert "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0" in message
    with pytest.raises(FileNotFoundError, match="alexnet-owt-7be5be79"):
        LPIPS.load("alex")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        feature_network("inception", tmp_path / "nowhere")


def test_other_weights_under_the_name_are_refused(tmp_path: Path) -> None:
    torch.save({}, tmp_path / "vgg16-397923af.pth")
    with pytest.raises(ValueError, match="not the VGG16 weight file"):
        feature_network("vgg16", tmp_path)
    with pytest.raises(ValueError, match="no feature network 'vgg19'"):
        feature_network("vgg19")


def test_weights_with_code_in_them_are_not_run(tmp_path: Path) -> None:
    from cosimgen_monai.networks import sha256_of

    path = tmp_path / "code.pth"
    torch.save({"tensor": pytest.raises}, path)
    with pytest.raises(ValueError, match="no plain tensors"):
        WeightFile("Test", path.name, "nowhere", sha256_of(path)).load(path)
