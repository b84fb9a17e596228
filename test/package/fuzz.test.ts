// The script that feeds the parsers of the built package with damaged files runs on what the build has made.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const fuzz = (...options: string[]) => run(process.execPath, ['scripts/fuzz.mjs', ...options])

describe('scripts/fuzz.mjs', () => {
  it('has nothing to say of 200 damaged files a parser', { timeout: 120_000 }, async () => {
    const { stdout } = await fuzz('--inputs', '200')
    const lines = stdout.trim().split('\n')
    expect(lines.map((line) => line.split(':')[0]).sort()).toEqual([
      'brain',
      'checkpoint',
      'csv',
      'hdf5',
      'idx',
      'json',
      'keras',
      'onnx',
      'safetensors',
      'tfjs',
    ])
    for (const line of lines) {
      const [, inputs, read, refused, found] =
        /: (\d+) inputs from \d+ files, (\d+) read, (\d+) refused, (\d+) found/.exec(line)!.map(Number)
      expect([inputs, read + refused, found], line).toEqual([200, 200, 0])
    }
  })

  it('names the parsers where it is asked for another', async () => {
    await expect(fuzz('toml')).rejects.toThrow('toml: expected one of csv, idx')
  })
})
