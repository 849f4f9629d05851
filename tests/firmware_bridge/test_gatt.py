"""Values of our Bluetooth LE service, as bytes."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import firmware_bridge
from firmware_bridge import gatt
from firmware_bridge.errors import BadFrame
from firmware_bridge.framing import MAX_PAYLOAD_UP, seal
from firmware_bridge.messages import MAJOR, MESSAGES, MINOR, Pong, Stop, decode

bodies = st.builds(
    seal,
    st.integers(0, 255),
    st.integers(0, 15),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFFFFFF),
    st.binary(max_size=MAX_PAYLOAD_UP),
)


@given(st.integers(0, 0xFFFF), st.lists(bodies, max_size=4))
def test_what_is_bundled_comes_out_again(number, several):
    value = gatt.bundle(number, several)
    assert gatt.unbundle(value) == (number, several)
    assert len(value) == gatt.DATA_OVERHEAD + sum(map(gatt.room_for, several))


@given(st.binary(max_size=300))
def test_any_value_is_taken_apart_or_refused(value):
    try:
        number, several = gatt.unbundle(value)
    except BadFrame:
        return
    assert gatt.bundle(number, several) == value


@given(st.lists(bodies, min_size=1, max_size=3), st.data())
def test_one_wrong_bit_anywhere_behind_the_number_is_noticed(several, data):
    value = bytearray(gatt.bundle(1, several))
    place = data.draw(st.integers(gatt.DATA_OVERHEAD, len(value) - 1))
    value[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(BadFrame):
        gatt.unbundle(bytes(value))


def test_info_grows_at_its_end_and_names_itself():
    info = gatt.Info(1, 0, 0xB007CAFE, 216)
    assert gatt.Info.unpack(info.pack() + b"newer") == info
    for wrong in (b"", info.pack()[:-1], b"??" + info.pack()[2:]):
        with pytest.raises(BadFrame, match="INFO"):
            gatt.Info.unpack(wrong)


def test_only_a_stop_goes_to_stop():
    assert [kind for kind in MESSAGES if gatt.lane(kind) == gatt.STOP] == [Stop.KIND]


PAGE = (Path(firmware_bridge.__file__).parent / "PROTOCOL.md").read_text("utf-8")


def test_the_page_shows_the_values_that_the_code_makes():
    section = PAGE.partition("## Bluetooth LE")[2].partition("\n## ")[0]
    (block,) = re.findall(r"^```\n(.*?)```", section, re.MULTILINE | re.DOTALL)
    shown, info = (
        bytes.fromhex(" ".join(re.findall(r"\b[0-9a-f]{2}\b", part)))
        for part in re.sub(r" {3,}(258|1\.1.*)$", "", block, flags=re.MULTILINE).split("INFO")
    )
    number, (body,) = gatt.unbundle(shown)
    assert number == 258
    assert decode(body[0], body) == Pong(1000000, 73301200, 73301350, 0xCAFE)
    assert gatt.Info.unpack(info) == gatt.Info(MAJOR, MINOR, 0xB007CAFE, 216)
    assert info == gatt.Info(MAJOR, MINOR, 0xB007CAFE, 216).pack()


def test_the_page_names_the_service_and_each_characteristic():
    section = PAGE.partition("## Bluetooth LE")[2].partition("\n## ")[0]
    assert f"`{gatt.SERVICE}`" in section
    for name in ("CMD", "STOP", "DATA", "CTRL", "INFO"):
        assert f"| {name} | `{getattr(gatt, name)[:8]}` |" in section
        assert getattr(gatt, name)[8:] == gatt.SERVICE[8:]
