"""Golden frames: what the documents say byte by byte is what each product's file spells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.advertisement import Advertisement
from firmware_bridge.drivers import drivers, products
from firmware_bridge.products import jensen, keeson, linak, reverie, richmat, rongtai
from firmware_bridge.products.catalogue import PRODUCTS, product
from firmware_bridge.products.product import TIMER, Equipment, Report
from firmware_bridge.recognise import Guess, recognise

HEAD, FOOT = 2, 3

FRAMES = [
    ("jensen PIN", jensen.PIN, "1E 03 00 06 00 00"),
    ("jensen config", jensen.READ_CONFIG, "0A 00 00 00 00 00"),
    ("jensen position", jensen.READ_POSITION, "10 FF 00 00 00 00"),
    ("jensen off", jensen.OFF, "12 00 00 00 00 00"),
    ("linak all off", linak.ALL_OFF, "80 00"),
    ("linak head up", linak.UP[HEAD], "8D 00"),
    ("linak head down", linak.DOWN[HEAD], "8E 00"),
    ("linak foot up", linak.UP[FOOT], "8F 00"),
    ("linak foot down", linak.DOWN[FOOT], "90 00"),
    ("keeson head+", keeson.framed(keeson.HEAD_UP), "E5 FE 16 00 08 00 00 FE"),
    ("keeson head-", keeson.framed(keeson.HEAD_DOWN), "E5 FE 16 00 00 80 00 86"),
    ("keeson foot+", keeson.framed(keeson.FOOT_UP), "E5 FE 16 00 04 00 00 02"),
    ("keeson foot-", keeson.framed(keeson.FOOT_DOWN), "E5 FE 16 00 00 00 01 05"),
    ("keeson step", keeson.framed(0x100), "E5 FE 16 00 01 00 00 05"),
    ("keeson timer", keeson.framed(keeson.TIMER_STEP), "E5 FE 16 00 02 00 00 04"),
    ("keeson intensity 1", keeson.framed(0x80000), "E5 FE 16 00 00 08 00 FE"),
    ("keeson intensity 2", keeson.framed(0x100000), "E5 FE 16 00 00 10 00 F6"),
    ("keeson intensity 3", keeson.framed(0x200000), "E5 FE 16 00 00 20 00 E6"),
    ("keeson wave", keeson.framed(0x10000000), "E5 FE 16 00 00 00 10 F6"),
    ("keeson zero", keeson.framed(0), "E5 FE 16 00 00 00 00 06"),
    ("reverie head 5", reverie.framed(0x53, 5), "55 53 05 03"),
    ("reverie head 10", reverie.framed(0x53, 10), "55 53 0A 0C"),
    ("reverie head 0", reverie.framed(0x53, 0), "55 53 00 06"),
    ("reverie foot 5", reverie.framed(0x54, 5), "55 54 05 04"),
    ("reverie wave 1", reverie.framed(0x41), "55 41 14"),
    ("reverie stop massage", reverie.framed(0x35), "55 35 60"),
    ("reverie stop motors", reverie.framed(0xFF), "55 FF AA"),
    ("richmat toggle", richmat.framed(0x5D), "6E 01 00 5D CC"),
    ("richmat head 1", richmat.framed(0x99), "6E 01 00 99 08"),
    ("richmat head off", richmat.framed(0x98), "6E 01 00 98 07"),
    ("richmat foot 3", richmat.framed(0x9F), "6E 01 00 9F 0E"),
    ("bedtech 30 min", richmat.framed(0x61), "6E 01 00 61 D0"),
    ("rongtai knead", rongtai.framed(0x20), "F0 84 20 5B F1"),
    ("rongtai press", rongtai.framed(0x22), "F0 84 22 59 F1"),
    ("rongtai tap", rongtai.framed(0x23), "F0 84 23 58 F1"),
    ("rongtai speed 6", rongtai.framed(0x33), "F0 84 33 48 F1"),
    ("rongtai air 5", rongtai.framed(0x49), "F0 84 49 32 F1"),
    ("rongtai air off", rongtai.framed(0x4A), "F0 84 4A 31 F1"),
    ("rongtai 30 min", rongtai.framed(0x52), "F0 84 52 29 F1"),
]

MOVES = [
    ("jensen", {}, {HEAD: 5, FOOT: 5}, "12 05 05 00 00 01"),  # the last byte arms its timer
    ("jensen", {HEAD: 5, FOOT: 5, TIMER: 1}, {HEAD: 4, FOOT: 5}, "12 04 05 00 00 01"),
    ("jensen", {HEAD: 5, TIMER: 1}, {}, "12 00 00 00 00 00"),
    ("reverie", {}, {HEAD: 5}, "55 53 05 03"),
    ("reverie", {HEAD: 5}, {HEAD: 5, FOOT: 5}, "55 54 05 04"),
    ("reverie", {}, {4: 1}, "55 41 14"),
    ("linak", {}, {HEAD: 1}, "8D 00"),
    ("linak", {HEAD: 1}, {HEAD: 1, FOOT: 1}, "8F 00"),
    ("linak", {HEAD: 2, FOOT: 1}, {HEAD: 1, FOOT: 1}, "8E 00"),
    ("linak", {HEAD: 2, FOOT: 1}, {}, "80 00"),
    ("keeson", {}, {HEAD: 1}, "E5 FE 16 00 02 00 00 04"),  # the timer first
    ("keeson", {TIMER: 1}, {HEAD: 1}, "E5 FE 16 00 08 00 00 FE"),
    ("keeson", {TIMER: 1, HEAD: 1}, {FOOT: 1}, "E5 FE 16 00 00 80 00 86"),
    ("richmat", {}, {HEAD: 1}, "6E 01 00 99 08"),
    ("richmat", {HEAD: 1}, {HEAD: 1, FOOT: 3}, "6E 01 00 9F 0E"),
    ("richmat", {HEAD: 1}, {}, "6E 01 00 98 07"),
    ("bedtech", {}, {HEAD: 1}, "6E 01 00 5F CE"),  # the timer first
    ("bedtech", {TIMER: 1}, {HEAD: 1}, "6E 01 00 4C BB"),
    ("bedtech", {TIMER: 1, HEAD: 1}, {}, "6E 01 00 5E CD"),
    ("rongtai", {}, {2: 2, 3: 1}, "F0 84 01 7A F1"),  # it sleeps: power first
    ("rongtai", {2: 1}, {2: 2, 3: 5}, "F0 84 50 2B F1"),  # its timer next
    ("rongtai", {2: 1, TIMER: 1}, {2: 2, 3: 5}, "F0 84 49 32 F1"),
    ("rongtai", {2: 1, 3: 5, TIMER: 1}, {2: 2, 3: 5, 4: 6}, "F0 84 20 5B F1"),
    ("rongtai", {2: 2, 3: 5, TIMER: 1}, {2: 2, 3: 5, 4: 6}, "F0 84 33 48 F1"),
    ("rongtai", {2: 2, 3: 5, TIMER: 1}, {2: 2, 3: 0}, "F0 84 4A 31 F1"),
    ("rongtai", {2: 2}, {}, "F0 84 01 7A F1"),
]

REPORTS = [
    ("reverie", "55 00 32 14 05 03 00 00 00", Report(levels={HEAD: 5, FOOT: 3})),
    (
        "keeson",
        "ED 00 00 00 00 06 02 00 00 00 00 00 00 00 01 00",
        Report(levels={HEAD: 6, FOOT: 2, TIMER: 1}),
    ),
    ("keeson", "F0" + 4 * "00" + "0100" + 12 * "00", Report(levels={HEAD: 1, FOOT: 0, TIMER: 0})),
    (
        "keeson",
        "F1" + 4 * "FF" + "0000" + 7 * "00" + "03" + 5 * "00",
        Report(levels={HEAD: 0, FOOT: 0, TIMER: 0}),  # thirty minutes are not our ten
    ),
    # All it may have; massage at the head and a lamp; lamps only. A position is no news.
    ("jensen", "0A 00 57 00 04 00", Equipment()),
    ("jensen", "0A 00 05 00 02 00", Equipment((FOOT,))),
    ("jensen", "0A 00 44 00 04 00", Equipment((HEAD, FOOT))),
    ("jensen", "10 00 01 F4 00 C8", None),
    # Kneading at speed 6, air 5, 9 min 8 s left: byte 1 = 48, 2 = 18, 3 = 05, 4/5 = 04 24, 7 = 03.
    (
        "rongtai",
        "F0 48 18 05 04 24 00 03" + 7 * "00" + "6F F1",
        Report(levels={2: 2, 3: 5, 4: 6, TIMER: 1}),
    ),
    # Pressing, half an hour left: its timer is not ours.
    (
        "rongtai",
        "F0 68 04 01 0E 08 00 03" + 7 * "00" + "79 F1",
        Report(levels={2: 4, 3: 1, 4: 1, TIMER: 0}),
    ),
    ("rongtai", "F0" + 6 * "00" + "01" + 7 * "00" + "7E F1", Report(busy=True)),
    ("rongtai", "F0" + 14 * "00" + "7F F1", Report(levels={2: 0, 3: 0, 4: 0, TIMER: 0})),
    ("rongtai", "F0" + 4 * "00" + "07 00 05" + 7 * "00" + "73 F1", Report(fault=7)),
]


def spelled(text):
    return bytes.fromhex(text)


@pytest.mark.parametrize(
    ("frame", "wanted"), [row[1:] for row in FRAMES], ids=[r[0] for r in FRAMES]
)
def test_a_frame_is_what_the_documents_say(frame, wanted):
    assert frame == spelled(wanted)


@pytest.mark.parametrize(("name", "said", "wanted", "frame"), MOVES)
def test_a_move_is_one_frame(name, said, wanted, frame):
    assert product(name).encode(said, wanted).frame == spelled(frame)


@pytest.mark.parametrize(("name", "value", "report"), REPORTS)
def test_a_report_is_read(name, value, report):
    assert product(name).decode(spelled(value)) == report


@pytest.mark.parametrize("each", PRODUCTS, ids=lambda each: each.name)
@given(value=st.binary(max_size=24))
def test_any_notification_says_something_or_nothing(each, value):
    report = each.decode(value)
    assert report is None or isinstance(report, Report | Equipment)


@pytest.mark.parametrize("each", PRODUCTS, ids=lambda each: each.name)
@given(data=st.data())
def test_from_any_levels_moves_lead_to_any_others_and_end(each, data):
    said, wanted = (data.draw(_levels(each)) for _ in range(2))
    for _ in range(40):
        move = each.encode(said, wanted)
        if move is None:
            break
        said = move.levels
        for channel in each.capabilities.channels:
            if channel.quantity == "pressure":
                assert said.get(channel.id, 0) >= 0
    else:
        pytest.fail(f"it goes on for ever: {said} is not {wanted}")
    pressing = {c.id for c in each.capabilities.channels if c.quantity == "pressure"}
    assert {c: said.get(c, 0) for c in pressing} == {c: wanted.get(c, 0) for c in pressing}


@pytest.mark.parametrize("each", PRODUCTS, ids=lambda each: each.name)
def test_there_is_a_way_off_from_anything(each):
    assert each.off(None)
    on = {c.id: 1 for c in each.capabilities.channels if c.quantity == "pressure"}
    on |= {c.id: 2 for c in each.capabilities.channels if c.choices}
    assert each.off(on)
    last = each.encode(on, {})
    assert last is not None
    assert sum(last.levels.values()) < sum(on.values())


@pytest.mark.parametrize("each", PRODUCTS, ids=lambda each: each.name)
def test_a_product_says_what_it_is_and_what_nobody_has_tried(each):
    assert each.evidence.source
    assert each.evidence.unchecked
    assert each.evidence.mark in ("tested upstream", "untested upstream")
    assert not each.capabilities.sensors
    assert not each.capabilities.emulated
    assert each.capabilities.auto_off_s == each.auto_off_s
    assert each.capabilities.channel("pressure").step > 0


def test_of_these_two_nobody_upstream_says_they_tried_them():
    assert {p.name for p in PRODUCTS if not p.evidence.tested_upstream} == {"reverie", "rongtai"}


SEEN = [
    (Advertisement(address="", name="jmc400", services=(jensen.SERVICE,)), "jensen", 1.0),
    (Advertisement(address="", name="jmc400"), "jensen", 0.6),
    (Advertisement(address="", name="", services=(reverie.SERVICE,)), "reverie", 1.0),
    (Advertisement(address="", name="Bed 12", services=(linak.SERVICE,)), "linak", 0.9),
    (Advertisement(address="", name="base-i5.000012"), "keeson", 0.9),
    (Advertisement(address="", name="QRRM1", services=(richmat.GATTS[0].service,)), "richmat", 0.8),
    (
        Advertisement(
            address="", name="", services=(richmat.GATTS[0].service,), makers={0x4C57: b""}
        ),
        "bedtech",
        0.95,
    ),
    (Advertisement(address="", name="RT8600S"), "rongtai", 0.9),
]


@pytest.mark.parametrize(("seen", "name", "confidence"), SEEN)
def test_an_advertiser_is_recognised(seen, name, confidence):
    assert recognise(seen, drivers()) == Guess(name, confidence)


def test_a_stranger_is_nobody():
    assert recognise(Advertisement(address="", name="a kettle"), drivers()) is None


def test_every_product_has_a_driver_of_its_name():
    assert set(products()) == {each.name for each in PRODUCTS}
    assert set(products()) < set(drivers())


def _levels(each):
    channels = each.capabilities.channels
    return st.fixed_dictionaries(
        {c.id: st.integers(0, round((c.high - c.low) / c.step)) for c in channels}
    ).map(_consistent(each))


def _consistent(each):
    """Where nothing is pressed nothing else is wanted, and what sleeps does not press."""
    pressing = [c.id for c in each.capabilities.channels if c.quantity == "pressure"]
    sleeping = [c.id for c in each.capabilities.channels if "on" in c.choices]
    return lambda levels: (
        levels if any(levels[c] for c in pressing) and all(levels[c] for c in sleeping) else {}
    )
