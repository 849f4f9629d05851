"""What a device says that it has."""

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.capabilities import (
    Capabilities,
    Channel,
    Sensor,
    decode_capabilities,
    encode_capabilities,
)
from firmware_bridge.errors import BadFrame

names = st.text(max_size=8)
numbers = st.floats(allow_nan=False)
channels = st.builds(
    Channel,
    id=st.integers(0, 63), name=names, unit=names, low=numbers, high=numbers, max_rate=numbers,
    resolution=numbers, quantity=st.sampled_from(["gain", "cap", "pressure", "position"]),
    choices=st.lists(names, max_size=2).map(tuple), area_cm2=st.none() | numbers,
    unpowered=st.sampled_from(["releases", "holds", "unknown"]),
)  # fmt: skip
sensors = st.builds(
    Sensor,
    id=st.integers(0, 63), name=names, unit=names, rate_hz=numbers, every=st.integers(1, 50),
    resolution=numbers, site=st.none() | names,
    quantity=st.sampled_from(["emg", "pressure", "temperature", "depth", "battery"]),
)  # fmt: skip
capabilities = st.builds(
    Capabilities,
    model=names, channels=st.lists(channels, max_size=3).map(tuple),
    sensors=st.lists(sensors, max_size=3).map(tuple), emulated=st.booleans(),
    queue_slots=st.integers(0, 255), uplink_bytes_s=numbers,
    person=st.dictionaries(names, numbers, max_size=2),
)  # fmt: skip


@given(capabilities)
def test_a_document_comes_back_as_it_was(there):
    assert decode_capabilities(encode_capabilities(there)) == there


@given(st.binary(max_size=60))
def test_any_document_decodes_or_says_why(document):
    with pytest.raises(BadFrame, match="capabilities document"):
        decode_capabilities(document)


@given(capabilities, st.data())
def test_a_torn_document_is_bad(there, data):
    document = encode_capabilities(there)
    kept = data.draw(st.integers(0, len(document) - 1))
    with pytest.raises(BadFrame):
        decode_capabilities(document[:kept])


def test_what_a_newer_device_adds_is_ignored():
    document = cbor2.loads(encode_capabilities(CHAIR)) | {"weight_kg": 12}
    assert decode_capabilities(cbor2.dumps(document)) == CHAIR


def test_channels_and_sensors_are_found_by_what_they_are():
    assert CHAIR.channel("pressure").id == 2
    assert CHAIR.channel("position") is None
    assert [s.name for s in CHAIR.sensors_of("emg")] == ["left", "right"]


def channel(number, quantity):
    return Channel(
        id=number, name=quantity, quantity=quantity, unit="", low=0, high=1, max_rate=1,
        resolution=0.01,
    )  # fmt: skip


def sensor(number, quantity, name):
    return Sensor(
        id=number, name=name, quantity=quantity, unit="", rate_hz=1000, every=1, resolution=1
    )


CHAIR = Capabilities(
    model="chair",
    channels=(channel(0, "gain"), channel(2, "pressure"), channel(4, "pressure")),
    sensors=(sensor(0, "emg", "left"), sensor(1, "pressure", "pad"), sensor(2, "emg", "right")),
    emulated=False,
    queue_slots=64,
    uplink_bytes_s=9200,
)
