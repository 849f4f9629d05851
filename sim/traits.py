"""How one twin differs from the next."""

import msgspec

from . import muscle


class Traits(msgspec.Struct, frozen=True, kw_only=True):
    """How one twin differs from the next. `correction` switches the regulator's feedback off.

    `emg_channels` electrode pairs listen to the muscle, and with `ecg` to the heart as well.
    """

    boot_nonce: int
    boot_us: int = 0
    stroke: bool = False
    correction: bool = True
    emg_channels: int = muscle.CHANNELS
    ecg: bool = False
