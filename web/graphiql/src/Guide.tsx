// Shows the walk through the main job, the open subscriptions, and the values remembered on the way.
import { pick, useGraphiQL, useGraphiQLActions, type GraphiQLPlugin } from '@graphiql/react'

import { nameOf, speaker } from './identities'
import { Live } from './Live'
import { forgetAll, remembered } from './remembered'
import { isOpen, type Step, steps } from './steps'
import { useStore } from './store'
import { resetTabs } from './workspace'

function Guide() {
  return (
    <section className="guide" aria-label="Guide">
      <div className="guide-title">Guide</div>
      <p>Twelve tabs walk through the main job. Run one, then go to the next: ids travel along by themselves.</p>
      <Steps />
      <PayLink />
      <Live />
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
            {step.as && <em>{nameOf(step.as)}</em>}
          </button>
        </li>
      ))}
    </ol>
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
      Open the pay page of the last payment ↗
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
