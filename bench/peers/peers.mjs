// The columns: how each is started, and what differs by its nature.

/** Debian's Python, not one that happens to stand first in PATH. */
export const python = '/usr/bin/python3'

// Kernels of a machine with AVX2 and no more, as most users' are.
const avx2 = {
  OPENBLAS_CORETYPE: 'Haswell',
  ATEN_CPU_CAPABILITY: 'avx2',
  ONEDNN_MAX_CPU_ISA: 'AVX2',
  DNNL_MAX_CPU_ISA: 'AVX2',
}

const js = (id, file, variant, note) => ({
  id,
  group: 'JavaScript',
  file: `peers/${file}.mjs`,
  variant,
  note,
})
const native = (id, file, variant, note, env) => ({
  id,
  group: 'native',
  file: `native/${file}`,
  variant,
  note,
  env,
})

export const peers = [
  { ...js('nabla-simd', 'nabla', 'simd', '128-bit, mul and add apart'), group: 'nabla' },
  { ...js('nabla-relaxed', 'nabla', 'relaxed', '128-bit, fused multiply-add'), group: 'nabla' },
  { ...js('nabla-wide', 'nabla', 'wide', '256-bit by V8’s revectorizer, opt-in'), group: 'nabla' },
  {
    ...js('nabla-wide-relaxed', 'nabla', 'wide-relaxed', '256-bit and fused multiply-add, opt-in'),
    group: 'nabla',
  },
  {
    ...js('nabla/brain', 'brain', 'nabla', 'the drop-in for brain.js: the same code as theirs'),
    group: 'nabla',
  },
  js('tfjs-wasm', 'tfjs', 'wasm-hand', 'backward by hand, fused matMul, explicit transposes; one thread'),
  js('tfjs-wasm-layers', 'tfjs', 'wasm-layers', 'Layers API, model.fit with yieldEvery never'),
  js('tfjs-cpu', 'tfjs', 'cpu-hand', 'as tfjs-wasm, in plain JavaScript'),
  js('tfjs-cpu-layers', 'tfjs', 'cpu-layers', 'Layers API in plain JavaScript'),
  js(
    'jax-js',
    'jax',
    'wasm',
    'jit of valueAndGrad and the update; a bias is read each step, since it is lazy; its wasm kernels',
  ),
  js(
    'brain.js 1',
    'brain',
    'brain1',
    'no mini-batches: an update a row; sigmoid or relu everywhere, quadratic loss',
  ),
  js('brain.js 2', 'brain', 'brain2', 'as brain.js 1'),
  js('synaptic', 'synaptic', '', 'no mini-batches: an update a row; float64'),
  js(
    'ConvNetJS',
    'convnet',
    '',
    'row by row, an update a batch; the quadratic loss has linear outputs; float64',
  ),
  js(
    'ml-fnn',
    'fnn',
    '',
    'the whole data set as one batch; hidden layers always tanh (a bug ignores the option), softmax cross-entropy; float64',
  ),
  js('ort-web', 'ort', 'onnxruntime-web', 'inference only; wasm, one thread'),
  { ...js('ort-node', 'ort', 'onnxruntime-node', 'inference only; native, one thread'), group: 'native' },
  native(
    'torch',
    'torch_peer.py',
    'eager',
    'nn.Sequential, autograd, optim.SGD or optim.Adam, zero_grad(set_to_none)',
  ),
  native(
    'torch-jit',
    'torch_peer.py',
    'jit',
    'the model and its loss in torch.jit.script, autograd, update under no_grad',
  ),
  native(
    'torch-hand',
    'torch_peer.py',
    'hand',
    'backward by hand under no_grad, results written into buffers',
  ),
  native('numpy', 'numpy_peer.py', '', 'backward by hand, results written into buffers; OpenBLAS'),
  native('torch-avx2', 'torch_peer.py', 'eager', 'torch held to AVX2', avx2),
  native('torch-hand-avx2', 'torch_peer.py', 'hand', 'torch-hand held to AVX2', avx2),
  native('numpy-avx2', 'numpy_peer.py', '', 'NumPy held to AVX2 (OPENBLAS_CORETYPE=Haswell)', avx2),
  native('sklearn', 'sklearn_peer.py', '', 'MLP.partial_fit, momentum 0, L2 0'),
  native('FANN', 'fann_peer.c', '', 'fann_train_epoch on each mini-batch; no softmax, no relu'),
]
