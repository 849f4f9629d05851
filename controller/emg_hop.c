/* One hop of EMG: filters, windows, electrode, heart, onsets; the very bits of its plain twin.
 *
 * Each function has the name of the one in Python that says why, and does the same arithmetic in
 * the same order: + - * / sqrt, and the log and exp that Python's math calls as well. Compiled
 * without contraction, and on no machine whose doubles have another width in registers. */

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "emg_hop.h"

#if FLT_EVAL_METHOD != 0
#error "doubles are not evaluated as doubles here: the plain twin is used"
#endif

enum { SLOW, ONSET, SHOWN, WHOLE, LINES };

/* `max` and `min` as Python has them: of equals, the first. */
static double larger(double a, double b) { return b > a ? b : a; }
static double smaller(double a, double b) { return b < a ? b : a; }
static int64_t no_less(int64_t a, int64_t b) { return b > a ? b : a; }
static double level(double uv) { return log(uv + 1e-9); }

double emg_log(double x) { return log(x); }
double emg_exp(double x) { return exp(x); }

/* --- rows ---------------------------------------------------------------------------------- */

static void append(row_t *row, double value)
{
    if (row->count == row->most)
        memmove(row->at, row->at + 1, (size_t)(--row->count) * sizeof(double));
    row->at[row->count++] = value;
}

static double largest(const double *at, int64_t count)
{
    double most = at[0];
    for (int64_t i = 1; i < count; i++)
        most = larger(most, at[i]);
    return most;
}

static double summed(const double *at, int64_t count)
{
    double sum = at[0];
    for (int64_t i = 1; i < count; i++)
        sum += at[i];
    return sum;
}

static double power(const double *x, const double *y, int64_t count)
{
    double sum = x[0] * y[0];
    for (int64_t i = 1; i < count; i++)
        sum += x[i] * y[i];
    return sum;
}

static void sort(double *at, int64_t count)
{
    for (int64_t i = 1; i < count; i++) {
        double value = at[i];
        int64_t k = i;
        for (; k > 0 && at[k - 1] > value; k--)
            at[k] = at[k - 1];
        at[k] = value;
    }
}

/* --- emg_filters.py, emg_bands.py ------------------------------------------------------------ */

static double pass(const double *k, double *z, double x)
{
    double y = k[0] * x + z[0];
    z[0] = k[1] * x - k[4] * y + z[1];
    z[1] = k[2] * x - k[5] * y;
    return y;
}

/* Two filters of one section: in a row, or, where `apart` is given, side by side. What they
 * remember is in registers meanwhile: that is the time they take. */
static void two(const double *k, const double *l, double *y, double *z, const double *heard,
                double *samples, double *apart, int64_t length)
{
    double first[2] = {y[0], y[1]}, second[2] = {z[0], z[1]};
    for (int64_t n = 0; n < length; n++) {
        double x = heard[n], once = pass(k, first, x);
        double twice = pass(l, second, apart ? x : once);
        samples[n] = apart ? once : twice;
        if (apart)
            apart[n] = twice;
    }
    memcpy(y, first, sizeof first);
    memcpy(z, second, sizeof second);
}

static void run(const filter_t *filter, int64_t channel, double *samples, int64_t length)
{
    double *z = filter->memory + 2 * channel * filter->sections;
    const double *k = filter->numbers;
    int64_t s = 0;
    for (; s + 1 < filter->sections; s += 2, k += 12, z += 4)
        two(k, k + 6, z, z + 2, samples, samples, 0, length);
    for (int64_t n = 0; s < filter->sections && n < length; n++)
        samples[n] = pass(k, z, samples[n]);
}

void emg_filter(const filter_t *filter, double *samples, int64_t channels, int64_t length)
{
    for (int64_t c = 0; c < channels; c++)
        run(filter, c, samples + c * length, length);
}

static void rest(const filter_t *filter, int64_t channel)
{
    memset(filter->memory + 2 * channel * filter->sections, 0,
           (size_t)(2 * filter->sections) * sizeof(double));
}

static double *notch_memory(const ear_t *ear, int64_t channel, int64_t line)
{
    return ear->notch.memory + 2 * (line * ear->plan.channels + channel);
}

