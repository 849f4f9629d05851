"""Small programs for tests of the controller, compiled by the real compiler."""

from profiles.compiler import compile_profile
from profiles.envelope import Envelope, Limit
from profiles.load import read
from profiles.model import Profile

ENVELOPE = Envelope(
    pressure_kpa=Limit(60.0, "device"),
    rise_level_kpa_s=Limit(10.0, "device"),
    rise_rhythm_kpa_s=Limit(60.0, "device"),
    static_max_s=Limit(180.0, "device"),
    session_max_s=Limit(1800.0, "device"),
)

KNEADING = """
format: myoloop-profile/1
id: test-kneading
revision: 1
title: Kneading for tests
region: upper_trapezius
needs: {channels: [pressure]}
limits: {pressure: 20 kPa, rise: 50 kPa/s, session: 5 min}
steps:
  - settle: {pressure: 3 kPa, for: 6 s}
  - petrissage: {pressure: {low: 3 kPa, high: 14 kPa}, rate: 0.7 Hz, for: 12 s}
  - effleurage: {pressure: 5 kPa, rate: 12/min, length: 150 mm, for: 10 s}
"""


def compiled(text=KNEADING, envelope=ENVELOPE):
    profile = read(text, Profile, file="test.yaml")
    return compile_profile(profile, {}, envelope, emulated=True)
