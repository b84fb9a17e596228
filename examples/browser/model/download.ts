// A model as a file to take away. What writes a format is loaded when the format is first asked for.

import type { Network } from 'nabla'

const formats = {
  safetensors: {
    name: 'digits.safetensors',
    type: 'application/octet-stream',
    write: async (network: Network) => (await import('nabla/model')).toSafetensors(network),
  },
  onnx: {
    name: 'digits.onnx',
    type: 'application/octet-stream',
    write: async (network: Network) => (await import('nabla/onnx')).toOnnx(network),
  },
  javascript: {
    name: 'digits.js',
    type: 'text/javascript',
    write: async (network: Network) => (await import('nabla/deploy')).toJavaScript(network),
  },
} as const

export type Format = keyof typeof formats

/** Gives the user the file, and returns its name. */
export async function download(network: Network, format: Format): Promise<string> {
  const { name, type, write } = formats[format]
  const content = (await write(network)) as BlobPart
  const href = URL.createObjectURL(new Blob([content], { type }))
  const link = Object.assign(document.createElement('a'), { href, download: name })
  link.click()
  // The browser has the address by then, and takes the bytes in its own time.
  setTimeout(() => URL.revokeObjectURL(href), 10_000)
  return name
}
