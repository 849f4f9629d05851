from hypothesis import given
from hypothesis import strategies as st

from profiles.envelope import Envelope, Limit

limits = st.builds(Limit, st.floats(0.0, 1e6), st.sampled_from(["device", "profile", "operator"]))
envelopes = st.builds(
    Envelope,
    pressure_kpa=limits,
    rise_level_kpa_s=limits,
    rise_rhythm_kpa_s=limits,
    ppt_kpa=limits,
    static_max_s=limits,
    session_max_s=limits,
)


@given(envelopes, envelopes)
def test_an_envelope_only_ever_gets_lower(one, other):
    lowered = one.lower(other)
    for name in Envelope.__struct_fields__:
        both = getattr(one, name), getattr(other, name)
        assert getattr(lowered, name) in both
        assert getattr(lowered, name).value == min(limit.value for limit in both)


@given(envelopes)
def test_an_envelope_lowered_by_itself_or_by_nobody_stays(one):
    assert one.lower(one) == one.lower(Envelope()) == one
