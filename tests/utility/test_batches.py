"""What the arms see: the same number of steps, the shares that they ask for."""

from __future__ import annotations

from collections import Counter
from itertools import chain

import pytest

from cosimgen_monai.utility.arms import Arm, read_arms
from cosimgen_monai.utility.batches import ArmBatches

REAL, GENERATED, STEPS, SIZE = 6, 10, 12, 4


def pairs_of(arm: Arm, seed: int = 0) -> list[list[int]]:
    batches = ArmBatches(arm, REAL, GENERATED, STEPS, SIZE, seed)
    return [[index % (REAL + GENERATED) for index in batch] for batch in batches]


@pytest.mark.parametrize("real", [0.0, 0.25, 0.5, 1.0])
def test_every_arm_takes_as_many_steps_and_holds_its_share_of_real_pairs(real: float) -> None:
    batches = pairs_of(Arm("arm", real))
    assert [len(batch) for batch in batches] == [SIZE] * STEPS
    assert {sum(pair < REAL for pair in batch) for batch in batches} == {round(real * SIZE)}


def test_pairs_are_seen_in_turn() -> None:
    seen = Counter(chain(*pairs_of(Arm("arm", 0.5))))
    assert set(seen) == set(range(REAL + GENERATED))
    assert {seen[i] for i in range(REAL)} == {4}  # 24 of 6
    assert {seen[i] for i in range(REAL, REAL + GENERATED)} == {2, 3}  # 24 of 10


def test_an_arm_may_finish_on_real_pairs() -> None:
    shares = [sum(pair < REAL for pair in batch) for batch in pairs_of(Arm("arm", 0.0, finish_on_real=0.25))]
    assert shares == [0] * 9 + [SIZE] * 3


def test_an_arm_whose_steps_all_finish_on_real_pairs_is_refused() -> None:
    arm = Arm("arm", 0.0, finish_on_real=0.999)
    arm.check_batches(1000, SIZE)
    with pytest.raises(ValueError, match=r"of 100 steps, the last 99.9% are all; give a smaller `finish_on_real`"):
        arm.check_batches(100, SIZE)


def test_each_draw_is_augmented_anew() -> None:
    indices = list(chain(*ArmBatches(Arm("arm", 0.5), REAL, GENERATED, STEPS, SIZE, 0)))
    assert len(set(indices)) == len(indices)


def test_the_order_is_the_seeds() -> None:
    arm = Arm("arm", 0.5)
    assert pairs_of(arm, 1) == pairs_of(arm, 1) != pairs_of(arm, 2)


def test_the_arm_on_real_pairs_comes_first() -> None:
    arms = read_arms({"both": {"real": 0.5, "mix": "balanced"}, "real": {"real": 1.0}})
    assert [arm.name for arm in arms] == ["real", "both"]
    assert arms[1].mix == "balanced"


@pytest.mark.parametrize(
    ("arms", "message"),
    [
        (["real"], "`arms` must name arms"),
        ({"real": {"real": 1.0}}, "at least one other"),
        ({"a": {"real": 1.0}, "b": {"real": 1}}, r"\['a', 'b'\] are on real pairs alone"),
        ({"real": {"real": 1.0}, "x": {"share": 1}}, "'x' must set `real`"),
        ({"real": {"real": 1.0}, "x/y": {"real": 0.5}}, "a name holds small letters"),
        ({"real": {"real": 1.0}, "x": {"real": 0.5, "mix": "rare"}}, "`mix` must be one of training, balanced"),
        ({"real": {"real": 1.0}, "x": {"real": 0.5, "finish_on_real": "a"}}, "`finish_on_real` must be a share"),
    ],
)
def test_wrong_arms_are_refused(arms: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_arms(arms)


def test_a_batch_that_cannot_be_shared_out_is_refused() -> None:
    Arm("both", 0.5).check_batches(10, 2)
    Arm("real", 1.0).check_batches(10, 1)
    with pytest.raises(ValueError, match="a batch of 1 cannot be 50% real"):
        Arm("both", 0.5).check_batches(10, 1)
