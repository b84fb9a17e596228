// The peak of one core in float32: registers only, twelve accumulators, multiply and add apart or fused, at 128, 256
// and 512 bits. Prints JSON, GFLOP/s. gcc -O3 -ffp-contract=off; each function is compiled for what it needs.
#include <immintrin.h>
#include <stdio.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

#define ROUNDS 20000

// The empty asm makes `a` look changed, so that the products stay in the loop; it costs no instruction.
#define PEAK(name, isa, type, set1, step)                                      \
  __attribute__((target(isa), noinline)) static float name(void) {             \
    type a = set1(1e-3f), b = set1(1e-3f);                                     \
    type c0 = a, c1 = a, c2 = a, c3 = a, c4 = a, c5 = a;                       \
    type c6 = a, c7 = a, c8 = a, c9 = a, c10 = a, c11 = a;                     \
    for (int i = 0; i < ROUNDS; ++i) {                                         \
      step(c0) step(c1) step(c2) step(c3) step(c4) step(c5)                    \
      step(c6) step(c7) step(c8) step(c9) step(c10) step(c11)                  \
    }                                                                          \
    type s = c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11;      \
    return ((float *)&s)[0];                                                   \
  }

#define HIDE __asm__ volatile("" : "+v"(a));
#define HIDEX __asm__ volatile("" : "+x"(a));
#define MUL_ADD(c) HIDEX c = c + a * b;
#define MUL_ADD512(c) HIDE c = c + a * b;
#define FMA128(c) HIDEX c = _mm_fmadd_ps(a, b, c);
#define FMA256(c) HIDEX c = _mm256_fmadd_ps(a, b, c);
#define FMA512(c) HIDE c = _mm512_fmadd_ps(a, b, c);

PEAK(mulAdd128, "avx", __m128, _mm_set1_ps, MUL_ADD)
PEAK(fma128, "avx,fma", __m128, _mm_set1_ps, FMA128)
PEAK(mulAdd256, "avx", __m256, _mm256_set1_ps, MUL_ADD)
PEAK(fma256, "avx,fma", __m256, _mm256_set1_ps, FMA256)
PEAK(mulAdd512, "avx512f", __m512, _mm512_set1_ps, MUL_ADD512)
PEAK(fma512, "avx512f", __m512, _mm512_set1_ps, FMA512)

static volatile float sink;

static void report(const char *name, float (*run)(void), int lanes) {
  double best = 0, until = now() + 0.3;
  while (now() < until) {
    double start = now();
    sink = run();
    double rate = 2.0 * 12 * lanes * ROUNDS / (now() - start) / 1e9;
    if (rate > best) best = rate;
  }
  static int some;
  printf("%s\"%s\": %.1f", some++ ? ", " : "{", name, best);
}

int main(void) {
  if (__builtin_cpu_supports("avx")) report("mul+add 128-bit", mulAdd128, 4);
  if (__builtin_cpu_supports("fma")) report("FMA 128-bit", fma128, 4);
  if (__builtin_cpu_supports("avx")) report("mul+add 256-bit", mulAdd256, 8);
  if (__builtin_cpu_supports("fma")) report("FMA 256-bit", fma256, 8);
  if (__builtin_cpu_supports("avx512f")) report("mul+add 512-bit", mulAdd512, 16);
  if (__builtin_cpu_supports("avx512f")) report("FMA 512-bit", fma512, 16);
  puts("}");
}
