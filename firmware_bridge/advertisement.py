"""What a Bluetooth device says of itself before anybody is connected."""

import msgspec


class Advertisement(msgspec.Struct, frozen=True, kw_only=True):
    """What one Bluetooth device has advertised, all together. `rssi` in dBm."""

    address: str
    name: str
    services: tuple[str, ...] = ()
    makers: dict[int, bytes] = {}
    rssi: int | None = None
