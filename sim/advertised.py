"""An advertisement as bumble hears it -> as bleak tells of it."""

from typing import Any, cast

from bleak.backends.scanner import AdvertisementData
from bleak.uuids import normalize_uuid_str
from bumble import core
from bumble.core import AdvertisingData
from bumble.device import Advertisement

_UUID_LISTS = (
    AdvertisingData.Type.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.Type.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
)


def uuid_text(uuid: core.UUID) -> str:
    """Return a UUID as bleak spells it."""
    return normalize_uuid_str(uuid.to_hex_str("-"))


def spelled(heard: Advertisement) -> AdvertisementData:
    """Return what an advertisement says."""
    data = heard.data
    name = data.get(AdvertisingData.Type.COMPLETE_LOCAL_NAME) or data.get(
        AdvertisingData.Type.SHORTENED_LOCAL_NAME
    )
    uuids = [uuid_text(u) for kind in _UUID_LISTS for u in cast(Any, data.get(kind) or ())]
    makers = data.get_all(AdvertisingData.Type.MANUFACTURER_SPECIFIC_DATA)
    return AdvertisementData(
        local_name=name,
        manufacturer_data={company: bytes(said) for company, said in cast(Any, makers)},
        service_data={},
        service_uuids=uuids,
        tx_power=None,
        rssi=heard.rssi,
        platform_data=(heard,),
    )