static void restart(ear_t *ear, int64_t channel, double zero_uv)
{
    ear->zero_uv[channel] = zero_uv;
    rest(&ear->comb, channel);
    rest(&ear->bandpass, channel);
    for (int64_t line = 0; line < ear->notch.sections; line++)
        memset(notch_memory(ear, channel, line), 0, 2 * sizeof(double));
    rest(&ear->highpass, channel);
}

/* Take the actuator out of `trace`; return the mean power of what was taken. */
static double comb_out(ear_t *ear, int64_t channel, double *trace)
{
    int64_t hop = ear->plan.hop;
    double *before = ear->heard;
    if (!ear->comb.sections)
        return 0.0;
    memcpy(before, trace, (size_t)hop * sizeof(double));
    run(&ear->comb, channel, trace, hop);
    for (int64_t n = 0; n < hop; n++)
        before[n] -= trace[n];
    return power(before, before, hop) / (double)hop;
}

/* Take one line out of `heard`; every notch hears all, so that none has to begin. */
static void line_out(ear_t *ear, int64_t channel, double *heard)
{
    int64_t hop = ear->plan.hop, seen = ear->channel[channel].electrode.line;
    const double *k = ear->notch.numbers;
    double *notched = ear->notched;
    int64_t line = 0;
    for (; line + 1 < ear->notch.sections; line += 2, k += 12, notched += 2 * hop)
        two(k, k + 6, notch_memory(ear, channel, line), notch_memory(ear, channel, line + 1),
            heard, notched, notched + hop, hop);
    for (int64_t n = 0; line < ear->notch.sections && n < hop; n++)
        notched[n] = pass(k, notch_memory(ear, channel, line), heard[n]);
    if (ear->notch.sections)
        memcpy(heard, ear->notched + seen * hop, (size_t)hop * sizeof(double));
}

/* From a hop's sums to those of the next one. */
static int64_t row_length(const plan_t *plan)
{
    return (LINES + 2 * plan->lines) * plan->channels;
}

static void keep(ear_t *ear, int64_t product, int64_t channel, double sum)
{
    const plan_t *plan = &ear->plan;
    double *sums = ear->sums + product * plan->channels + channel;
    int64_t row = row_length(plan);
    sums[ear->at * row] = sums[(ear->at + plan->size) * row] = sum / (double)plan->hop;
}

static void hear(ear_t *ear, int64_t channel, const double *rows_uv)
{
    const plan_t *plan = &ear->plan;
    int64_t hop = plan->hop;
    double *trace = ear->trace, *heard = ear->heard;
    for (int64_t n = 0; n < hop; n++)
        trace[n] = rows_uv[n * plan->channels + channel] - ear->zero_uv[channel];
    ear->taken[channel] = comb_out(ear, channel, trace);
    memcpy(ear->raw + (channel * plan->second + ear->bands_hops % plan->second) * hop, trace,
           (size_t)hop * sizeof(double));
    memcpy(heard, trace, (size_t)hop * sizeof(double));
    run(&ear->bandpass, channel, heard, hop);
    const double *line = ear->line + ear->line_at * 2 * plan->lines * hop;
    keep(ear, WHOLE, channel, power(heard, heard, hop));
    for (int64_t half = 0; half < 2 * plan->lines; half++)
        keep(ear, LINES + half, channel, power(heard, line + half * hop, hop));
    line_out(ear, channel, heard);
    keep(ear, SHOWN, channel, power(heard, heard, hop));
    run(&ear->highpass, channel, heard, hop);
    keep(ear, ONSET, channel, power(heard, heard, hop));
    keep(ear, SLOW, channel, summed(trace, hop));
}

/* The first of the newest `hops` hops of a product, which has been counted already. */
static const double *window(const ear_t *ear, int64_t product, int64_t channel, int64_t hops)
{
    const plan_t *plan = &ear->plan;
    return ear->sums + (ear->end - hops) * row_length(plan) + product * plan->channels + channel;
}

