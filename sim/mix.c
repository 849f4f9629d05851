/* Mixing a hop of muscle: the very bits of its plain twin in muscle.py. */

#include <float.h>
#include <math.h>
#include <stdint.h>

#include "mix.h"

#if FLT_EVAL_METHOD != 0
#error "doubles are not evaluated as doubles here: the plain twin is used"
#endif

/* A sample as the converter spells it: rounded to even, and kept in its range. */
static int16_t spelled_as(double sample)
{
    double whole = rint(sample);
    if (whole < -32768.0)
        return -32768;
    return whole > 32767.0 ? 32767 : (int16_t)whole;
}

void mix_hop(const double *few, const double *noise, const double *many, int64_t channels,
             int64_t stride, int64_t start, double few_uv, double many_uv, int64_t hop,
             int16_t *spelled)
{
    for (int64_t c = 0; c < channels; c++) {
        for (int64_t n = c * stride + start; n < c * stride + start + hop; n++) {
            double sample = few[n] * few_uv;
            sample += noise[n];
            if (many)
                sample += many[n] * many_uv;
            *spelled++ = spelled_as(sample);
        }
    }
}
