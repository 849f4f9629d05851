"""`sim://PRESET?device=levels10`: a product that is not ours, in memory, with a body under it."""

import numpy as np

from firmware_bridge.codes import Gesture

from .birth import Recipe, someone
from .model_driver import ModelDriver
from .products.body import BodyUnderProduct
from .products.memory import MemoryWire
from .products.model import ModelProduct


class ModelWire(MemoryWire):
    """A connection to such a product, which says how it is driven and what it truly presses.

    It lives in the host's process, in real time too: it has neither a queue nor a clock that would
    have to go on without a host, and it lets go when the connection ends.
    """

    def __init__(self, driver: ModelDriver, emulation: ModelProduct) -> None:
        super().__init__(emulation)
        self.product = driver
        self.emulation = emulation

    def act(self, gesture: Gesture) -> None:
        """Let the person under it do something."""
        self.emulation.body.act(gesture)

    def truth(self) -> bytes:
        """Return the body's own account."""
        return self.emulation.body.truth

    async def aclose(self) -> None:
        await super().aclose()
        self.emulation.close()


def connected(wanted: Recipe) -> ModelWire:
    """Return a connection to a new product of a model that is not ours."""
    dice = np.random.Generator(np.random.PCG64(wanted.seed))
    person = someone(wanted, dice)
    driver = ModelDriver(wanted.device, person.ppt_kpa)
    pressure = driver.capabilities.channel("pressure")
    assert pressure is not None  # noqa: S101  every model presses
    body = BodyUnderProduct(person, dice, pressure)
    return ModelWire(driver, ModelProduct(driver.capabilities, body))
