"""The products we know, and which of them an advertiser may be."""

from .jensen import Jensen
from .keeson import Keeson
from .linak import Linak
from .product import Advertisement, Product
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


def guesses(seen: Advertisement) -> list[tuple[float, Product]]:
    """Return who may have advertised this, the surest first."""
    sure = [(each.matches(seen), each) for each in PRODUCTS]
    return sorted(((c, p) for c, p in sure if c > 0.0), key=lambda one: -one[0])
