"""What hypothesis draws: any ask of any technique, and any pace for it."""

from hypothesis import strategies as st

from profiles.asks import (
    Chambers,
    Heat,
    Hold,
    Oscillation,
    Point,
    Points,
    Pulses,
    Rhythm,
    Strokes,
)
from profiles.pace import Pace

starts = st.floats(0.0, 25.0)
paces = st.builds(
    Pace,
    start_kpa=starts,
    rise_level_kpa_s=st.floats(2.0, 10.0),
    last=st.booleans(),
)
kneads = st.builds(
    Rhythm,
    low_kpa=st.tuples(st.floats(0.6, 6.0), st.floats(0.6, 6.0)),
    high_kpa=st.tuples(st.floats(3.0, 25.0), st.floats(3.0, 25.0)),
    rate_hz=st.floats(0.3, 1.5),
    for_s=st.floats(2.0, 40.0),
)
strokes = st.builds(
    Strokes,
    start_kpa=st.floats(2.0, 15.0),
    end_kpa=st.floats(2.0, 15.0),
    rate_hz=st.floats(0.05, 0.4),
    length_mm=st.floats(10.0, 200.0),
    for_s=st.floats(5.0, 60.0),
)
holds = st.builds(Hold, pressure_kpa=st.floats(0.0, 20.0), for_s=st.floats(0.5, 30.0))
points = st.builds(
    Point,
    pressure_kpa=st.floats(2.0, 25.0),
    rise_kpa_s=st.floats(2.0, 10.0),
    fall_kpa_s=st.floats(2.0, 40.0),
    for_s=st.floats(3.0, 60.0),
)
rhythms = st.builds(
    Rhythm,
    low_kpa=st.floats(0.6, 4.0).map(lambda kpa: (kpa, kpa)),
    high_kpa=st.floats(5.0, 12.0).map(lambda kpa: (kpa, kpa)),
    rate_hz=st.floats(0.2, 1.5),
    for_s=st.floats(12.0, 30.0),
    duty=st.floats(0.25, 0.75),
    attack=st.floats(0.4, 0.6),
    length_mm=st.one_of(st.just(0.0), st.floats(5.0, 15.0)),
    speed_mm_s=st.one_of(st.just(0.0), st.floats(5.0, 90.0)),
)
strips = st.builds(
    Strokes,
    start_kpa=st.floats(2.0, 20.0),
    end_kpa=st.floats(2.0, 20.0),
    rate_hz=st.floats(0.03, 0.3),
    length_mm=st.floats(50.0, 200.0),
    for_s=st.floats(20.0, 50.0),
    out_share=st.just(2.0 / 3.0),
)
drifts = st.builds(
    Hold, st.floats(1.0, 10.0), for_s=st.floats(30.0, 60.0), drift_mm_s=st.floats(0.0, 2.0)
)
pulses = st.builds(
    Pulses,
    pressure_kpa=st.floats(0.5, 5.0),
    rate_hz=st.floats(0.03, 0.3),
    duty=st.floats(0.1, 0.7),
    length_mm=st.floats(1.0, 40.0),
    for_s=st.floats(5.0, 50.0),
)
sleeves = st.builds(
    Chambers,
    sites=st.sampled_from([(), ("foot",), ("foot", "calf", "thigh")]),
    first_kpa=st.floats(0.5, 13.3),
    last_kpa=st.floats(0.5, 13.3),
    fill_s=st.floats(0.5, 10.0),
    hold_s=st.floats(0.5, 10.0),
    vent_s=st.floats(0.5, 10.0),
    for_s=st.floats(10.0, 90.0),
)
heads = st.builds(
    Oscillation,
    pressure_kpa=st.floats(0.5, 10.0),
    frequency_hz=st.floats(3.0, 60.0),
    amplitude_mm=st.floats(0.1, 16.0),
    swing_kpa=st.floats(0.0, 3.0),
    attack=st.just(0.6),
    speed_mm_s=st.floats(5.0, 90.0),
    length_mm=st.one_of(st.just(0.0), st.floats(5.0, 150.0)),
    for_s=st.floats(2.0, 40.0),
)
curves = st.lists(
    st.tuples(st.floats(0.5, 8.0), st.floats(0.0, 15.0), st.floats(0.0, 90.0)),
    min_size=1,
    max_size=5,
).map(lambda given: _points(given))
heats = st.builds(
    Heat,
    pressure_kpa=st.one_of(st.none(), st.floats(0.5, 10.0)),
    temperature_degc=st.floats(35.0, 40.0),
    for_s=st.floats(20.0, 180.0),
)
asks = st.one_of(
    kneads, strokes, holds, points, rhythms, strips, drifts, pulses, sleeves, heads, heats, curves
)


def _points(given):
    """Return a curve with these waits, pressures and places, back at 0 mm in its end."""
    at_s, found = 0.0, []
    for wait_s, kpa, mm in given:
        at_s += wait_s
        found.append((at_s, kpa, mm))
    return Points((*found, (at_s + 3.0, 3.0, 0.0)))
