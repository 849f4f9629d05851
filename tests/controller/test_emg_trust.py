"""Trust in the EMG: lost at once, counted, and back only after a while."""

from controller.emg_trust import EmgTrust, hear


def standings(story):
    """Fold (seconds, clean) spells of 10 ms batches; return what was thought at each."""
    trust, at, said = EmgTrust(), 0, []
    for seconds, clean in story:
        for _ in range(round(seconds * 100)):
            at += 1
            trust = hear(trust, at / 100, clean=clean)
            said.append(trust.standing(at / 100))
    return said


def test_doubt_begins_with_the_first_bad_batch():
    assert standings([(1.0, True), (0.01, False)])[-1] == "doubted"


def test_a_second_is_lost_and_five_are_gone():
    said = standings([(1.0, True), (6.0, False)])
    assert said[100 + 98] == "doubted"
    assert said[100 + 101] == "lost"
    assert said[100 + 498] == "lost"
    assert said[100 + 501] == "gone"


def test_trust_is_back_after_two_clean_seconds():
    said = standings([(1.0, False), (3.0, True)])
    assert said[100 + 195] != "trusted"
    assert said[100 + 202] == "trusted"


def test_a_gap_locked_to_a_stroke_is_no_loss():
    said = standings([(1.0, True), (0.1, False), (0.5, True)] * 20)
    assert "lost" not in said
    assert said[-1] == "trusted"


def test_gaps_that_come_too_fast_are_a_loss():
    for bad_s, clean_s in ((0.14, 0.01), (0.14, 0.15), (0.02, 0.01)):
        said = standings([(1.0, True), *[(bad_s, False), (clean_s, True)] * 300])
        assert "lost" in said, "over the first second"
        assert said[-1] == "gone"


def test_after_one_gap_it_is_trusted_at_once():
    said = standings([(1.0, True), (0.1, False), (0.5, True)])
    assert said[109] == "doubted"
    assert set(said[110:]) == {"trusted"}


def test_a_loss_that_flickers_is_still_a_loss():
    said = standings([(0.4, False), (0.3, True)] * 20)
    assert said[-1] == "gone"
