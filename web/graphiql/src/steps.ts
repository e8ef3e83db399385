// Knows the steps of the walk through the main job: one file in tabs/ for each, in the order of their names.
import type { TabsState } from '@graphiql/react'
import files from 'jishi:tabs'

export interface Step {
  title: string
  /** The demo identity that this step is meant for, from its `# as:` line. */
  as: string | null
  query: string
  variables: string
}

const HEADING = /^#\s*(title|as):\s*(.+?)\s*$/

/** The `# title:` and `# as:` lines at the top of a document, as long as it starts with them. */
export function headings(query: string | null | undefined): { title: string | null; as: string | null } {
  const found: { title: string | null; as: string | null } = { title: null, as: null }
  for (const line of (query ?? '').split('\n')) {
    const match = HEADING.exec(line)
    if (!match) break
    found[match[1] as 'title' | 'as'] = match[2]!
  }
  return found
}

export const steps: readonly Step[] = Object.entries(files)
  .filter(([name]) => name.endsWith('.graphql'))
  .map(([name, text]) => {
    const query = text.trim()
    const { title, as } = headings(query)
    if (!title) throw new Error(`${name} must begin with "# title: …"`)
    return { title, as, query, variables: (files[name.replace('.graphql', '.variables.json')] ?? '').trim() }
  })

export const stepTabs: Pick<TabsState['tabs'][number], 'query' | 'variables'>[] = steps.map(({ query, variables }) => ({ query, variables }))

export function isOpen(step: Step, query: string | null | undefined): boolean {
  return headings(query).title === step.title
}

/** The operations of a step whose answer has something at this path of field names. Steps indent by two. */
export function operationsBringing(query: string, path: readonly string[]): string[] {
  const [first, ...inside] = path
  const begins = new RegExp(`^  ${first}\\b`, 'm')
  return query
    .split(/^(?=query|mutation|subscription)/m)
    .filter((part) => begins.test(part) && inside.every((field) => new RegExp(`\\b${field}\\b`).test(part)))
    .flatMap(operationsIn)
}

/** The names of the operations in a document, in their order. */
export function operationsIn(query: string): string[] {
  return Array.from(query.matchAll(/^(?:query|mutation|subscription)\s+(\w+)/gm), ([, name]) => name!)
}
