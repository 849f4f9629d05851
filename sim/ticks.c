/* The ticks of a voice coil: the very bits of their plain twin.
 *
 * Each function has the name of the one in coil.py that says why, and does the same arithmetic
 * in the same order: + - * / and sqrt, compiled without contraction. */

#include <float.h>
#include <math.h>
#include <stdint.h>

#include "ticks.h"

#if FLT_EVAL_METHOD != 0
#error "doubles are not evaluated as doubles here: the plain twin is used"
#endif

/* `max` and `min` as Python has them: of equals, the first. */
static double larger(double a, double b) { return b > a ? b : a; }
static double smaller(double a, double b) { return b < a ? b : a; }

static double at(const cubic_t *curve, int64_t t)
{
    double s = (double)(t - curve->from_us) * 1e-6;
    return curve->a + s * (curve->b + s * (curve->c + s * curve->d));
}

static double value(const cubic_t *curve, int64_t t)
{
    int moves = curve->b != 0.0 || curve->c != 0.0 || curve->d != 0.0;
    return moves ? at(curve, t) : curve->a;
}

static double wanted(const coil_t *it, int64_t t)
{
    double want = at(&it->pressure, t) * value(&it->gain, t), top = value(&it->cap, t);
    if (want > top)
        want = top;
    if (want > it->ceiling)
        want = it->ceiling;
    return want < 0.0 ? 0.0 : want;
}

/* How far a rise may go in this tick. */
static double most(coil_t *it, double want)
{
    const numbers_t *k = &it->numbers;
    double most = it->level;
    if (it->rhythmic && it->contact_ms >= k->CONFIRMED_MS) {
        if (it->allowed < 0.0)
            it->allowed = it->peak;
        if (want > it->allowed) {
            it->allowed += it->level;
            if (it->allowed > want)
                it->allowed = want;
        }
        double room = it->allowed - it->pressed_kpa;
        if (room > it->level) {
            most = smaller(room, it->rhythm);
            if (most < it->level)
                most = it->level;
        }
    }
    double gathered = larger(0.0, it->rate) + k->GATHER;
    return most > gathered ? gathered : most;
}

static double effort(coil_t *it, int64_t t)
{
    const numbers_t *k = &it->numbers;
    double want = wanted(it, t), step = want - it->pressed_kpa;
    if (step > 0.0) {
        double may = most(it, want);
        if (step > may) {
            if (step - may > k->LIMITED_KPA)
                it->limited = 1;
            step = may;
        }
    } else if (step < -it->fall) {
        step = -it->fall;
    }
    double gathers = larger(-k->MOST_LED, smaller(k->MOST_LED, step - it->rate));
    it->rate = step;
    it->pressed_kpa += step;
    if (it->contact_ms > 0 && it->pressed_kpa > it->peak)
        it->peak = it->pressed_kpa;
    if (!(it->pressed_kpa > 0.0))
        return 0.0;
    double newtons = it->pressed_kpa * k->N_PER_KPA;
    double root = sqrt(newtons);
    double give =
        k->QUICK * (k->NOMINAL_LINEAR + 0.5 * k->NOMINAL_ROOT / larger(root, k->LEAST_ROOT));
    double effort = newtons + k->NOMINAL_ROOT * root + k->NOMINAL_LINEAR * newtons +
                    it->rate * (1e3 * k->N_PER_KPA) * (k->LAG_S + give * k->GIVE_S) +
                    gathers * (1e6 * k->N_PER_KPA) * (give * k->GIVE_S2) + it->correction_n;
    if (effort > it->most_n)
        return it->most_n;
    return effort < 0.0 ? 0.0 : effort;
}

/* The force of the tissue on the pad. */
static double tissue(coil_t *it)
{
    double x = it->depth_m;
    if (!(it->pad_on && x > 0.0)) {
        it->h1_n -= it->h1_n * (0.5 * it->r1);
        it->h2_n -= it->h2_n * (0.5 * it->r2);
        it->h3_n -= it->h3_n * (0.5 * it->r3);
        return 0.0;
    }
    double fe = it->k * x * sqrt(x);
    if (x > it->bottom_m) {
        double d = x - it->bottom_m;
        fe += it->bottom_n_m2 * d * d;
    }
    it->h1_n += (fe - it->h1_n) * it->r1;
    it->h2_n += (fe - it->h2_n) * it->r2;
    it->h3_n += (fe - it->h3_n) * it->r3;
    double f = fe * (1.0 + it->damping_s_m * it->speed_m_s) - it->s1 * it->h1_n -
               it->s2 * it->h2_n - it->s3 * it->h3_n;
    return f < 0.0 ? 0.0 : f;
}

