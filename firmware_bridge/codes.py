"""The small numbers of the wire, by name: states, causes, sources, refusals, flags.

A newer far end may use numbers that are not here. Where a message must be understood all the
same, an unknown number is taken for the most careful one: see `_missing_`.
"""

from enum import IntEnum, IntFlag


class State(IntEnum):
    """What a device is doing. From STOPPED on it is latched: only CLEAR leads out."""

    IDLE = 0
    ARMED = 1
    FADING = 2
    PAIN_HOLD = 3
    EASING = 4
    STOPPED = 5
    LINK_LOST = 6
    FAULT = 7

    @classmethod
    def _missing_(cls, value: object) -> "State":  # latched, until a newer host clears it
        del value
        return cls.FAULT


class Role(IntEnum):
    """What HELLO made of the host that said it."""

    OWNER = 0
    BUSY = 1
    VERSION = 2

    @classmethod
    def _missing_(cls, value: object) -> "Role":  # watch and stop only
        del value
        return cls.VERSION


class Cause(IntEnum):
    """Which path latched the device."""

    NONE = 0
    STOP_FRAME = 1
    STOP_BREAK = 2
    LAST_CLOSE = 3
    STOP_BUTTON = 4
    LINK_LOST = 5
    FAULT = 6

    @classmethod
    def _missing_(cls, value: object) -> "Cause":  # something unknown latched it
        del value
        return cls.FAULT


class Source(IntEnum):
    """Who asked for a stop."""

    DEVICE = 0
    SESSION = 1
    OPERATOR = 2
    BYSTANDER = 3
    PREFLIGHT = 4

    @classmethod
    def _missing_(cls, value: object) -> "Source":  # a STOP counts, whoever says it
        del value
        return cls.BYSTANDER


class Refusal(IntEnum):
    """Why an order was refused."""

    UNSUPPORTED = 1
    MALFORMED = 2
    BAD_STATE = 3
    NOT_OWNER = 4
    TOO_FAR = 5
    FULL = 6
    INCOMPLETE = 7
    STALE_NONCE = 8
    UNKNOWN_CHANNEL = 9

    @classmethod
    def _missing_(cls, value: object) -> "Refusal":  # a no is a no
        del value
        return cls.UNSUPPORTED


class StatusFlags(IntFlag):
    """Bits of STATUS."""

    NONE = 0
    VENTED = 1
    LIMITED = 2
    STARVED = 4
    CONTACT = 8


class Buttons(IntFlag):
    """Buttons a person holds down."""

    NONE = 0
    PAIN = 1
    STOP = 2
    HOLD_TO_RUN = 4


class Fault(IntFlag):
    """What the device found wrong with itself."""

    NONE = 0
    SENSOR_STALE = 1
    SENSOR_RANGE = 2
    EFFORT_UNEXPLAINED = 4
    OVER_PRESSURE = 8
    STATIC_TOO_LONG = 16
    SESSION_TOO_LONG = 32


class Gesture(IntEnum):
    """What the simulated person under an emulated device does. No other device takes ACT."""

    PAD_OFF = 0
    PAD_ON = 1
    PAIN_PRESS = 2
    PAIN_RELEASE = 3
    STOP_PRESS = 4
    STOP_RELEASE = 5
    ELECTRODE_OFF = 6
    ELECTRODE_ON = 7
    LEAD_UNPLUGGED = 8
    RAIL = 9
    MAINS_ON = 10
    MAINS_OFF = 11
    SHAKE = 12
    TAP = 13
    CRAMP = 14
    CONTRACT = 15
    CONTRACT_LIGHTLY = 16
    RELAX = 17


class Document(IntEnum):
    """CBOR documents a device keeps. TRUTH is an emulated device's own: see ASK."""

    CAPABILITIES = 0
    TRUTH = 1
