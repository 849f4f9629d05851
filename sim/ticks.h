/* The ticks of a voice coil, compiled. What it means stands in coil.py, under the same names;
 * this file is read by C and by cffi alike, so it has declarations alone.
 *
 * A field of numbers_t is filled by its name from the constants of coil.py and the bits of
 * `Fault`: no number is written twice. */

typedef struct {
    int64_t from_us;
    double a, b, c, d;
} cubic_t;

typedef struct {
    double CONTACT_KPA, LOST_KPA, LIMITED_KPA, APART_KPA, UNEXPLAINED_N, LOWEST_KPA,
        HIGHEST_KPA, PAD_KG, SPRING_N_M, SPRING_DAMPING, STROKE_M, LAG_S, NOMINAL_ROOT,
        NOMINAL_LINEAR, QUICK, GIVE_S, GIVE_S2, LEAST_ROOT, MOST_LED, KP, KI, N_PER_KPA,
        KPA_PER_N, GATHER, NEVER;
    int64_t CONFIRMED_MS, LOST_MS, STALE_MS, OVER_MS, UNEXPLAINED_MS, OFF_BODY_MS, SENSE, SENSOR_STALE,
        SENSOR_RANGE, EFFORT_UNEXPLAINED, OVER_PRESSURE;
} numbers_t;

/* What `Coil` is in Python. */
typedef struct {
    numbers_t numbers;
    cubic_t pressure, gain, cap;
    double drive_n, depth_m, speed_m_s, h1_n, h2_n, h3_n;
    double true_kpa, measured_kpa, independent_kpa, pressed_kpa;
    double integral_n, correction_n, rate, peak, allowed;
    double ceiling, level, rhythm, fall, most_n, over_kpa, most_correction_n;
    double k, bottom_m, bottom_n_m2, damping_s_m, r1, r2, r3, s1, s2, s3;
    double share, push_n, follow;
    int64_t contact_ms, low_ms, stale_ms, over_ms, odd_ms, trip;
    int64_t live, pad_on, limited, rhythmic, pushes_live;
} coil_t;

/* Make `n` ticks of 1 ms pass from `now_us`, with no reading among them. */
void coil_advance(coil_t *it, int64_t n, int64_t now_us);

/* Take a reading, if one is there; regulate, and notice what is wrong. */
void coil_sense(coil_t *it, int64_t there, double reading_kpa);
