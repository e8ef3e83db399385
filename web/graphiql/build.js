// Bundles the page with its workers and fonts into dist/, so that the browser asks no other host for anything.
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { build } from 'esbuild'

const PUBLIC = '/graphiql/'
const DIST = 'dist'
const TABS = 'src/tabs'
const WORKERS = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
}

const shared = {
  bundle: true,
  minify: true,
  target: 'es2022',
  outdir: DIST,
  publicPath: PUBLIC,
  assetNames: 'assets/[name]-[hash]',
  chunkNames: 'assets/[name]-[hash]',
  entryNames: 'assets/[name]-[hash]',
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'external',
  logLevel: 'warning',
  metafile: true,
}

/** `jishi:tabs` is the content of every file in src/tabs, by name. */
const tabs = {
  name: 'tabs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^jishi:tabs$/ }, () => ({ path: TABS, namespace: 'tabs' }))
    onLoad({ filter: /.*/, namespace: 'tabs' }, async () => {
      const names = (await readdir(TABS)).sort()
      const files = await Promise.all(names.map((name) => readFile(path.join(TABS, name), 'utf8')))
      return { contents: JSON.stringify(Object.fromEntries(names.map((name, at) => [name, files[at]]))), loader: 'json' }
    })
  },
}

/** GraphiQL's stylesheet brings the editor's along, so the editor's own imports of styles would only double it. */
const editorStyles = {
  name: 'editor-styles',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]monaco-editor[\\/].*\.css$/ }, () => ({ contents: '', loader: 'empty' }))
  },
}

function outputOf({ metafile }, entry) {
  const found = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(entry))
  if (!found) throw new Error(`${entry} was not built`)
  const [file, { cssBundle }] = found
  return { script: address(file), style: cssBundle && address(cssBundle) }
}

function address(file) {
  return PUBLIC + path.posix.relative(DIST, file)
}

async function buildWorkers() {
  const result = await build({ ...shared, entryPoints: Object.values(WORKERS), format: 'iife' })
  return Object.fromEntries(Object.entries(WORKERS).map(([label, entry]) => [label, outputOf(result, entry).script]))
}

async function writeSeal() {
  const seal = await readFile('src/seal.svg')
  const name = `assets/seal-${createHash('sha256').update(seal).digest('hex').slice(0, 8)}.svg`
  await mkdir(path.join(DIST, 'assets'), { recursive: true })
  await writeFile(path.join(DIST, name), seal)
  return PUBLIC + name
}

await rm(DIST, { recursive: true, force: true })
const [workers, seal] = await Promise.all([buildWorkers(), writeSeal()])
const page = await build({
  ...shared,
  entryPoints: ['src/main.tsx'],
  format: 'esm',
  splitting: true,
  jsx: 'automatic',
  loader: { '.ttf': 'file' },
  define: { ...shared.define, WORKERS: JSON.stringify(workers), SEAL: JSON.stringify(seal) },
  plugins: [tabs, editorStyles],
})
const { script, style } = outputOf(page, 'src/main.tsx')
const template = await readFile('index.html', 'utf8')
const html = template.replace('%seal%', seal).replace('%script%', script).replace('%style%', style)
await writeFile(path.join(DIST, 'index.html'), html)