void coil_advance(coil_t *it, int64_t n, int64_t now_us)
{
    const numbers_t *k = &it->numbers;
    for (int64_t t = now_us + 1000; t <= now_us + n * 1000; t += 1000) {
        double push = it->live ? effort(it, t) : 0.0;
        push *= it->share;
        if (it->live || !it->pushes_live)
            push += it->push_n;
        it->drive_n += (push - it->drive_n) * it->follow;
        double f = tissue(it);
        it->speed_m_s += (it->drive_n - k->SPRING_N_M * it->depth_m -
                          k->SPRING_DAMPING * it->speed_m_s - f) *
                         (1e-3 / k->PAD_KG);
        it->depth_m += it->speed_m_s * 1e-3;
        if (it->depth_m > k->STROKE_M) {
            it->depth_m = k->STROKE_M;
            it->speed_m_s = 0.0;
        }
        it->true_kpa = f * k->KPA_PER_N;
    }
}

static void feel(coil_t *it)
{
    const numbers_t *k = &it->numbers;
    double measured = it->measured_kpa;
    it->low_ms = measured >= k->LOST_KPA ? 0 : it->low_ms + k->SENSE;
    if (it->contact_ms && it->low_ms < k->LOST_MS) {
        it->contact_ms += k->SENSE;
    } else if (measured > k->CONTACT_KPA) {
        it->contact_ms = k->SENSE;
    } else if (it->contact_ms) {
        it->contact_ms = 0;
        it->peak = 0.0;
        it->allowed = k->NEVER;
    }
}

static double believed_kpa(const coil_t *it)
{
    int apart = it->independent_kpa - it->measured_kpa > it->numbers.APART_KPA;
    return apart ? it->independent_kpa : it->measured_kpa;
}

static void regulate(coil_t *it)
{
    const numbers_t *k = &it->numbers;
    double most = it->most_correction_n;
    if (it->pressed_kpa <= 0.0) {
        it->integral_n = it->correction_n = 0.0;
        return;
    }
    double error = (it->pressed_kpa - believed_kpa(it)) * k->N_PER_KPA;
    double integral = it->integral_n + error * (k->KI * (double)k->SENSE * 1e-3);
    it->integral_n = larger(-most, smaller(most, integral));
    it->correction_n = larger(-most, smaller(most, it->integral_n + k->KP * error));
}

static void judge(coil_t *it)
{
    const numbers_t *k = &it->numbers;
    double measured = it->measured_kpa;
    double newtons = larger(0.0, measured) * k->N_PER_KPA;
    double explained = newtons + k->NOMINAL_ROOT * sqrt(newtons) + k->NOMINAL_LINEAR * newtons;
    int odd = fabs(it->drive_n - explained) > k->UNEXPLAINED_N;
    it->odd_ms = odd ? it->odd_ms + k->SENSE : 0;
    it->over_ms = believed_kpa(it) > it->over_kpa ? it->over_ms + k->SENSE : 0;
    if (it->stale_ms > k->STALE_MS)
        it->trip |= k->SENSOR_STALE;
    if (!(k->LOWEST_KPA <= measured && measured <= k->HIGHEST_KPA))
        it->trip |= k->SENSOR_RANGE;
    int off_body = larger(measured, it->independent_kpa) < k->LOST_KPA;
    if (it->odd_ms > (off_body ? k->OFF_BODY_MS : k->UNEXPLAINED_MS))
        it->trip |= k->EFFORT_UNEXPLAINED;
    if (it->over_ms > k->OVER_MS)
        it->trip |= k->OVER_PRESSURE;
    if (it->trip) {
        it->live = 0;
        it->pressed_kpa = it->integral_n = it->correction_n = 0.0;
    }
}

void coil_sense(coil_t *it, int64_t there, double reading_kpa)
{
    it->stale_ms = there ? 0 : it->stale_ms + it->numbers.SENSE;
    if (there)
        it->measured_kpa = reading_kpa;
    feel(it);
    if (it->live) {
        regulate(it);
        judge(it);
    }
}
