// Knows the editor's workers: files of our own build, so that no page policy has to allow other sources.
function workerFor(label: string): Worker {
  if (label === 'json') return new Worker(WORKERS.json)
  if (label === 'graphql') return new Worker(WORKERS.graphql)
  return new Worker(WORKERS.editor)
}

Object.assign(globalThis, {
  MonacoEnvironment: { getWorker: (_id: string, label: string) => workerFor(label) },
})

// A module, so that main.tsx can import it before the editor.
export {}
