"""Every driver is asked, and the surest answers."""

from firmware_bridge.advertisement import Advertisement
from firmware_bridge.gatt import SERVICE
from firmware_bridge.recognise import Guess, recognise

HEADSET = Advertisement(address="11:22:33:44:55:66", name="headset", services=("180f",))
OURS = Advertisement(address="F0:05:00:00:00:01", name="massage", services=("180f", SERVICE))


def test_our_service_is_ours_whatever_the_name():
    assert recognise(OURS) == Guess("ble", 1.0)


def test_what_nobody_knows_is_nobodys():
    assert recognise(HEADSET) is None
    assert recognise(HEADSET, {}) is None


def test_the_surest_of_several_drivers_answers():
    drivers = {"doubtful": lambda _: 0.4, "sure": lambda _: 0.9, "no": lambda _: 0.0}
    assert recognise(HEADSET, drivers) == Guess("sure", 0.9)
