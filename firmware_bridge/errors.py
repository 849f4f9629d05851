"""Every way the bridge can fail.

BridgeError
 +-- LinkError            the pipe
 |    +-- LinkClosed          either end hung up
 |    +-- LinkBusy            somebody else holds the device
 |    +-- LinkUnavailable     there is nothing at this address
 |    +-- LinkTimeout         nothing came back in time
 |    +-- LinkTooSlow         the wire cannot carry what the device has to say
 +-- ProtocolError        the words
 |    +-- BadFrame            checksum, length or content is wrong
 |    +-- UnknownMessage      a type this version does not know
 |    +-- VersionMismatch     the device speaks another major version
 +-- DeviceError          the device
      +-- DeviceRefused       it said no, and why
      +-- DeviceRestarted     it is not the one this session began with
      +-- DeviceUnruly        it does not follow: a change did not show in time
"""


class BridgeError(Exception):
    """Base of every error raised by `firmware_bridge`."""


class LinkError(BridgeError):
    """The pipe to the device failed."""


class LinkClosed(LinkError):
    """Either end hung up."""


class LinkBusy(LinkError):
    """Somebody else holds the device."""


class LinkUnavailable(LinkError):
    """There is nothing at this address, or it may not be opened."""


class LinkTimeout(LinkError, TimeoutError):
    """Nothing came back in time."""


class LinkTooSlow(LinkError):
    """The wire cannot carry what the device has to say."""


class ProtocolError(BridgeError):
    """The bytes arrived but do not make sense."""


class BadFrame(ProtocolError):
    """Checksum, length or content is wrong."""


class UnknownMessage(ProtocolError):
    """A message type this version of the protocol does not know."""


class VersionMismatch(ProtocolError):
    """The device speaks another major version: it may be watched and stopped, not moved."""


class DeviceError(BridgeError):
    """The device is there, but not as it should be."""


class DeviceRestarted(DeviceError):
    """The device is not the one this session began with: it, or its clock, has started anew."""


class DeviceUnruly(DeviceError):
    """The device does not follow: a change of the trajectory did not show in its status in time."""


class DeviceRefused(DeviceError):
    """The device refused an order. `reason` is the name of a `codes.Refusal`."""

    def __init__(self, order: str, reason: str) -> None:
        super().__init__(f"the device refused {order}: {reason.lower().replace('_', ' ')}")
        self.order = order
        self.reason = reason
