// Shows the walk through the main job, the open subscriptions, and the values remembered on the way.
import { pick, useGraphiQL, useGraphiQLActions, type GraphiQLPlugin } from '@graphiql/react'
import { useMemo } from 'react'

import { nameOf, speaker, whoTakes } from './identities'
import { Live } from './Live'
import { forgetAll, remembered } from './remembered'
import { isOpen, operationsIn, type Step, steps } from './steps'
import { useStore } from './store'
import { keeping, live } from './streams'
import { resetTabs } from './workspace'

function Guide() {
  return (
    <section className="guide" aria-label="Guide">
      <div className="guide-title">Guide</div>
      <p>Twelve steps walk through the main job, eight more through what goes on behind it. Run one, then take the next: ids travel along by themselves.</p>
      <Steps />
      <Live />
      <Help />
      <Remembered />
      <button
        type="button"
        className="guide-quiet"
        onClick={() => {
          if (confirm('Give all tabs back as they were delivered? Tabs that you made yourself are closed.')) resetTabs()
        }}
      >
        Reset the tabs
      </button>
    </section>
  )
}

function Steps() {
  const { tabs, activeTabIndex, queryEditor, variableEditor } = useGraphiQL(
    pick('tabs', 'activeTabIndex', 'queryEditor', 'variableEditor'),
  )
  const { addTab, changeTab } = useGraphiQLActions()
  useStore(speaker)

  const bring = (step: Step) => {
    const index = tabs.findIndex(({ query }) => isOpen(step, query))
    if (index >= 0) {
      changeTab(index)
      return
    }
    addTab()
    queryEditor?.setValue(step.query)
    variableEditor?.setValue(step.variables)
  }

  return (
    <ol className="guide-steps">
      {steps.map((step) => (
        <li key={step.title}>
          <button
            type="button"
            aria-current={isOpen(step, tabs[activeTabIndex]?.query) ? 'step' : undefined}
            onClick={() => bring(step)}
          >
            <span>{step.title}</span>
            {step.as && <em>{nameOf(whoTakes(step.as))}</em>}
          </button>
          {isOpen(step, tabs[activeTabIndex]?.query) && <Doings query={tabs[activeTabIndex]?.query ?? ''} />}
        </li>
      ))}
    </ol>
  )
}

/** A button for each operation of the step in front, in the order in which they are meant to be run. */
function Doings({ query }: { query: string }) {
  const isWatching = useGraphiQL((state) => state.subscription !== null)
  const { run, stop, setOperationName } = useGraphiQLActions()
  const { latest } = useStore(live)
  const operations = useMemo(() => operationsIn(query), [query])
  // Not by GraphiQL's own operationName, which follows the cursor in the editor.
  const isOn = (name: string) => isWatching && (name === latest || operations.length === 1)

  const toggle = (name: string) => {
    if (isOn(name)) return stop()
    keeping(stop) // also when nothing seems to be open: GraphiQL may know of more than was drawn here
    setOperationName(name)
    run()
  }

  return (
    <div className="guide-doings">
      {operations.map((name) => (
        <button key={name} type="button" data-operation={name} onClick={() => toggle(name)}>
          {isOn(name) ? '■' : '▶'} {name}
        </button>
      ))}
      {/\bpayUrl\b/.test(query) && <PayLink />}
    </div>
  )
}

/** Open until the first answer has brought something to remember. */
function Help() {
  const isNewHere = Object.keys(useStore(remembered).values).length === 0
  return (
    <details className="guide-help" open={isNewHere}>
      <summary>How this page helps</summary>
      <ul>
        <li>“acting as”, top right, says who you are. Each step picks the right person; choose another whenever you like.</li>
        <li>
          <code>{'"{{orderId}}"'}</code> in the variables is filled in when you send, from the last answer that had one.{' '}
          <code>{'"{{newKey}}"'}</code> is a fresh random key each time.
        </li>
        <li>Subscriptions stay open under “Live” while you take the next steps.</li>
        <li>Ctrl-Enter runs the operation under the cursor, Ctrl-Space completes, hovering explains.</li>
        <li>The book on the left opens the docs of the whole API.</li>
      </ul>
    </details>
  )
}

function Remembered() {
  const { values } = useStore(remembered)
  const entries = Object.entries(values)
  if (entries.length === 0) return null
  return (
    <details className="guide-remembered">
      <summary>Remembered values ({entries.length})</summary>
      <dl>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{`{{${name}}}`}</dt>
            <dd title={value}>{value}</dd>
          </div>
        ))}
      </dl>
      <button type="button" className="guide-quiet" onClick={forgetAll}>
        Forget them
      </button>
    </details>
  )
}

/** Where the last payment is made. Only a web address becomes a link: the value comes from an answer. */
function PayLink() {
  const { payUrl } = useStore(remembered).values
  if (!payUrl || !URL.canParse(payUrl, location.href)) return null
  const { protocol, href } = new URL(payUrl, location.href)
  if (protocol !== 'http:' && protocol !== 'https:') return null
  return (
    <a className="guide-pay" href={href} target="_blank" rel="noreferrer">
      Open the pay page ↗
    </a>
  )
}

function GuideIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round">
      <path d="M9 19 3.500 21V6L9 4m0 15 6 2m-6-2V4m6 17 5.500-2V4L15 6m0 15V6M9 4l6 2" />
    </svg>
  )
}

export const GUIDE_PLUGIN: GraphiQLPlugin = { title: 'Guide', icon: GuideIcon, content: Guide }