static double total(const ear_t *ear, int64_t product, int64_t channel, int64_t hops)
{
    int64_t row = row_length(&ear->plan);
    const double *at = window(ear, product, channel, hops);
    double sum = at[0];
    for (int64_t i = 1; i < hops; i++)
        sum += at[i * row];
    return sum;
}

static double over(const ear_t *ear, int64_t product, int64_t channel, int64_t hops)
{
    int64_t heard = hops < ear->bands_hops ? hops : ear->bands_hops;
    return total(ear, product, channel, hops) / (double)heard;
}

static double swing_uv(const ear_t *ear, int64_t channel)
{
    int64_t tenth = ear->plan.tenth;
    int64_t hops = tenth < ear->bands_hops ? tenth : ear->bands_hops;
    const double *slow = window(ear, SLOW, channel, hops);
    int64_t row = row_length(&ear->plan);
    double low = slow[0], high = slow[0];
    for (int64_t i = 1; i < hops; i++) {
        low = smaller(low, slow[i * row]);
        high = larger(high, slow[i * row]);
    }
    return high - low + 0.0;
}

/* --- emg_heartbeat.py ------------------------------------------------------------------------ */

typedef struct {
    double slope_uv;
    int expected;
} beat_t;

static int expected(const ear_t *ear, const heart_t *heart)
{
    if (heart->regular < ear->constants.BEATS_NEEDED)
        return 0;
    double since = (double)(heart->hop - heart->last_hop) / heart->interval;
    double phase = since - floor(since + 0.5);
    return fabs(phase) * heart->interval * ear->plan.hop_s <= ear->constants.GATE_S;
}

static void count(const ear_t *ear, heart_t *heart, int64_t interval)
{
    const constants_t *k = &ear->constants;
    if (heart->last_hop < 0)
        return;
    double one = (double)interval;
    if (heart->regular >= k->BEATS_NEEDED)
        one = (double)interval / larger(1.0, rint((double)interval / heart->interval));
    double one_s = one * ear->plan.hop_s;
    int plausible = k->SHORTEST_S <= one_s && one_s <= k->LONGEST_S;
    if (plausible && fabs(one - heart->interval) <= k->REGULAR * heart->interval) {
        if (heart->regular < 3 * k->BEATS_NEEDED)
            heart->regular++;
        heart->interval += 0.25 * (one - heart->interval);
        return;
    }
    heart->regular = no_less(0, heart->regular - k->BEATS_NEEDED);
    if (!heart->regular)
        heart->interval = plausible ? one : 0.0;
}

static void found(const ear_t *ear, heart_t *heart)
{
    int64_t interval = heart->peak_hop - heart->last_hop;
    if (heart->last_hop < 0 || (double)interval * ear->plan.hop_s >= ear->constants.REFRACTORY_S) {
        count(ear, heart, interval);
        heart->last_hop = heart->peak_hop;
        int fresh = heart->size_uv == 0.0;
        double share = fresh ? 1.0 : 0.25;
        heart->size_uv += share * (heart->peak_uv - heart->size_uv);
        double swings = largest(heart->swings.at, heart->swings.count);
        heart->swing_uv += share * (swings - heart->swing_uv);
        double loudest = largest(heart->levels.at, heart->levels.count);
        heart->level = fresh ? loudest : heart->level + 0.25 * (loudest - heart->level);
    }
    heart->peak_uv = 0.0;
    heart->peak_hop = -1;
}

static int stands_out(const constants_t *k, const heart_t *heart, double deflection_uv)
{
    double band_uv = exp(largest(heart->levels.at, heart->levels.count));
    double usual_uv = larger(k->OVER_QUIET * heart->quiet_uv, 0.5 * heart->size_uv);
    return deflection_uv > larger(usual_uv, k->OVER_BAND * band_uv);
}

