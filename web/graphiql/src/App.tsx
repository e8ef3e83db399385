// Lays out the page: the market's header above GraphiQL with its guide.
import { HISTORY_PLUGIN } from '@graphiql/plugin-history'
import { GraphiQL } from 'graphiql'
import { useState } from 'react'

import { EditorLooks } from './EditorLooks'
import { fetcher } from './fetcher'
import { GUIDE_PLUGIN } from './Guide'
import { Header } from './Header'
import { stepTabs } from './steps'
import { TabIdentity } from './TabIdentity'
import { firstPaint, noteTabs } from './workspace'

const plugins = [GUIDE_PLUGIN, HISTORY_PLUGIN]

export function App() {
  const [paint] = useState(firstPaint)
  return (
    <>
      <Header />
      <main className="market-main">
        <GraphiQL
          fetcher={fetcher}
          defaultTabs={stepTabs}
          {...paint}
          plugins={plugins}
          visiblePlugin={GUIDE_PLUGIN}
          defaultEditorToolsVisibility="variables"
          inputValueDeprecation
          schemaDescription
          onTabChange={noteTabs}
        >
          <GraphiQL.Logo>
            <TabIdentity />
            <EditorLooks />
          </GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  )
}
