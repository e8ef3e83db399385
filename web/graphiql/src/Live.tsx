// Shows each open subscription with its events, the newest on top, whatever tab is in front.
import { close, dismiss, live, type Received, type Status, type Stream } from './streams'
import { useStore } from './store'

const SAID: Record<Status, string> = {
  connecting: 'connecting …',
  live: 'live',
  reconnecting: 'line broken, reconnecting …',
  ended: 'ended',
  failed: 'failed',
}

export function Live() {
  const { streams } = useStore(live)
  if (streams.length === 0) return null
  return (
    <div className="live">
      <div className="guide-title">Live</div>
      {streams.map((stream) => (
        <OneStream key={stream.id} stream={stream} />
      ))}
    </div>
  )
}

function OneStream({ stream }: { stream: Stream }) {
  const over = stream.status === 'ended' || stream.status === 'failed'
  return (
    <article className="live-stream" data-status={stream.status} aria-label={`Live: ${stream.title}`}>
      <header>
        <i aria-hidden="true" />
        <b>{stream.title}</b>
        <small>
          {stream.as} · {SAID[stream.status]} · {stream.received} {stream.received === 1 ? 'message' : 'messages'}
        </small>
        <button
          type="button"
          aria-label={over ? `Remove ${stream.title}` : `Stop ${stream.title}`}
          title={over ? 'Remove' : 'Stop'}
          onClick={() => (over ? dismiss(stream.id) : close(stream.id))}
        >
          {over ? '×' : '■'}
        </button>
      </header>
      {stream.note && <p role="status">{stream.note}</p>}
      <ol>
        {stream.events.map((event) => (
          <OneEvent key={event.position} event={event} />
        ))}
      </ol>
    </article>
  )
}

function OneEvent({ event }: { event: Received }) {
  return (
    <li>
      <details>
        <summary>
          <time dateTime={event.at.toISOString()}>{event.at.toLocaleTimeString()}</time> {gist(event.data)}
        </summary>
        <pre>{JSON.stringify(event.data, null, 2)}</pre>
      </details>
    </li>
  )
}

/** What a message says in a few words, without ids, cursors and counts, which say nothing to a reader. */
function gist(data: unknown, depth = 0): string {
  if (data === null || data === undefined) return ''
  if (typeof data !== 'object') return String(data)
  if (depth > 4) return '…'
  return Object.entries(data)
    .filter(([name]) => !/^(__typename|id|cursor|sequence|.*Id|at|.*At)$/.test(name))
    .map(([, value]) => gist(value, depth + 1))
    .filter(Boolean)
    .join(' · ')
    .slice(0, 160)
}