static void look(const ear_t *ear, heart_t *heart, double deflection_uv, int64_t lag)
{
    const constants_t *k = &ear->constants;
    double hop_s = ear->plan.hop_s;
    double floor_uv = larger(heart->quiet_uv, 1e-9);
    heart->quiet_uv +=
        hop_s / 1.0 * (smaller(deflection_uv, 3.0 * floor_uv + 1.0) - heart->quiet_uv);
    if (deflection_uv > larger(k->LEAST_UV, heart->peak_uv) &&
        stands_out(k, heart, deflection_uv)) {
        heart->peak_uv = deflection_uv;
        heart->peak_hop = heart->hop - lag;
    } else if (heart->peak_hop >= 0 && heart->hop - lag - heart->peak_hop > 2 * lag) {
        found(ear, heart);
    }
    double since_s = (double)(heart->hop - heart->last_hop) * hop_s;
    if (heart->last_hop >= 0 && since_s > 2.0 * k->LONGEST_S) {
        heart->regular = 0;
        heart->size_uv *= 1.0 - hop_s;
    }
}

static beat_t beat(const ear_t *ear, heart_t *heart, double mean_uv, double loud, double swing)
{
    row_t *means = &heart->means;
    append(means, mean_uv);
    heart->hop++;
    int64_t lag = (means->most - 1) / 2;
    const double *newest = means->at + means->count - 1;
    double slope_uv = 0.0;
    if (means->count > 3)
        slope_uv = 0.5 * fabs(newest[0] + newest[-1] - newest[-2] - newest[-3]);
    append(&heart->slopes, slope_uv);
    append(&heart->levels, loud);
    append(&heart->swings, swing);
    if (means->count == 2 * lag + 1)
        look(ear, heart, fabs(means->at[lag] - 0.5 * (means->at[0] + newest[0])), lag);
    beat_t found = {largest(heart->slopes.at, heart->slopes.count), expected(ear, heart)};
    return found;
}

/* --- emg_quality.py -------------------------------------------------------------------------- */

typedef struct {
    double span_uv, half_share, cycle_share, cycles_share, mains_share, mains_uv, band_uv, swing_uv, beat_swing_uv, fast_uv;
    int64_t clipped;
} sight_t;

static int too_quiet(const ear_t *ear, electrode_t *electrode, const sight_t *sight, int resting)
{
    const settings_t *s = &ear->settings;
    double rest_uv = electrode->rest_uv, now_uv = sight->fast_uv;
    int dry = now_uv < smaller(ear->constants.QUIET_BELOW_UV, s->quiet_ratio * rest_uv);
    electrode->quiet_hops = dry ? electrode->quiet_hops + 1 : 0;
    if (resting && !dry) {
        double share = ear->plan.hop_s / (now_uv > rest_uv ? s->rise_s : 10.0);
        electrode->rest_uv = rest_uv != 0.0 ? rest_uv + share * (now_uv - rest_uv) : now_uv;
    }
    return electrode->quiet_hops >= ear->plan.quiet;
}

static int64_t examine(const ear_t *ear, electrode_t *electrode, const sight_t *sight, int resting)
{
    const settings_t *s = &ear->settings;
    const constants_t *k = &ear->constants;
    electrode->flat_hops = sight->span_uv < s->step_uv ? electrode->flat_hops + 1 : 0;
    int64_t flags = electrode->flat_hops >= ear->plan.flat ? k->FLAT : 0;
    if (sight->clipped >= 2)
        flags |= k->SATURATED;
    if (sight->mains_uv > s->mains_uv && sight->mains_share > s->mains_share)
        flags |= k->MAINS;
    if (sight->swing_uv > larger(larger(s->motion_uv, s->motion_ratio * sight->band_uv),
                                 k->BEAT_SWING * sight->beat_swing_uv))
        flags |= k->MOTION;
    if (too_quiet(ear, electrode, sight, resting))
        flags |= k->QUIET;
    return flags;
}

static double line_power(const electrode_t *electrode, int64_t line)
{
    const double *half_uv = electrode->lines_uv.at + 2 * line;
    return 2.0 * (half_uv[0] * half_uv[0] + half_uv[1] * half_uv[1]);
}

static void see(const ear_t *ear, electrode_t *electrode)
{
    const settings_t *s = &ear->settings;
    int64_t seen = electrode->line;
    for (int64_t line = 0; line < ear->plan.lines; line++) {
        double power = line_power(electrode, line);
        int clear = power > s->line_seen * electrode->power;
        if (clear && power > s->line_stronger * line_power(electrode, seen))
            electrode->line = line;
    }
}

