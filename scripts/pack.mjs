// Packs the bytes of a binary into printable characters, which assembly/unpack.ts brings back: copies of what stood before
// (LZ77) and single bytes, each bit of which is guessed from those before it and stored by a range coder in as little as its
// guess allows, six bits a character. A gzip over the characters finds nothing left: it neither gains nor loses.
//
// The coder is that of LZMA, in digits of 6 bits: https://www.7-zip.org/sdk.html. What it codes, in order:
//
//   number   how many bytes there are, and the two that stand for others
//   1 bit    whether a copy follows, guessed from the byte before and whether that was copied
//   a byte   8 bits, guessed from the upper five of the byte before; or, of a copy,
//   1 bit    whether it is as far back as the last one, unless that came just before
//   length   and then the distance, unless it is that one: how many bits it has, as a tree of 3 or of 4, and those below the first, four at a time

/** Cells, as assembly/unpack.ts lays them out: a guess each. */
const NUMBER = 32 + 18 * 64
const REPEAT = 0
const FLAGS = 256
const LENGTHS = FLAGS + 2 * 2 * 256
const DISTANCES = LENGTHS + 2 * NUMBER
const LITERALS = DISTANCES + 4 * NUMBER
const CELLS = LITERALS + 32 * 256

/** How often a guess has to have been made before it follows no slower. */
const MOST_SEEN = 7
/** Of a copy, and how far back it may be: 8 and 16 bits. */
const LONGEST = 255
const FARTHEST = 65535
const RANGE = 2 ** 30
const LEAST_RANGE = 2 ** 24
const DIGIT = 64

/** The character of a digit: 52 from ( to [ and 12 from ] to h, none of which is a quote or a backslash. */
const character = (digit) => String.fromCharCode(digit < 52 ? 40 + digit : 41 + digit)

const bitsOf = (value) => 31 - Math.clz32(value)

/** Guesses, and the digits of what was coded by them. */
class Coder {
  chances = new Uint16Array(CELLS).fill(32768)
  seen = new Uint8Array(CELLS)
  digits = []
  low = 0
  range = LEAST_RANGE
  pending = 0
  last = -1

  /** The bits that a bit costs. */
  cost(cell, bit) {
    const chance = (this.chances[cell] >>> 4) | 1
    return 12 - Math.log2(bit ? chance : 4096 - chance)
  }

  code(cell, bit) {
    const cost = this.cost(cell, bit)
    const chance = this.chances[cell]
    const bound = (this.range >>> 12) * ((chance >>> 4) | 1)
    const slowness = 32 - Math.clz32(this.seen[cell] + 1)
    this.chances[cell] += ((bit ? 65536 : 0) - chance) >> slowness
    if (bit) this.range = bound
    else {
      this.low += bound
      this.range -= bound
    }
    if (this.seen[cell] < MOST_SEEN) this.seen[cell] += 1
    while (this.range < LEAST_RANGE) {
      this.range *= DIGIT
      this.shift()
    }
    return cost
  }

  /** Puts out the first digit of `low`, once no carry can change it. */
  shift() {
    if (this.low < RANGE - LEAST_RANGE || this.low >= RANGE) {
      const carry = this.low >= RANGE ? 1 : 0
      if (this.last >= 0) this.digits.push(this.last + carry)
      for (; this.pending > 0; --this.pending) this.digits.push((DIGIT - 1 + carry) % DIGIT)
      this.last = Math.floor(this.low / LEAST_RANGE) % DIGIT
    } else this.pending += 1
    this.low = (this.low % LEAST_RANGE) * DIGIT
  }

  /** The bits of a value, guessed from those above them. */
  tree(cells, bits, value) {
    let cost = 0
    for (let at = bits - 1, node = 1; at >= 0; --at) {
      const bit = (value >> at) & 1
      cost += this.code(cells + node, bit)
      node = 2 * node + bit
    }
    return cost
  }

  /** A number from 1, of at most 2^bits bits. */
  number(cells, bits, value) {
    const all = bitsOf(value)
    let cost = this.tree(cells, bits, all)
    for (let left = all, some; left > 0; ) {
      some = ((left - 1) & 3) + 1
      left -= some
      cost += this.tree(cells + 32 + 64 * all + 4 * left, some, (value >> left) & (2 ** some - 1))
    }
    return cost
  }

  text() {
    for (let i = 0; i < 6; ++i) this.shift()
    // Nothing was above the first range.
    return this.digits.slice(1).map(character).join('')
  }
}

/** The cells of a distance depend on how long the copy is. */
const distanceCells = (length) => DISTANCES + Math.min(length - 1, 3) * NUMBER

/** For each place the copies that may begin there, [length, distance]: the nearest of each length. */
function copiesIn(bytes) {
  const last = new Map()
  const before = new Int32Array(bytes.length).fill(-1)
  return Array.from(bytes, (_, at) => {
    const found = []
    const key = bytes[at] + 256 * bytes[at + 1]
    let longest = 1
    for (
      let from = last.get(key) ?? -1;
      from >= 0 && at - from <= FARTHEST && longest < LONGEST;
      from = before[from]
    ) {
      if (bytes[from + longest] !== bytes[at + longest] || at + longest >= bytes.length) continue
      let length = 0
      while (at + length < bytes.length && length < LONGEST && bytes[from + length] === bytes[at + length])
        ++length
      if (length > longest) {
        longest = length
        found.push([length, at - from])
      }
    }
    before[at] = last.get(key) ?? -1
    last.set(key, at)
    return found
  })
}

