"""Number formats: what training borrows it gives back, and a processor's bfloat16 draws what single precision does."""

from __future__ import annotations

import numpy as np
import torch

from consistent_character.engine import RenderRequest
from consistent_character.hosts.standalone.devices import Device, swiftest_cpu
from consistent_character.hosts.standalone.engine import StandaloneEngine

BFLOAT16 = Device(torch.device("cpu"), torch.bfloat16)


def test_weights_in_bfloat16_come_back_from_training_exactly() -> None:
    unet = StandaloneEngine.on_device(BFLOAT16).model.unet
    before = {name: value.clone() for name, value in unet.state_dict().items()}
    with BFLOAT16.training(unet):
        assert unet.dtype == torch.float32
    assert unet.dtype == torch.bfloat16
    assert all(torch.equal(value, before[name]) for name, value in unet.state_dict().items())


def test_it_draws_nearly_the_same() -> None:
    asked = RenderRequest(prompt="a woman in a forest", seed=1, steps=4, width=96, height=96)
    exact, rough = (
        np.asarray(next(iter(engine.render([asked]))).image, dtype=np.float32)
        for engine in (StandaloneEngine.load(None, "cpu"), StandaloneEngine.on_device(BFLOAT16))
    )
    assert 0 < np.abs(exact - rough).mean() < 6


def test_the_swiftest_processor_is_one() -> None:
    assert swiftest_cpu().where.type == "cpu"
    assert swiftest_cpu().dtype in (torch.float32, torch.bfloat16)
