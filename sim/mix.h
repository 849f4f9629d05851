/* Mixing a hop of muscle, compiled. What it means stands in muscle.py; this file is read by C and
 * by cffi alike, so it has declarations alone. */

/* Spell HOP samples of each channel, which lie `stride` apart in each block, from `start` on.
 * `many` may be absent. */
void mix_hop(const double *few, const double *noise, const double *many, int64_t channels,
             int64_t stride, int64_t start, double few_uv, double many_uv, int64_t hop,
             int16_t *spelled);
