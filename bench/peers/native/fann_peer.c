// FANN (float): training by fann_train_epoch on one fann_train_data a mini-batch, or by fann_train for batch 1;
// prediction by fann_run, a row at a time. The clock is that of child.mjs.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <fann.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static float *read_floats(const char *path, size_t length) {
  float *values = malloc(length * sizeof(float));
  FILE *file = fopen(path, "rb");
  if (!file || fread(values, sizeof(float), length, file) != length) {
    fprintf(stderr, "Error: %s: expected %zu floats\n", path, length);
    exit(1);
  }
  fclose(file);
  return values;
}

static struct fann *net;
static struct fann_train_data **batches;
static int kind_train, batch, count, inputs, outputs, rows;
static float *x, *y;

static double run(long steps) {
  for (long s = 0; s < steps; ++s) {
    if (kind_train && batch == 1) fann_train(net, x + (s % rows) * inputs, y + (s % rows) * outputs);
    else if (kind_train) fann_train_epoch(net, batches[s % count]);
    else
      for (int r = 0; r < batch; ++r) fann_run(net, x + ((s * batch + r) % rows) * inputs);
  }
  return (double)steps * batch;
}

// id kind hidden output batch rows learningRate x y seconds repetitions warm limit layers sizes…
int main(int argc, char **argv) {
  (void)argc;
  const char *kind = argv[2], *hidden = argv[3], *output = argv[4];
  if (!strcmp(kind, "matmul")) {
    puts("RESULT {\"absent\": \"has no matrix product\"}");
    return 0;
  }
  kind_train = !strcmp(kind, "train");
  batch = atoi(argv[5]);
  rows = atoi(argv[6]);
  double seconds = atof(argv[10]), warm = atof(argv[12]), limit = atof(argv[13]);
  int repetitions = atoi(argv[11]), layers = atoi(argv[14]);
  unsigned sizes[16];
  for (int l = 0; l < layers; ++l) sizes[l] = atoi(argv[15 + l]);
  inputs = sizes[0];
  outputs = sizes[layers - 1];
  x = read_floats(argv[8], (size_t)rows * inputs);
  if (kind_train) y = read_floats(argv[9], (size_t)rows * outputs);

  net = fann_create_standard_array(layers, sizes);
  int relu = !strcmp(hidden, "relu");
  // FANN_LINEAR_PIECE is min(max(x, 0), 1), the nearest to relu. Steepness ½ makes FANN's sigmoid 1 / (1 + exp(−z)).
  fann_set_activation_function_hidden(net, relu ? FANN_LINEAR_PIECE : FANN_SIGMOID);
  fann_set_activation_function_output(net, !strcmp(output, "relu") ? FANN_LINEAR_PIECE : FANN_SIGMOID);
  fann_set_activation_steepness_hidden(net, 0.5);
  fann_set_activation_steepness_output(net, 0.5);
  fann_set_training_algorithm(net, batch == 1 ? FANN_TRAIN_INCREMENTAL : FANN_TRAIN_BATCH);
  fann_set_learning_rate(net, atof(argv[7]));
  fann_set_learning_momentum(net, 0);
  fann_set_train_error_function(net, FANN_ERRORFUNC_LINEAR);

  count = rows / batch;
  if (kind_train && batch > 1) {
    batches = malloc(count * sizeof *batches);
    for (int i = 0; i < count; ++i) {
      batches[i] = fann_create_train(batch, inputs, outputs);
      for (int r = 0; r < batch; ++r) {
        memcpy(batches[i]->input[r], x + (size_t)(i * batch + r) * inputs, inputs * sizeof(float));
        memcpy(batches[i]->output[r], y + (size_t)(i * batch + r) * outputs, outputs * sizeof(float));
      }
    }
  }

  double began = now();
  long steps = 1;
  for (;;) {
    double start = now();
    run(steps);
    double took = now() - start;
    if (took < seconds) {
      double factor = fmin(4, fmax(1.2, 1.1 * seconds / fmax(took, 1e-9)));
      steps = (long)ceil(steps * factor);
    } else if (now() - began >= warm) break;
    if (now() - began > limit) break;
  }
  printf("RESULT {\"version\": \"2.2\", \"rates\": [");
  for (int r = 0; r < repetitions && (r == 0 || now() - began < limit); ++r) {
    double start = now();
    double done = run(steps);
    printf("%s%.6g", r ? ", " : "", done / (now() - start));
  }
  printf("], \"notes\": \"%s%s\"}\n", relu ? "hidden units min(max(z, 0), 1)" : "sigmoid",
         !strcmp(output, "softmax") ? ", sigmoid outputs for softmax" : "");
}
