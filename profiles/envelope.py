"""How hard, how fast and how long: limits that each know who set them, and only ever get lower."""

import math

import msgspec


class Limit(msgspec.Struct, frozen=True):
    """A number nobody below may exceed, and the name of its owner ("device", "profile", ...)."""

    value: float
    owner: str


UNLIMITED = Limit(math.inf, "nobody")


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """The limits in force. `lower` keeps the smaller of each pair, with its owner.

    `pressure_kpa` is normal force over the pad's nominal area. `ppt_kpa` is the pressure pain
    threshold in force on this pad and site (rules, *What may press*): techniques and grades are
    fractions of it. `bandwidth_hz` is how often a second the pressure follows a rhythm,
    `temperature_degc` how warm a surface gets.
    """

    pressure_kpa: Limit = UNLIMITED
    rise_level_kpa_s: Limit = UNLIMITED
    rise_rhythm_kpa_s: Limit = UNLIMITED
    fall_kpa_s: Limit = UNLIMITED
    bandwidth_hz: Limit = UNLIMITED
    ppt_kpa: Limit = UNLIMITED
    static_max_s: Limit = UNLIMITED
    session_max_s: Limit = UNLIMITED
    temperature_degc: Limit = UNLIMITED

    def lower(self, other: "Envelope") -> "Envelope":
        """Return the envelope that both allow."""
        pairs = {
            name: _smaller(getattr(self, name), getattr(other, name))
            for name in self.__struct_fields__
        }
        return Envelope(**pairs)


def _smaller(one: Limit, two: Limit) -> Limit:
    return two if two.value < one.value else one
