// Knows when a tab comes to the front: brings it into sight, and takes the identity that its `# as:` line asks for.
import { pick, useGraphiQL } from '@graphiql/react'
import { useEffect, useRef } from 'react'

import { chooseFor, speaker } from './identities'
import { headings } from './steps'
import { useStore } from './store'
import { noteTabs } from './workspace'

export function TabIdentity() {
  const { tabs, activeTabIndex } = useGraphiQL(pick('tabs', 'activeTabIndex'))
  const { mode } = useStore(speaker)
  const tab = tabs[activeTabIndex]
  const query = useRef(tab?.query)
  const hasChosen = useRef(false)

  useEffect(() => {
    query.current = tab?.query
    noteTabs({ tabs, activeTabIndex })
  })

  useEffect(() => {
    document.querySelector('.graphiql-tab-active')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [tab?.id, tab?.title])

  // Only a change of tab switches, never an edit: a choice by hand holds as long as one stays in the tab.
  useEffect(() => {
    const { as, title } = headings(query.current)
    if (mode !== 'demo' || !as) return
    // Whoever has just come was nobody else before, so there is no switch to explain.
    const reason = title ? `for “${title}”` : 'for this tab'
    chooseFor(as, hasChosen.current ? reason : '')
    hasChosen.current = true
  }, [tab?.id, mode])

  return null
}