static double unsettled_uv(const ear_t *ear, electrode_t *electrode, double whole)
{
    double share = ear->plan.hop_s / ear->settings.mains_settle_s, strongest = 0.0;
    double *lines_uv = electrode->lines_uv.at;
    for (int64_t at = 0; at < electrode->lines_uv.count; at += 2) {
        double cosine = ear->halves_uv[at] - lines_uv[at];
        double sine = ear->halves_uv[at + 1] - lines_uv[at + 1];
        lines_uv[at] += share * cosine;
        lines_uv[at + 1] += share * sine;
        strongest = larger(strongest, cosine * cosine + sine * sine);
    }
    electrode->power += share * (whole - electrode->power);
    see(ear, electrode);
    return sqrt(2.0 * strongest);
}

static int hold(const ear_t *ear, electrode_t *electrode, int64_t flags, int64_t clipped)
{
    const constants_t *k = &ear->constants;
    int64_t blind = flags & (k->FLAT | k->MAINS);
    if (clipped * 2 > ear->plan.hop)
        blind |= k->SATURATED;
    int gone = electrode->faults && !blind;
    electrode->faults = blind;
    if (gone) {
        electrode->hold_hops = no_less(electrode->hold_hops, ear->plan.hold + 1);
        memset(electrode->lines_uv.at, 0, (size_t)electrode->lines_uv.count * sizeof(double));
        electrode->power = 0.0;
    }
    electrode->hold_hops = no_less(0, electrode->hold_hops - 1);
    return gone;
}

/* --- emg_onsets.py --------------------------------------------------------------------------- */

typedef struct {
    double quiet, fast, slow_uv, leak;
    int clean, moving, line_like, plain;
} hop_t;

static void learn_at_first(const ear_t *ear, muscle_t *muscle, const hop_t *hop)
{
    int64_t warm_up = ear->plan.warm_up;
    row_t *heard = &muscle->heard;
    if (!hop->clean)
        return;
    append(heard, hop->fast);
    if (heard->count < warm_up)
        return;
    int64_t first = warm_up / 3 < 3 ? warm_up / 3 : 3, count = heard->count - first;
    sort(heard->at + first, count);
    muscle->rest = larger(muscle->rest, heard->at[first + (int64_t)(0.3 * (double)count)]);
    muscle->before = muscle->rest;
    muscle->learning = 0;
    heard->count = 0;
}

static double threshold(const ear_t *ear, muscle_t *muscle, const hop_t *hop)
{
    const rules_t *r = &ear->rules;
    double least = muscle->hops >= ear->plan.boot - ear->plan.warm_up ? r->on : r->boot;
    double spread = larger(ear->settings.spreads_on * muscle->spread, least);
    double lasting = larger(muscle->rest, r->floor) + spread;
    lasting = larger(lasting, log(muscle->usual_uv + 1e-9) + r->usual_on);
    lasting = larger(lasting, hop->leak);
    double penalty = hop->moving ? r->penalty : 0.0;
    if (hop->fast > lasting + penalty && hop->clean && !hop->line_like)
        muscle->lasting_hops++;
    else
        muscle->lasting_hops = no_less(0, muscle->lasting_hops - ear->constants.BACK_DOWN);
    return larger(lasting, muscle->before + r->before) + penalty;
}

static int score(const ear_t *ear, muscle_t *muscle, const hop_t *hop, double over)
{
    const settings_t *s = &ear->settings;
    if (!hop->clean) {
        muscle->score = 0.0;
    } else if (over <= 0.0) {
        muscle->score = larger(0.0, muscle->score + larger(over, -s->leak));
    } else if (!hop->line_like) {
        int strong = muscle->usual_uv > 0.0 &&
                     hop->quiet > log(muscle->usual_uv) + ear->rules.strong;
        if (!strong || hop->plain) {
            muscle->score += smaller(over + s->score_base, strong ? s->strong_cap : s->score_cap);
            return 1;
        }
    }
    return 0;
}

