"""How a product is met: what it offers is looked at, then it is greeted, and stopped."""

from .characteristics import Characteristics
from .errors import DeviceUnruly
from .leveled import LeveledDevice
from .products.product import Gatt, Product


async def connect_product(product: Product, wire: Characteristics) -> LeveledDevice:
    """Greet the product behind `wire`, stopped. The connection is closed if that fails.

    Raises `DeviceUnruly` where it does not offer what such a product has, and `LinkError`.
    """
    try:
        device = LeveledDevice(product, _found(product, wire), wire)
    except BaseException:
        await wire.aclose()
        raise
    try:
        await device.begin()
    except BaseException:
        await device.aclose()
        raise
    return device


def _found(product: Product, wire: Characteristics) -> Gatt:
    gatt = next((g for g in product.gatts if g.service in wire.services), None)
    if gatt is None:
        raise DeviceUnruly(f"this is no {product.title}: it does not offer its service")
    return gatt
