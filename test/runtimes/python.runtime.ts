// Files of nabla's in Python, by the package safetensors as it is, and back.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { Network } from '../../src/index.ts'
import { fromSafetensors, toSafetensors } from '../../src/models/index.ts'

const script = fileURLToPath(new URL('read_safetensors.py', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'nabla-python-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

// Named where it was installed for these tests; any other may lack the package.
const python = process.env.PYTHON
if (!python) console.warn('skipped: Python (PYTHON is not set)')

describe.skipIf(!python)('a file of toSafetensors() in Python', () => {
  it('is read by safetensors, computes the same there, and comes back in float64 to the bit', async () => {
    const net = new Network({
      inputs: 3,
      layers: [
        { units: 5, activation: 'tanh', normalization: 'batch', bias: true },
        { units: 4, activation: 'tanh' },
        2,
      ],
      optimizer: 'adam',
      kernels: 'simd',
      seed: 4,
    })
    const x = Float32Array.from({ length: 60 }, (_, i) => Math.sin(i))
    await net.fit(
      { x, y: Float32Array.from({ length: 40 }, (_, i) => Math.cos(i)) },
      { epochs: 9, batchSize: 5 },
    )
    const [file, anew] = [join(folder, 'net.safetensors'), join(folder, 'anew.safetensors')]
    writeFileSync(file, toSafetensors(net, { optimizer: true }))
    const found = JSON.parse(execFileSync(python!, [script, file, anew], { encoding: 'utf8' }))
    expect(found.format).toBe('pt')
    expect(found.shapes['layers.0.weight']).toEqual([5, 3])
    expect(found.shapes['optimizer.1.layers.2.weight']).toEqual([2, 4])
    const outputs = net.predict([
      [0.5, -1, 2],
      [3, 0.25, -0.125],
    ])
    outputs.forEach((one, i) => {
      expect(Math.abs(one - found.outputs[i])).toBeLessThan(1e-5)
    })
    const again = fromSafetensors(readFileSync(anew), { kernels: 'simd' })
    expect(toSafetensors(again, { optimizer: true })).toEqual(toSafetensors(net, { optimizer: true }))
  })

  it('is read by the snippet of docs/formats.md', () => {
    const page = readFileSync(new URL('../../docs/formats.md', import.meta.url), 'utf8')
    const [, code] = /^```py\n(.*?)^```$/ms.exec(page)!
    const net = new Network({
      sizes: [2, 3],
      loss: 'crossEntropy',
      classNames: ['a', 'b', 'c'],
      kernels: 'simd',
    })
    writeFileSync(join(folder, 'homes.safetensors'), toSafetensors(net))
    const around = (text: string) =>
      `import numpy\nx = numpy.array([[0.5, -1.0]])\n${text}print(json.dumps([z.tolist(), network["classNames"]]))\n`
    writeFileSync(join(folder, 'snippet.py'), around(code))
    const out = execFileSync(python!, ['snippet.py'], { cwd: folder, encoding: 'utf8' })
    const [[z], names] = JSON.parse(out)
    expect(names).toEqual(['a', 'b', 'c'])
    const sum = z.reduce((total: number, one: number) => total + Math.exp(one), 0)
    net.predict([[0.5, -1]]).forEach((share, i) => {
      expect(Math.abs(share - Math.exp(z[i]) / sum)).toBeLessThan(1e-6)
    })
  })
})