static int jumps(const ear_t *ear, const muscle_t *muscle, const hop_t *hop)
{
    if (!muscle->over || hop->moving || muscle->age_hops <= ear->plan.split ||
        muscle->usual_uv <= 0.0)
        return 0;
    if (hop->fast <= log(muscle->usual_uv) + ear->rules.split_usual)
        return 0;
    double before = largest(muscle->recent.at, muscle->recent.count - ear->plan.fast);
    return hop->fast > before + ear->rules.split;
}

static int judge(const ear_t *ear, muscle_t *muscle, const hop_t *hop, int scored)
{
    const rules_t *r = &ear->rules;
    if (!muscle->active) {
        int at_once = scored && muscle->score > ear->settings.score_needed;
        return at_once || muscle->lasting_hops >= ear->plan.lasting ? BEGAN : NOTHING;
    }
    double rest = larger(muscle->rest, r->floor);
    double low = larger(rest + larger(ear->settings.spreads_off * muscle->spread, r->off),
                        log(muscle->level_uv + 1e-9) + r->level_off);
    muscle->low_hops = hop->fast < low ? muscle->low_hops + 1 : 0;
    if (muscle->low_hops >= ear->plan.off)
        return ENDED;
    return jumps(ear, muscle, hop) ? BEGAN_ANEW : NOTHING;
}

static void remember(const ear_t *ear, muscle_t *muscle, const hop_t *hop, double over)
{
    const rules_t *r = &ear->rules;
    const settings_t *s = &ear->settings;
    int still = !(muscle->active || hop->moving || muscle->lasting_hops);
    int quiet = hop->clean && over < 0.0 && still;
    double above = hop->fast - muscle->rest;
    if (hop->clean && above < 0.0)
        muscle->rest += above * r->fall;
    else if (quiet)
        muscle->rest += above * r->rise;
    else if (hop->clean && muscle->active)
        muscle->rest += above * r->rise_active;
    if (quiet) {
        double spread = muscle->spread + r->rise * (1.25 * fabs(above) - muscle->spread);
        muscle->spread = smaller(larger(spread, s->spread_least), s->spread_most);
    }
    if (muscle->active) {
        muscle->level_uv = larger(hop->slow_uv, muscle->level_uv * r->level_kept);
    } else {
        muscle->level_uv = 0.0;
        const row_t *recent = &muscle->recent;
        int64_t lag = ear->plan.lag;
        double ago = recent->at[recent->count > lag ? recent->count - 1 - lag : 0];
        double rate = ago < muscle->before ? r->before_fall : r->before_rise;
        muscle->before += (ago - muscle->before) * rate;
    }
    if (muscle->active && hop->clean)
        muscle->usual_uv = larger(hop->slow_uv, muscle->usual_uv * r->usual_kept);
    else
        muscle->usual_uv *= r->usual_idle_kept;
}

static int64_t listen(const ear_t *ear, muscle_t *muscle, const hop_t *hop)
{
    append(&muscle->recent, hop->fast);
    if (muscle->learning) {
        learn_at_first(ear, muscle, hop);
        return NOTHING;
    }
    muscle->hops++;
    muscle->threshold = threshold(ear, muscle, hop);
    double over = hop->quiet - muscle->threshold;
    muscle->over = hop->clean && over > 0.0;
    muscle->crossing = muscle->over && hop->fast > muscle->threshold;
    int scored = score(ear, muscle, hop, over);
    int64_t step = judge(ear, muscle, hop, scored);
    if (step == NOTHING) {
        muscle->age_hops++;
    } else {
        muscle->active = step != ENDED;
        muscle->age_hops = muscle->lasting_hops = 0;
        muscle->score = 0.0;
    }
    remember(ear, muscle, hop, over);
    return step;
}

/* --- emg.py ---------------------------------------------------------------------------------- */

/* Note the halves of all lines over a tenth of a second; say which is the strongest. */
static int64_t strongest(ear_t *ear, int64_t c, double *most)
{
    int64_t found = 0;
    for (int64_t line = 0; line < ear->plan.lines; line++) {
        double cosine = over(ear, LINES + 2 * line, c, ear->plan.tenth);
        double sine = over(ear, LINES + 2 * line + 1, c, ear->plan.tenth);
        double power = 2.0 * (cosine * cosine + sine * sine);
        ear->halves_uv[2 * line] = cosine;
        ear->halves_uv[2 * line + 1] = sine;
        if (power > *most) {
            *most = power;
            found = line;
        }
    }
    return found;
}

