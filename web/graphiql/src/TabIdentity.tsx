// Knows when a tab comes to the front, and takes the identity that its `# as:` line asks for.
import { pick, useGraphiQL } from '@graphiql/react'
import { useEffect, useRef } from 'react'

import { choose, speaker } from './identities'
import { headings } from './steps'
import { useStore } from './store'
import { noteTabs } from './workspace'

export function TabIdentity() {
  const { tabs, activeTabIndex } = useGraphiQL(pick('tabs', 'activeTabIndex'))
  const { mode } = useStore(speaker)
  const tab = tabs[activeTabIndex]
  const query = useRef(tab?.query)

  useEffect(() => {
    query.current = tab?.query
    noteTabs({ tabs, activeTabIndex })
  })

  // Only a change of tab switches, never an edit: a choice by hand holds as long as one stays in the tab.
  useEffect(() => {
    const { as, title } = headings(query.current)
    if (mode === 'demo' && as) choose(as, title ? `for “${title}”` : 'for this tab')
  }, [tab?.id, mode])

  return null
}
