"""The products we know."""

from .jensen import Jensen
from .keeson import Keeson
from .linak import Linak
from .product import Product
from .reverie import Reverie
from .richmat import BedTech, Richmat
from .rongtai import Rongtai

PRODUCTS: tuple[Product, ...] = (
    Jensen(),
    Linak(),
    Keeson(),
    Reverie(),
    Richmat(),
    BedTech(),
    Rongtai(),
)


def product(name: str) -> Product | None:
    """Return the product of this name, if we know it."""
    return next((each for each in PRODUCTS if each.name == name), None)