/** A mean for each kind of thing, or a guess where too few were seen. */
class Means {
  sums = []
  counts = []
  add(kind, cost) {
    this.sums[kind] = (this.sums[kind] ?? 0) + cost
    this.counts[kind] = (this.counts[kind] ?? 0) + 1
  }
  of(kind, guess) {
    return this.counts[kind] > 2 ? this.sums[kind] / this.counts[kind] : guess
  }
}

const noCosts = (bytes) => ({
  literals: new Float64Array(bytes.length).fill(6),
  flags: new Means(),
  repeats: new Means(),
  lengths: new Means(),
  distances: new Means(),
})

/** The cheapest way to the end by these costs: [from, length, distance], with 0 for a byte. */
function parse(bytes, copies, costs) {
  const end = bytes.length
  const cost = new Float64Array(end + 1).fill(Infinity)
  const [from, distance, last] = Array.from({ length: 3 }, () => new Int32Array(end + 1))
  cost[0] = 0
  const reach = (to, at, by, sum) => {
    if (sum >= cost[to]) return
    cost[to] = sum
    from[to] = at
    distance[to] = by
    last[to] = by || last[at]
  }
  for (let at = 0; at < end; ++at) {
    const copied = distance[at] > 0 ? 1 : 0
    const copy = cost[at] + costs.flags.of(2 * copied + 1, 1.5)
    reach(at + 1, at, 0, cost[at] + costs.flags.of(2 * copied, 1) + costs.literals[at])
    const fresh = copy + (copied ? 0 : costs.repeats.of(0, 0.5))
    let shortest = 2
    for (const [longest, by] of copies[at]) {
      for (let length = shortest; length <= longest; ++length) {
        const bits = bitsOf(by)
        const sum = costs.distances.of(32 * Math.min(length - 1, 3) + bits, bits + 5)
        reach(at + length, at, by, fresh + sum + costs.lengths.of(2 * length, 2 * bitsOf(length) + 2))
      }
      shortest = longest + 1
    }
    if (copied || last[at] === 0) continue
    const again = copy + costs.repeats.of(1, 2)
    for (let length = 1; at + length <= end && length <= LONGEST; ++length) {
      if (bytes[at + length - 1] !== bytes[at + length - 1 - last[at]]) break
      reach(at + length, at, last[at], again + costs.lengths.of(2 * length + 1, 2 * bitsOf(length) + 2))
    }
  }
  const steps = []
  for (let at = end; at > 0; at = from[at]) steps.push([from[at], at - from[at], distance[at]])
  return steps.reverse()
}

/** Codes the steps: { coder, cost, costs }, with what each of them cost. */
function encode(bytes, steps, letters) {
  const coder = new Coder()
  for (const place of [16, 8, 0]) coder.tree(LITERALS, 8, (bytes.length >> place) & 255)
  for (const letter of letters) coder.tree(LITERALS, 8, letter)
  const costs = noCosts(bytes)
  let [sum, copied, last] = [0, 0, 0]
  const literalCost = (at) => {
    const cells = LITERALS + 256 * ((at && bytes[at - 1]) >> 3)
    let cost = 0
    for (let place = 7, node = 1; place >= 0; --place) {
      const bit = (bytes[at] >> place) & 1
      cost += coder.cost(cells + node, bit)
      node = 2 * node + bit
    }
    return cost
  }
  for (const [at, length, distance] of steps) {
    const before = at && bytes[at - 1]
    for (let i = at; i < at + length; ++i) costs.literals[i] = literalCost(i)
    const flag = coder.tree(FLAGS + 2 * (256 * copied + before), 1, distance ? 1 : 0)
    costs.flags.add(2 * copied + (distance ? 1 : 0), flag)
    sum += flag
    if (!distance) {
      sum += coder.tree(LITERALS + 256 * (before >> 3), 8, bytes[at])
      copied = 0
      continue
    }
    let repeats = 0
    if (!copied) {
      repeats = distance === last ? 1 : 0
      const cost = coder.tree(REPEAT, 1, repeats)
      costs.repeats.add(repeats, cost)
      sum += cost
    }
    const long = coder.number(LENGTHS + repeats * NUMBER, 3, length)
    costs.lengths.add(2 * length + repeats, long)
    sum += long
    if (!repeats) {
      const far = coder.number(distanceCells(length), 4, distance)
      costs.distances.add(32 * Math.min(length - 1, 3) + bitsOf(distance), far)
      sum += far
    }
    copied = 1
    last = distance
  }
  return { coder, sum, costs }
}

/** The bytes as text; `letters`: those that stand for a product and for a sum (unfuse.mjs). */
export function pack(bytes, letters, passes = 8) {
  const copies = copiesIn(bytes)
  let costs = noCosts(bytes)
  let best
  for (let pass = 0; pass < passes; ++pass) {
    const found = encode(bytes, parse(bytes, copies, costs), letters)
    if (!best || found.sum < best.sum) best = found
    costs = found.costs
  }
  return best.coder.text()
}
