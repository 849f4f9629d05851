"""Values of our Bluetooth LE service, as bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge import gatt
from firmware_bridge.errors import BadFrame
from firmware_bridge.framing import MAX_PAYLOAD_UP, seal
from firmware_bridge.messages import MESSAGES, Stop

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
