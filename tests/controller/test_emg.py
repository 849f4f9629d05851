"""The EMG front end, from samples to events."""

import pytest

from controller.emg import Emg
from controller.emg_words import Offset, Onset
from tests.controller.emg_signals import bursts, rest


def listen(samples_uv, rate_hz=1000.0, pieces=10, **settings):
    """Return the features of each piece."""
    emg = Emg(rate_hz, samples_uv.shape[1], **settings)
    return [emg.feed(samples_uv[k : k + pieces]) for k in range(0, len(samples_uv), pieces)]


def events(told):
    return [event for features in told for event in features.events]


CONTRACTIONS = [(2.0, 3.0), (4.5, 5.0), (7.0, 8.5)]


@pytest.mark.parametrize("pieces", [1, 3, 7, 10, 37, 250, 1000])
def test_any_cut_of_the_stream_gives_the_same_events(pieces):
    samples_uv = bursts(CONTRACTIONS, seed=3, channels=2)
    whole = events(listen(samples_uv, pieces=len(samples_uv)))
    assert len(whole) == 12
    assert events(listen(samples_uv, pieces=pieces)) == whole


def test_each_contraction_is_one_onset_and_one_offset_at_its_time():
    found = events(listen(bursts(CONTRACTIONS, seed=5)))
    assert [type(event) for event in found] == [Onset, Offset] * 3
    begun = [event for event in found if isinstance(event, Onset)]
    let_go = [event for event in found if isinstance(event, Offset)]
    for (from_s, to_s), onset, offset in zip(CONTRACTIONS, begun, let_go, strict=True):
        assert onset.at_s == pytest.approx(from_s, abs=0.05)
        assert onset.at_s < onset.decided_s < from_s + 0.12
        assert offset.at_s == pytest.approx(to_s, abs=0.1)


def test_a_muscle_at_rest_has_no_events():
    assert not events(listen(rest(60.0, seed=8)))
