"""The EMG front end, from samples to events."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.emg import Emg
from controller.emg_settings import EmgSettings
from controller.emg_words import Offset, Onset, Quality
from tests.controller.emg_signals import bursts, heartbeats, rest

CONTRACTIONS = [(2.0, 3.0), (4.5, 5.0), (7.0, 8.5)]


def listen(samples_uv, rate_hz=1000.0, pieces=10, **said):
    """Return the features of each piece."""
    emg = Emg(rate_hz, samples_uv.shape[1])
    return [emg.feed(samples_uv[k : k + pieces], **said) for k in range(0, len(samples_uv), pieces)]


def events(told):
    return [event for features in told for event in features.events]


def onsets(told):
    return [event for event in events(told) if isinstance(event, Onset)]


def with_a_heart():
    samples_uv = bursts(CONTRACTIONS, seed=3, channels=2)
    beats_uv = heartbeats(len(samples_uv) / 1000.0, per_min=70, peak_uv=250.0, seed=4)
    samples_uv[:, 1] += beats_uv
    return samples_uv


@pytest.mark.parametrize("pieces", [1, 3, 7, 10, 37, 250, 1000])
def test_any_cut_of_the_stream_gives_the_same_events(pieces):
    samples_uv = with_a_heart()
    whole = events(listen(samples_uv, pieces=len(samples_uv)))
    assert len(whole) == 12
    assert events(listen(samples_uv, pieces=pieces)) == whole


CUTS = st.lists(st.integers(0, 400), min_size=1, max_size=12)
GAPS = st.dictionaries(st.integers(1, 9), st.integers(1, 400), max_size=3)


@given(cuts=CUTS, gaps=GAPS)
@settings(max_examples=25, deadline=None)
def test_cuts_and_gaps_anywhere_give_the_same_events_and_the_same_memory(cuts, gaps):
    samples_uv = bursts([(1.0, 2.0)], seed=9, after_s=1.0)
    one, other = Emg(1000.0, 1), Emg(1000.0, 1)
    found = []
    for k in range(0, len(samples_uv), 300):
        piece, lost = samples_uv[k : k + 300], gaps.get(k // 300, 0)
        whole = one.feed(piece, lost=lost)
        parts = []
        for cut in cuts:
            parts.append(other.feed(piece[:cut], lost=lost))
            piece, lost = piece[cut:], 0
        parts.append(other.feed(piece, lost=lost))
        assert events(parts) == list(whole.events)
        assert sum(p.duration_s for p in parts) == pytest.approx(whole.duration_s)
        found += whole.events
    assert one.state() == other.state()


@pytest.mark.parametrize("actuator_hz", [None, 30.0])
def test_a_replay_may_start_in_the_middle(actuator_hz):
    samples_uv = with_a_heart()
    one, other = Emg(1000.0, 2), Emg(1000.0, 2)
    one.feed(samples_uv[:4703], actuator_hz=actuator_hz)
    other.restore(one.state())
    for k in range(4703, len(samples_uv), 10):
        piece = samples_uv[k : k + 10]
        assert other.feed(piece, actuator_hz=actuator_hz) == one.feed(
            piece, actuator_hz=actuator_hz
        )
    assert other.state() == one.state()


def test_a_state_stays_as_it_was_while_the_stream_goes_on():
    samples_uv = with_a_heart()
    emg = Emg(1000.0, 2)
    emg.feed(samples_uv[:3000])
    kept = emg.state()
    first = emg.feed(samples_uv[3000:6000])
    emg.restore(kept)
    assert emg.feed(samples_uv[3000:6000]) == first


@given(until=st.integers(1000, 9000))
@settings(max_examples=15, deadline=None)
def test_nothing_looks_ahead_and_nothing_is_withdrawn(until):
    samples_uv = bursts(CONTRACTIONS, seed=6)
    whole = events(listen(samples_uv, pieces=1000))
    known = [e for e in whole if e.decided_s <= until // 10 * 10 / 1000.0]
    assert events(listen(samples_uv[:until], pieces=1000)) == known
    assert all(e.at_s <= e.decided_s for e in whole)


@pytest.mark.parametrize("rate_hz", [250.0, 500.0, 1000.0, 1926.0, 2000.0])
def test_each_contraction_is_one_onset_and_one_offset_at_its_time(rate_hz):
    found = events(listen(bursts(CONTRACTIONS, seed=5, rate_hz=rate_hz), rate_hz))
    assert [type(event) for event in found] == [Onset, Offset] * 3
    for (from_s, to_s), onset, offset in zip(CONTRACTIONS, found[::2], found[1::2], strict=True):
        assert onset.at_s == pytest.approx(from_s, abs=0.06)
        assert onset.at_s < onset.decided_s < from_s + 0.13
        assert to_s - 0.1 < offset.at_s < to_s + 0.4


@pytest.mark.parametrize("channels", [1, 2, 8, 16])
def test_a_channel_hears_the_same_whoever_is_beside_it(channels):
    alone = bursts(CONTRACTIONS, seed=12)
    others = rest(len(alone) / 1000.0, seed=13, channels=channels)
    others[:, -1:] = alone
    heard = [(e.at_s, e.decided_s) for e in events(listen(others)) if e.channel == channels - 1]
    assert heard == [(e.at_s, e.decided_s) for e in events(listen(alone))]


@pytest.mark.parametrize("nothing", [np.nan, np.inf, 1e12])
def test_a_channel_without_numbers_is_lost_alone(nothing):
    alone = bursts(CONTRACTIONS, seed=12)
    beside = np.concatenate((alone, np.full_like(alone, nothing)), axis=1)
    told, wanted = listen(beside), listen(alone)
    assert events(told) == events(wanted)
    assert [f.flags[0] for f in told] == [f.flags[0] for f in wanted]
    assert all(f.flags[1] & Quality.LOST for f in told)


def test_no_number_after_a_gap_or_as_an_actuator_begins_spoils_nothing_for_long():
    samples_uv = bursts([(3.0, 4.0)], seed=14, channels=2)
    samples_uv[[1000, 1999], 0] = np.nan
    emg = Emg(1000.0, 2)
    emg.feed(samples_uv[:1000])
    emg.feed(samples_uv[1000:2000], lost=500)
    emg.feed(samples_uv[2000:2500], actuator_hz=30.0)
    said = emg.feed(samples_uv[2500:])
    assert [event.channel for event in said.events if isinstance(event, Onset)] == [0, 1]
    assert np.isfinite(said.slow_uv).all()


@pytest.mark.parametrize(("seconds", "times"), [(1.0, 5.0), (1.0, 10.0), (3.0, 10.0)])
def test_a_contraction_that_creeps_up_is_found_before_it_is_at_its_height(seconds, times):
    samples_uv = rest(15.0, seed=3)
    at_s = np.arange(len(samples_uv)) / 1000.0
    samples_uv *= times ** np.clip((at_s - 5.0) / seconds, 0.0, 1.0)[:, None]
    (onset,) = onsets(listen(samples_uv))
    assert 5.0 < onset.decided_s <= 5.0 + seconds


def test_a_muscle_at_rest_has_no_events_and_is_trusted():
    told = listen(rest(60.0, seed=8))
    assert not events(told)
    assert all(features.trusted[0] for features in told[30:])


def test_a_crossing_is_told_before_the_onset_is_decided():
    told = listen(bursts([(2.0, 3.0)], seed=15))
    (onset,) = onsets(told)
    first = next(k for k, features in enumerate(told) if features.crossing[0])
    assert 1.99 < first / 100.0 < onset.decided_s


def test_levels_are_those_of_the_samples():
    told = listen(rest(5.0, seed=16, rms_uv=10.0))
    slow_uv = np.array([features.slow_uv[0] for features in told[100:]])
    assert slow_uv.mean() == pytest.approx(10.0, rel=0.1)
    assert told[-1].floor_uv[0] == pytest.approx(9.0, rel=0.25)


def test_lost_samples_are_flagged_bridged_and_counted():
    samples_uv = rest(4.0, seed=17)
    emg = Emg(1000.0, 1)
    emg.feed(samples_uv[:2000])
    told = emg.feed(samples_uv[2040:2050], lost=40)
    assert told.duration_s == pytest.approx(0.050)
    assert told.flags[0] & Quality.LOST
    assert not told.trusted[0]
    assert emg.feed(samples_uv[2050:2060]).trusted[0]


def test_after_a_long_gap_time_has_passed_and_nothing_is_decided_at_once():
    samples_uv = bursts([(2.0, 3.0)], seed=18)
    emg = Emg(1000.0, 1)
    emg.feed(rest(2.0, seed=19))
    told = [emg.feed(samples_uv[:10], lost=7000)]
    told += [emg.feed(samples_uv[k : k + 10]) for k in range(10, len(samples_uv), 10)]
    assert not any(features.trusted[0] for features in told[:29])
    (onset,) = onsets(told)
    assert onset.at_s == pytest.approx(11.0, abs=0.06)


def test_what_is_no_number_is_lost_and_spoils_nothing():
    samples_uv = bursts([(2.0, 3.0)], seed=20)
    samples_uv[500:520] = np.nan
    samples_uv[700] = np.inf
    samples_uv[720] = -1e200
    told = listen(samples_uv)
    assert told[50].flags[0] & told[51].flags[0] & told[70].flags[0] & Quality.LOST
    assert len(onsets(told)) == 1


def test_each_second_of_clean_activity_has_a_median_frequency():
    told = listen(bursts([(1.0, 9.0)], seed=21, rms_uv=200.0))
    medians = [f.median_hz[0] for f in told if f.median_hz[0] is not None]
    assert len(medians) in (7, 8)
    assert all(150.0 < hz < 300.0 for hz in medians)


def test_an_actuator_that_wanders_a_little_is_not_learnt_anew():
    samples_uv = rest(6.0, seed=23)
    emg = Emg(1000.0, 1)
    emg.feed(samples_uv[:3000], actuator_hz=30.0)
    assert emg.feed(samples_uv[3000:3010], actuator_hz=30.1).trusted[0]
    assert not emg.feed(samples_uv[3010:3020], actuator_hz=33.0).trusted[0]


def test_slow_motion_of_the_device_needs_no_comb():
    told = listen(rest(2.0, seed=24), actuator_hz=0.6)
    assert told[-1].flags[0] == Quality(0)


def test_a_state_of_another_stream_is_refused():
    with pytest.raises(ValueError, match="other channels"):
        Emg(1000.0, 2).restore(Emg(1000.0, 1).state())
    with pytest.raises(ValueError, match="another rate"):
        Emg(1000.0, 2).restore(Emg(2000.0, 2).state())
    with pytest.raises(ValueError, match="another rate"):
        Emg(1000.0, 2).restore(Emg(1000.0, 2, EmgSettings(notch=False)).state())
    with pytest.raises(ValueError, match="no EMG state"):
        Emg(1000.0, 2).restore(b"no state at all")


def test_a_stream_that_cannot_be_is_refused_with_what_would_do():
    with pytest.raises(ValueError, match="250 to 4000"):
        Emg(100.0, 1)
    with pytest.raises(ValueError, match="1 to 64"):
        Emg(1000.0, 0)
    with pytest.raises(ValueError, match="needs 2 columns"):
        Emg(1000.0, 2).feed(np.zeros((10, 3)))


def test_the_notch_takes_mains_out_of_what_is_compared():
    hum_uv = 20.0 * np.sin(2 * np.pi * 50.0 * np.arange(8000) / 1000.0)[:, None]
    samples_uv = rest(8.0, seed=22) + hum_uv
    plain = Emg(1000.0, 1, EmgSettings(notch=False)).feed(samples_uv)
    assert listen(samples_uv)[-1].slow_uv[0] < 6.0
    assert plain.slow_uv[0] > 12.0
