"""Every product that is emulated, by the name of its driver."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from .beds import BedTechBed, JensenBed, KeesonBed, LinakBed, ReverieBed, RichmatBed
from .chair import Chair
from .emulation import Emulation

EMULATIONS: Mapping[str, Callable[[], Emulation]] = MappingProxyType(
    {
        "jensen": JensenBed,
        "linak": LinakBed,
        "keeson": KeesonBed,
        "reverie": ReverieBed,
        "richmat": RichmatBed,
        "bedtech": BedTechBed,
        "rongtai": Chair,
    }
)
