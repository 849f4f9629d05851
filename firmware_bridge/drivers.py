"""Who can drive what: our own protocol, the products we know, and those that others bring along."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any
from urllib.parse import urlsplit

from .products.catalogue import PRODUCTS
from .products.product import Product
from .recognise import DRIVERS, Driver

GROUP = "firmware_bridge.products"
"""The entry point by which another package brings a product along: its name, and its class."""


def products() -> dict[str, Product]:
    """Return every product by its name, which is the scheme of its address."""
    known = {product.name: product for product in PRODUCTS}
    for entry in entry_points(group=GROUP):
        brought: Any = entry.load()
        known.setdefault(entry.name, brought())
    return known


def is_product(url: str) -> bool:
    """Return whether this is the address of somebody else's product."""
    return urlsplit(url).scheme in products()


def drivers() -> Mapping[str, Driver]:
    """Return everybody who may be asked whose an advertiser is."""
    return {**DRIVERS, **{name: product.matches for name, product in products().items()}}