/* The share that a line has at most in the newest hops: half a cycle, one, or two. */
static double fitted(const ear_t *ear, int64_t c, int64_t line, int64_t hops, int window)
{
    int64_t lines = ear->plan.lines;
    const double *fit = ear->fit + (3 * ear->line_at + window) * 3 * lines + line;
    double cosine = total(ear, LINES + 2 * line, c, hops);
    double sine = total(ear, LINES + 2 * line + 1, c, hops);
    double power = (fit[0] * cosine + fit[lines] * sine) * cosine + fit[2 * lines] * sine * sine;
    return power / (total(ear, WHOLE, c, hops) + 1e-9);
}

static sight_t look_at(ear_t *ear, int64_t c, const double *rows_uv, const heart_t *heart)
{
    const plan_t *plan = &ear->plan;
    double low = rows_uv[c], high = low;
    sight_t sight = {0};
    for (int64_t n = 0; n < plan->hop; n++) {
        double uv = rows_uv[n * plan->channels + c];
        low = smaller(low, uv);
        high = larger(high, uv);
        sight.clipped += uv <= ear->low_rail_uv || uv >= ear->high_rail_uv;
    }
    double mains = 0.0;
    int64_t line = strongest(ear, c, &mains);
    sight.mains_share = mains / (over(ear, WHOLE, c, plan->tenth) + 1e-9);
    sight.mains_uv = sqrt(mains);
    sight.half_share = fitted(ear, c, line, plan->half, 0);
    sight.cycle_share = fitted(ear, c, line, plan->cycle, 1);
    sight.cycles_share = fitted(ear, c, line, plan->cycles, 2);
    sight.span_uv = high - low;
    sight.band_uv = sqrt(over(ear, ONSET, c, plan->tenth));
    sight.swing_uv = swing_uv(ear, c);
    sight.beat_swing_uv = heart->regular ? heart->swing_uv : 0.0;
    sight.fast_uv = sqrt(over(ear, SHOWN, c, plan->fast));
    return sight;
}

static double leak(const ear_t *ear, int64_t c, channel_t *channel, const beat_t *beating)
{
    const settings_t *s = &ear->settings;
    double whole = over(ear, WHOLE, c, ear->plan.tenth);
    double mains_uv = unsettled_uv(ear, &channel->electrode, whole);
    int64_t now = ear->plan.short_;
    double ringing = larger(0.0, over(ear, SHOWN, c, now) - over(ear, WHOLE, c, now));
    double leak_uv = larger(larger(larger(s->mains_leak * mains_uv, s->mains_leak * sqrt(ringing)),
                                   s->slope_leak * beating->slope_uv),
                            s->actuator_leak * sqrt(ear->taken[c]));
    double beat_level =
        beating->expected ? channel->heart.level + log(s->beat_margin) : ear->constants.SILENT;
    return larger(level(leak_uv), beat_level);
}

static void tire(const ear_t *ear, channel_t *channel, said_t *said)
{
    const muscle_t *muscle = &channel->muscle;
    int loud = channel->slow_uv > ear->constants.LEAST_SHARE * muscle->usual_uv;
    int steady = muscle->active && loud && !(channel->flags & ear->constants.UNTRUSTED);
    channel->steady_hops = steady ? channel->steady_hops + 1 : 0;
    said->second = channel->steady_hops == ear->plan.second;
    if (said->second)
        channel->steady_hops = 0;
}

