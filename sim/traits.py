"""How one twin differs from the next."""

import msgspec

from . import voice_coil


class Traits(msgspec.Struct, frozen=True, kw_only=True):
    """How one twin differs from the next. `correction` switches the regulator's feedback off.

    `outfit` is what it has; with `ecg` its electrodes hear the heart as well.
    """

    boot_nonce: int
    boot_us: int = 0
    outfit: voice_coil.Outfit = voice_coil.Outfit()
    correction: bool = True
    ecg: bool = False
