// Reads a CSV text of MEGABYTES that is made on the way, and says what it found and by how many megabytes the process has
// grown at most. With `train` the features are fitted to a sample, and a network is trained on the whole. With `numbers`, or
// `classes` for a target of texts, another text, of numbers, is read into memory by readCsv().

import { fitFeatures, fitTarget, readCsv, readTables, sampleTables } from '../../dist/data.js'
import { Network } from '../../dist/index.js'

const [megabytes, what] = [Number(process.argv[2]), process.argv[3]]
const cities = ['Rome', 'Paris, 5e arrondissement', 'Berlin-Charlottenburg']
const chunk = 2 ** 16
const encoder = new TextEncoder()

let rows = 0
/** Texts of a street are longer than what a string holds by itself, and differ in every row. */
function* text() {
  rows = 0
  let bytes = 0
  let piece = 'city,area,floor,street,price\r\n'
  while (bytes < megabytes * 1e6) {
    while (piece.length < chunk) {
      const area = (20 + (rows % 977) * 0.13).toFixed(2)
      piece += `"${cities[rows % 3]}",${area},${rows % 7 === 0 ? '' : rows % 9},number ${rows} of a long street,${(rows % 977) * 2 + (rows % 3) * 50}\r\n`
      rows += 1
    }
    bytes += piece.length
    yield encoder.encode(piece)
    piece = ''
  }
}

const before = process.memoryUsage().rss
let most = before
const start = performance.now()
const found = { rows: 0, tables: 0, area: 0 }
async function* seen(tables) {
  for await (const table of tables) {
    found.rows += table.rows
    found.tables += 1
    found.area += table.columns[1].reduce((sum, v) => sum + v, 0)
    most = Math.max(most, process.memoryUsage().rss)
    yield table
  }
}

/** Measures of three digits, six digits and whole numbers, with a target that is the sum of the first two. */
function* numbersText() {
  rows = 0
  let bytes = 0
  let piece = 'width,height,count,target\n'
  while (bytes < megabytes * 1e6) {
    while (piece.length < chunk) {
      const [width, height] = [rows % 997, rows % 101]
      const target = what === 'classes' ? cities[rows % 2 === 0 ? 0 : 2] : `${width + height}.5`
      piece += `${width}.5,${height / 64},${rows % 1_000_003},${target}\n`
      rows += 1
    }
    bytes += piece.length
    most = Math.max(most, process.memoryUsage().rss)
    yield encoder.encode(piece)
    piece = ''
  }
}

/** Which rows are other than what was written, if any. */
function wrongRows({ x, y, classNames }) {
  let wrong = 0
  for (let r = 0; r < rows; ++r) {
    const [width, height] = [r % 997, r % 101]
    const target = classNames ? 1 - (r % 2) : width + height + 0.5
    const isSame =
      x[3 * r] === width + 0.5 &&
      x[3 * r + 1] === height / 64 &&
      x[3 * r + 2] === r % 1_000_003 &&
      y[r] === target
    if (!isSame) wrong += 1
  }
  return wrong
}

let loss
let wrong
if (what === 'numbers' || what === 'classes') {
  const table = await readCsv(numbersText())
  most = Math.max(most, process.memoryUsage().rss)
  found.rows = table.rows
  wrong = wrongRows(table)
} else if (what === 'train') {
  const sample = await sampleTables(seen(readTables(text())), { rows: 20_000, seed: 1 })
  const features = fitFeatures(sample, { columns: { street: 'ignored' }, except: ['price'] })
  const target = fitTarget(sample, 'price')
  const net = new Network({ sizes: [features.width, 8, 1], optimizer: 'adam', seed: 1, threads: 1 })
  async function* parts() {
    for await (const table of seen(readTables(text()))) {
      yield { x: features.transform(table), y: target.encode(table) }
    }
  }
  loss = (await net.fit(parts, { epochs: 1, batchSize: 256 })).loss
} else {
  for await (const _ of seen(readTables(text())));
}
process.stdout.write(
  JSON.stringify({
    ...found,
    rows: [found.rows, rows],
    seconds: (performance.now() - start) / 1e3,
    loss,
    wrong,
    megabytes: Math.round((most - before) / 1e6),
    rss: Math.round(most / 1e6),
  }),
)
