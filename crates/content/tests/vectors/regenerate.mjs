// Writes importer.json: what the JavaScript importer of the IPFS project makes of content that both sides generate.
//
//   npm ci && npm run regenerate
//
// Content is never stored. `zeros` is what it says; `pattern` has at offset i the exclusive or of the four bytes of
// i; `decimal` is the number of the entry in decimal digits. Generated names are that number, zero-padded to `width`
// digits, and `longer` more letters "x" on the last one.

import { writeFile } from 'node:fs/promises'
import { BlackHoleBlockstore } from 'blockstore-core/black-hole'
import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced } from 'ipfs-unixfs-importer/layout'

const KIB = 1024
const MIB = 1024 * KIB

const profiles = {
  'unixfs-v0-2015': { chunk: 256 * KIB, width: 174, rawLeaves: false, cidVersion: 0, threshold: 'links-bytes' },
  'kubo-v1-raw': { chunk: 256 * KIB, width: 174, rawLeaves: true, cidVersion: 1, threshold: 'links-bytes' },
  'unixfs-v1-2025': { chunk: MIB, width: 1024, rawLeaves: true, cidVersion: 1, threshold: 'block-bytes' }
}

function options ({ chunk, width, rawLeaves, cidVersion, threshold }) {
  return {
    chunker: fixedSize({ chunkSize: chunk }),
    layout: balanced({ maxChildrenPerNode: width }),
    rawLeaves,
    cidVersion,
    shardSplitStrategy: threshold
  }
}

async function root (candidates, parameters) {
  let last
  for await (const entry of importer(candidates, new BlackHoleBlockstore(), options(parameters))) {
    last = entry
  }
  return { cid: last.cid.toString(), dag_size: Number(last.size) }
}

function * pieces (bytes, size, step) {
  const shared = new Uint8Array(step)
  for (let at = 0; at < size; at += step) {
    const length = Math.min(step, size - at)
    if (bytes === 'zeros') {
      yield length === step ? shared : shared.subarray(0, length)
      continue
    }
    const piece = new Uint8Array(length)
    for (let i = 0; i < length; i++) {
      const n = at + i
      piece[i] = n ^ (n >>> 8) ^ (n >>> 16) ^ (n >>> 24)
    }
    yield piece
  }
}

async function file (bytes, size, parameters) {
  return root([{ content: pieces(bytes, size, parameters.chunk) }], parameters)
}

const utf8 = new TextEncoder()
const hex = text => Buffer.from(text, 'utf8').toString('hex')

function * numbered ({ count, width, longer }) {
  for (let i = 0; i < count; i++) {
    const name = String(i).padStart(width, '0') + (i === count - 1 ? 'x'.repeat(longer) : '')
    yield { path: `root/${name}`, content: utf8.encode(String(i)) }
  }
}

function * listed (tree) {
  yield { path: 'root' }
  for (const [path, content] of tree) {
    const candidate = { path: ['root', ...path].join('/') }
    yield content === null ? candidate : { ...candidate, content: utf8.encode(content) }
  }
}

const vectors = { files: [], layouts: [], numbered_folders: [], trees: [] }

const sizes = chunk => [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 3 * chunk + 7]
for (const [profile, parameters] of Object.entries(profiles)) {
  const cases = sizes(parameters.chunk).flatMap(size => [['pattern', size], ['zeros', size]])
  if (parameters.width === 174) {
    for (const chunks of [173, 174, 175, 348, 349]) {
      cases.push(['zeros', chunks * parameters.chunk])
    }
    cases.push(['pattern', 174 * parameters.chunk], ['pattern', 174 * parameters.chunk + 1])
    cases.push(['zeros', 174 * 174 * parameters.chunk], ['zeros', 174 * 174 * parameters.chunk + 1])
  }
  for (const [bytes, size] of cases) {
    vectors.files.push({ profile, bytes, size, ...await file(bytes, size, parameters) })
  }
}

// Deep trees of little content.
for (const [chunk, width, chunks] of [
  [64, 3, 27], [64, 3, 28], [64, 3, 82], [100, 2, 37],
  [KIB, 174, 174 * 174], [KIB, 174, 174 * 174 + 1], [KIB, 174, 174 * 174 + 175],
  [256, 1024, 1024], [256, 1024, 1025], [16, 1024, 1024 * 1024 + 1]
]) {
  for (const [rawLeaves, cidVersion] of [[false, 0], [true, 1]]) {
    const size = (chunks - 1) * chunk + 5
    const parameters = { chunk, width, rawLeaves, cidVersion, threshold: 'links-bytes' }
    vectors.layouts.push({
      chunk, width, raw_leaves: rawLeaves, cid_version: cidVersion, size, ...await file('pattern', size, parameters)
    })
  }
}

// The last two of each profile measure exactly 262,144, and one more.
const folders = {
  'unixfs-v0-2015': [[4096, 30, 0], [4096, 30, 1]],
  'kubo-v1-raw': [[4096, 28, 0], [4096, 28, 1]],
  'unixfs-v1-2025': [[3855, 24, 0], [3855, 24, 1]]
}
for (const [profile, parameters] of Object.entries(profiles)) {
  for (const [count, width, longer] of [[1, 1, 0], [300, 3, 0], [6000, 5, 0], [20000, 8, 0], ...folders[profile]]) {
    const shape = { count, width, longer }
    vectors.numbered_folders.push({ profile, ...shape, ...await root(numbered(shape), parameters) })
  }
}

const trees = [
  [],
  [[['a'], null]],
  [[['a', 'b', 'c'], null], [['a', 'd'], null]],
  [[['file'], 'content'], [['empty folder'], null], [['empty file'], '']],
  [[['b'], '1'], [['B'], '2'], [['a'], '3'], [['aa'], '4'], [['a.txt'], '5'], [['a-b', 'x'], '6'], [['Z'], '7']],
  [[['grüße.txt'], 'ä'], [['日本', '語.txt'], '本'], [['🦀'], 'crab'], [['e\u0301'], 'decomposed'], [['\u00e9'], 'composed']],
  [[['#hash?query%20'], 'a'], [['"quotes" and \'ticks\''], 'b'], [['line\nbreak\r'], 'c'], [[' '], 'd'], [['.hidden', '.deep'], 'e']],
  [[['same', 'one'], 'same content'], [['same', 'two'], 'same content'], [['other', 'one'], 'same content']],
  [[['n'.repeat(255)], 'long'], [['p', 'p', 'p', 'p', 'p', 'p', 'p', 'p', 'p', 'p'], 'deep']]
]
for (const [profile, parameters] of Object.entries(profiles)) {
  for (const tree of trees) {
    vectors.trees.push({
      profile,
      entries: tree.map(([path, content]) => ({ path: path.map(hex), content })),
      ...await root(listed(tree), parameters)
    })
  }
}

const lines = Object.entries(vectors).map(([kind, rows]) =>
  `  ${JSON.stringify(kind)}: [\n${rows.map(row => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]`)
await writeFile(new URL('importer.json', import.meta.url), `{\n${lines.join(',\n')}\n}\n`)
