"""Ways to break what EMG is compared with: too strong, too old, another muscle's, badly heard."""

COMPARISON = "tests/controller/test_comparison.py"
CONTRACTION = "tests/controller/test_contraction.py"
GUARDING = "tests/controller/test_guarding.py"

CONTRACTIONS = [
    ("guarding", "STRONGEST_COUNTS_UV = 200.0", "STRONGEST_COUNTS_UV = 2000.0",
     f"{COMPARISON}::test_a_muscle_that_was_measured_too_strong_hides_no_guard"),
    ("guarding", "STRONGEST_COUNTS_UV = 200.0", "STRONGEST_COUNTS_UV = 20.0",
     f"{GUARDING}::test_thresholds_are_in_baselines_and_in_shares_of_the_strongest_contraction"),
    ("comparison", "SITTING_S = 4 * 3600.0", "SITTING_S = 40 * 3600.0",
     f"{COMPARISON}::test_to_the_end_of_the_sitting_it_counts"),
    ("comparison", "return 0.0 <= now_s - one.at_s < SITTING_S", "return True",
     f"{COMPARISON}::test_of_another_muscle_device_or_sitting_it_says_nothing"),
    ("comparison", " and one.side == side", "",
     f"{COMPARISON}::test_of_another_muscle_device_or_sitting_it_says_nothing"),
    ("vetting", "if not capabilities.emulated and one not in kept:", "if False:",
     f"{COMPARISON}::test_what_starts_a_session_on_somebody_is_what_is_known_of_that_very_person"),
    ("hearing", "references.pop(STRONGEST, None)", "pass",
     f"{COMPARISON}::test_a_muscle_is_compared_with_its_own_contraction_alone"),
    ("contraction", "CLIPPED_SAMPLES, PILED = 8", "CLIPPED_SAMPLES, PILED = 8000",
     f"{CONTRACTION}::test_samples_that_are_no_numbers_hide_no_clipping"),
    ("contraction", "samples_uv[np.isfinite(samples_uv)]", "samples_uv",
     f"{CONTRACTION}::test_whatever_is_missing_a_converters_end_is_seen"),
]  # fmt: skip
"""Rows as in `table`."""
