// Knows what GraphiQL keeps in the browser: which tab is in front, and what to do with tabs of an older release.
import type { TabsState } from '@graphiql/react'

import { notes } from './store'
import { headings, operationsIn, type Step, steps } from './steps'

let frontTab = ''

export function noteTabs({ tabs, activeTabIndex }: TabsState): void {
  frontTab = tabs[activeTabIndex]?.id ?? ''
}

export function tabInFront(): string {
  return frontTab
}

const GRAPHIQL_KEYS = ['tabState', 'query', 'variables', 'headers'].map((key) => `graphiql:${key}`)

function forgetTabs(): void {
  for (const key of GRAPHIQL_KEYS) localStorage.removeItem(key)
}

/** Give all steps back as they were delivered; tabs of the reader's own go too, so the caller asks first. */
export function resetTabs(): void {
  // GraphiQL writes its tabs with a delay; a page that is being left must not write the old ones back.
  window.addEventListener('pagehide', forgetTabs)
  forgetTabs()
  location.reload()
}

/** On the first visit: a narrow guide, and room where there is most to read. GraphiQL keeps what the reader drags. */
export function laySpaceOut(): void {
  const shares = { docExplorerFlex: '0.28', editorFlex: '1.1', secondaryEditorFlex: '5' }
  for (const [name, share] of Object.entries(shares)) {
    const key = `graphiql:${name}`
    if (localStorage.getItem(key) === null) localStorage.setItem(key, share)
  }
}

/** A number that changes when any delivered step does. */
function stamp(): string {
  let sum = 5381
  for (const char of JSON.stringify(steps)) sum = ((sum * 33) ^ char.charCodeAt(0)) >>> 0
  return String(sum)
}

interface KeptTab {
  query: string | null
}

/** After an update of the page: drop the old steps, bring the new ones, keep the tabs that the reader made. */
export function bringTabsUpToDate(): void {
  if (notes.read('steps') === stamp()) return
  notes.write('steps', stamp())
  try {
    const kept = JSON.parse(localStorage.getItem('graphiql:tabState') ?? '{"tabs":[]}') as { tabs: KeptTab[] }
    const own = kept.tabs.filter((tab) => tab.query && headings(tab.query).title === null)
    forgetTabs()
    if (own.length === 0) return
    const tabs = [...steps.map(freshTab), ...own]
    localStorage.setItem('graphiql:tabState', JSON.stringify({ tabs, activeTabIndex: 0 }))
  } catch {
    // Unreadable or forbidden storage: GraphiQL starts from the delivered steps by itself.
  }
}

function freshTab({ query, variables }: Step, index: number): object {
  const operationName = operationsIn(query)[0] ?? null
  const title = operationName ?? `Step ${index + 1}`
  return { id: `step-${index + 1}`, title, query, variables, headers: null, hash: null, operationName, response: null }
}

/**
 * What the editors show before anything was typed. GraphiQL takes the variables of the first tab only from here, and takes
 * both as an edit that wins over stored tabs, so they are given only while it has stored no edit.
 */
export function firstPaint(): { initialQuery?: string; initialVariables?: string } {
  const first = steps[0]
  if (!first || localStorage.getItem('graphiql:query') !== null) return {}
  return { initialQuery: first.query, initialVariables: first.variables }
}