static void listen_to(ear_t *ear, int64_t c, const double *rows_uv, int patched)
{
    const plan_t *plan = &ear->plan;
    const constants_t *k = &ear->constants;
    channel_t *channel = ear->channel + c;
    said_t *said = ear->said + c;
    muscle_t *muscle = &channel->muscle;
    electrode_t *electrode = &channel->electrode;
    double quiet = over(ear, ONSET, c, plan->short_);
    double loud = level(sqrt(quiet));
    double mean_uv = *window(ear, SLOW, c, 1);
    beat_t beating = beat(ear, &channel->heart, mean_uv, loud, swing_uv(ear, c));
    sight_t sight = look_at(ear, c, rows_uv, &channel->heart);
    int64_t flags = examine(ear, electrode, &sight, !muscle->active);
    if (hold(ear, electrode, flags, sight.clipped))
        restart(ear, c, rows_uv[(plan->hop - 1) * plan->channels + c]);
    int held = electrode->hold_hops > 0 || ear->settle_hops > 0;
    hop_t hop = {
        .quiet = loud,
        .fast = level(sqrt(over(ear, ONSET, c, plan->fast))),
        .slow_uv = sqrt(over(ear, ONSET, c, plan->slow)),
        .leak = leak(ear, c, channel, &beating),
        .clean = !(patched || held || electrode->faults),
        .moving = (flags & k->MOTION) != 0,
        .line_like = sight.cycles_share > ear->settings.line_share,
        .plain = sight.cycle_share < ear->settings.plain_share &&
                 sight.half_share < ear->settings.half_plain_share,
    };
    said->step = listen(ear, muscle, &hop);
    append(&channel->powers, quiet);
    channel->flags = flags | (held || muscle->learning ? k->SETTLING : 0) |
                     (patched ? k->LOST : 0) | (beating.expected ? k->HEARTBEAT : 0) |
                     (ear->shaken ? k->ACTUATOR : 0);
    channel->fast_uv = sight.fast_uv;
    channel->slow_uv = sqrt(over(ear, SHOWN, c, plan->slow));
    said->flags |= channel->flags;
    said->crossing |= muscle->crossing;
    tire(ear, channel, said);
}

/* Copy a hop with numbers only, and note of which channels some were none. */
static void numbers(ear_t *ear, const double *rows_uv)
{
    int64_t channels = ear->plan.channels, i = 0;
    for (int64_t c = 0; c < channels; c++)
        ear->said[c].lost = 0;
    for (int64_t n = 0; n < ear->plan.hop; n++)
        for (int64_t c = 0; c < channels; c++, i++) {
            int good = fabs(rows_uv[i]) < ear->constants.ABSURD_UV;
            ear->rows_uv[i] = good ? rows_uv[i] : ear->zero_uv[c];
            ear->said[c].lost |= !good;
        }
}

int64_t emg_hear(ear_t *ear, const double *rows_uv, int64_t patched)
{
    int64_t channels = ear->plan.channels, news = 0;
    numbers(ear, rows_uv);
    if (!ear->begun)
        for (int64_t c = 0; c < channels; c++)
            restart(ear, c, ear->rows_uv[c]);
    ear->begun = 1;
    ear->at = ear->bands_hops % ear->plan.size; /* once: to divide takes longer than to add */
    ear->end = ear->at + ear->plan.size + 1;
    ear->line_at = ear->bands_hops % ear->line_hops;
    for (int64_t c = 0; c < channels; c++)
        hear(ear, c, ear->rows_uv);
    ear->bands_hops++;
    ear->hops++;
    ear->settle_hops = no_less(0, ear->settle_hops - 1);
    ear->fresh = 1;
    for (int64_t c = 0; c < channels; c++) {
        listen_to(ear, c, ear->rows_uv, patched || ear->said[c].lost);
        news += ear->said[c].step != NOTHING || ear->said[c].second;
    }
    return news;
}

void emg_tell(ear_t *ear)
{
    int64_t channels = ear->plan.channels;
    for (int64_t c = 0; c < channels; c++) {
        const channel_t *channel = ear->channel + c;
        said_t *said = ear->said + c;
        ear->levels[c] = channel->fast_uv;
        ear->levels[channels + c] = channel->slow_uv;
        ear->levels[2 * channels + c] = exp(channel->muscle.rest);
        ear->facts[c] = ear->fresh ? said->flags : channel->flags;
        ear->facts[channels + c] = said->crossing;
        ear->facts[2 * channels + c] = channel->muscle.active;
        said->flags = said->crossing = 0;
    }
    ear->fresh = 0;
}
