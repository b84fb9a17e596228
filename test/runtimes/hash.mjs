/** The FNV-1a hash (32 bits) of the bytes of every weight and bias, layer by layer, in hexadecimal. */
export function hashOfParameters(net) {
  let hash = 0x811c9dc5
  net.layers.forEach((_, l) => {
    for (const values of [net.weights(l), net.biases(l)]) {
      const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
      for (const word of bits) {
        // Byte by byte from the low end, whatever the machine's own order.
        for (let shift = 0; shift < 32; shift += 8) {
          hash = Math.imul(hash ^ ((word >>> shift) & 255), 0x01000193) >>> 0
        }
      }
    }
  })
  return hash.toString(16).padStart(8, '0')
}
