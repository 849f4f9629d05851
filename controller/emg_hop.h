/* One hop of EMG, compiled. What it means stands in emg.py, emg_bands.py and their siblings, under
 * the same names; this file is read by C and by cffi alike, so it has declarations alone.
 *
 * A field of plan_t, settings_t, rules_t and constants_t is filled by its name from `Plan`,
 * `EmgSettings`, `Rules` and the constants of the modules: no number is written twice. */

/* A list of at most `most` numbers: what is appended pushes the oldest out. */
typedef struct {
    int64_t count, most;
    double *at;
} row_t;

typedef struct {
    double rest, spread, before, level_uv, usual_uv, score, threshold;
    int64_t active, over, crossing, hops, low_hops, age_hops, lasting_hops, learning;
    row_t heard, recent;
} muscle_t;

typedef struct {
    row_t means, slopes, levels, swings;
    double quiet_uv, size_uv, swing_uv, level, peak_uv, interval;
    int64_t hop, peak_hop, last_hop, regular;
} heart_t;

typedef struct {
    int64_t flat_hops, quiet_hops, hold_hops, settle_hops, faults, line;
    double rest_uv, power;
    row_t lines_uv;
} electrode_t;

typedef struct {
    muscle_t muscle;
    heart_t heart;
    electrode_t electrode;
    row_t powers;
    int64_t flags, steady_hops;
    double fast_uv, slow_uv, let_go_s;
} channel_t;

typedef struct {
    int64_t channels, lines, hop, short_, fast, slow, half, cycle, cycles, tenth, size, warm_up, boot, off, lasting,
        split, lag, flat, quiet, hold, second;
    double hop_s;
} plan_t;

typedef struct {
    double step_uv, mains_uv, mains_share, line_share, plain_share, half_plain_share, motion_uv, motion_ratio,
        quiet_ratio, rise_s, mains_settle_s, line_seen, line_stronger, mains_leak, slope_leak, actuator_leak, beat_margin,
        spreads_on, spreads_off, spread_least, spread_most, leak, score_base, score_cap,
        strong_cap, score_needed;
} settings_t;

typedef struct {
    double on, boot, usual_on, before, off, level_off, strong, split, split_usual, penalty, floor,
        fall, rise, rise_active, before_fall, before_rise, level_kept, usual_kept,
        usual_idle_kept;
} rules_t;

typedef struct {
    double ABSURD_UV, SILENT, SHORTEST_S, LONGEST_S, REFRACTORY_S, REGULAR, LEAST_UV, OVER_QUIET,
        OVER_BAND, GATE_S, QUIET_BELOW_UV, BEAT_SWING, LEAST_SHARE;
    int64_t BACK_DOWN, BEATS_NEEDED, FLAT, SATURATED, MOTION, MAINS, QUIET, LOST, SETTLING,
        HEARTBEAT, ACTUATOR, UNTRUSTED;
} constants_t;

/* Sections of one filter, and what it remembers of each channel; a notch, by line and channel. */
typedef struct {
    int64_t sections;
    double *numbers, *memory;
} filter_t;

/* What became of a hop, as `Step` has it. */
enum { NOTHING, BEGAN, ENDED, BEGAN_ANEW };

/* What a channel's hop says, beyond what is remembered. `flags` and `crossing` are those of all
 * hops since they were last told; `second`: a whole second of clean activity has passed; `lost`:
 * some of the channel's own samples were no numbers. */
typedef struct {
    int64_t step, second, flags, crossing, lost;
} said_t;

typedef struct {
    plan_t plan;
    settings_t settings;
    rules_t rules;
    constants_t constants;
    filter_t comb, bandpass, notch, highpass;
    int64_t line_hops, at, end, line_at;
    double *line, *fit, *zero_uv, *sums, *raw;
    double *rows_uv, *trace, *heard, *taken, *halves_uv, *notched;
    double low_rail_uv, high_rail_uv;
    channel_t *channel;
    said_t *said;
    int64_t hops, bands_hops, settle_hops, begun, shaken, fresh;
    double *levels;
    int64_t *facts;
} ear_t;

/* Filter each row of `samples` (channels, length) in place, and carry its memory on. */
void emg_filter(const filter_t *filter, double *samples, int64_t channels, int64_t length);

/* Hear one hop, (hop, channels); return how many channels have something to tell at once. */
int64_t emg_hear(ear_t *ear, const double *rows_uv, int64_t patched);

/* Write what is said of all hops since the last time: into `levels` fast, slow and floor of all
 * channels, into `facts` flags, crossing and active. */
void emg_tell(ear_t *ear);

/* The logarithm and the power of e that this file was linked with. */
double emg_log(double x);
double emg_exp(double x);
