"""What a connected Bluetooth product is to its driver: values written, values heard."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from .codes import Gesture
from .errors import LinkError
from .products.product import Product

OnValue = Callable[[str, bytes], None]
"""Called with each notification: the characteristic's UUID, and what it says."""

OnGone = Callable[[LinkError], None]
"""Called once, when the far end is gone."""


class Characteristics(Protocol):
    """An open connection. UUIDs are spelled in full, in lower case."""

    @property
    def services(self) -> frozenset[str]:
        """What it offers."""
        ...

    async def write(self, uuid: str, value: bytes, *, answered: bool) -> None:
        """Write one value; return when it is out, or, if `answered`, confirmed. Raises `LinkError`.

        A write is not cut short: who gives up waiting may not write again.
        """
        ...

    async def subscribe(self, uuid: str) -> None:
        """Hear its notifications from now on. Raises `LinkError`."""
        ...

    def listen(self, on_value: OnValue, on_gone: OnGone) -> None:
        """From now on, call these. The newest listener replaces the one before."""
        ...

    async def aclose(self) -> None:
        """Disconnect. Again is harmless."""
        ...


@runtime_checkable
class Embodied(Characteristics, Protocol):
    """A connection to an emulated product, which has somebody under it and says how to drive it."""

    product: Product

    def act(self, gesture: Gesture) -> None:
        """Let the person under it do something."""
        ...

    def truth(self) -> bytes:
        """Return the body's own account, a TRUTH document."""
        ...
