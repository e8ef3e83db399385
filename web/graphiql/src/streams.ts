// Knows the subscriptions that are open: each on its own socket, resumed after its last cursor when the line breaks.
import type { ExecutionResult } from 'graphql'
import { type Client, createClient } from 'graphql-ws'

import { currentName, currentVoice, renewIdentities } from './identities'
import { remember } from './remembered'
import { createStore, Told } from './store'
import { tabInFront } from './workspace'

export type Status = 'connecting' | 'live' | 'reconnecting' | 'ended' | 'failed'

export interface Received {
  position: number
  at: Date
  data: unknown
}

export interface Stream {
  id: number
  title: string
  as: string
  status: Status
  note: string
  received: number
  /** The newest first; older ones than the last hundred are let go. */
  events: readonly Received[]
}

/** A subscription ready to be sent; `resumable` when it takes the cursor of the last event as `$after`. */
export interface LiveRequest {
  title: string
  query: string
  operationName?: string
  variables: Record<string, unknown>
  headers: Record<string, string>
  resumable: boolean
}

const KEPT_EVENTS = 100
const KEPT_STREAMS = 6

/** `latest` is the operation that was opened last: the only one that GraphiQL itself may still be reading. */
export const live = createStore<{ streams: readonly Stream[]; latest: string | undefined }>({ streams: [], latest: undefined })
const closers = new Map<number, () => void>()
let opened = 0

function change(id: number, update: (stream: Stream) => Partial<Stream>): void {
  const streams = live.get().streams.map((stream) => (stream.id === id ? { ...stream, ...update(stream) } : stream))
  live.set({ streams })
}

function isOver({ status }: Stream): boolean {
  return status === 'ended' || status === 'failed'
}

export function close(id: number): void {
  closers.get(id)?.()
}

export function dismiss(id: number): void {
  close(id)
  live.set({ streams: live.get().streams.filter((stream) => stream.id !== id) })
}

function socketUrl(): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`
}

/** A socket takes no headers from a page, so what they would say goes into the first message. */
function greeting(headers: Record<string, string>): Record<string, string | undefined> {
  const { 'x-cart-token': cartToken, 'accept-language': locale, ...rest } = headers
  return { ...rest, cartToken, locale }
}

function connect(id: number, headers: () => Record<string, string>, onReady: () => void): Client {
  return createClient({
    url: socketUrl(),
    connectionParams: () => greeting(headers()),
    keepAlive: 15_000,
    retryAttempts: 60,
    retryWait: (attempt) => new Promise((resume) => setTimeout(resume, Math.min(500 * 2 ** attempt, 5_000))),
    // 4403: the server will not answer differently to the same token.
    shouldRetry: (reason) => !(reason instanceof CloseEvent && reason.code === 4403),
    on: {
      connected: () => {
        change(id, () => ({ status: 'live', note: '' }))
        onReady()
      },
      closed: () => change(id, (stream) => (isOver(stream) ? {} : { status: 'reconnecting' })),
    },
  })
}

function withEvent({ received, events }: Stream, result: ExecutionResult): Partial<Stream> {
  const event = { position: received + 1, at: new Date(), data: result.errors ? result : result.data }
  return { received: event.position, events: [event, ...events].slice(0, KEPT_EVENTS) }
}

function cursorOf(data: ExecutionResult['data']): string | undefined {
  const [event] = Object.values((data ?? {}) as Record<string, { cursor?: unknown } | null>)
  return typeof event?.cursor === 'string' ? event.cursor : undefined
}

function isStaleToken(reason: unknown): boolean {
  return reason instanceof CloseEvent && (reason.code === 4401 || reason.code === 4403)
}

function explain(reason: unknown): string {
  if (reason instanceof CloseEvent) return `closed by the server: ${reason.code} ${reason.reason}`.trim()
  if (Array.isArray(reason)) return reason.map((error) => error.message).join('; ')
  return reason instanceof Error ? reason.message : 'the connection failed'
}

let keeps = false

/** What `stop` makes GraphiQL let go of goes on in the Live list. */
export function keeping(stop: () => void): void {
  keeps = true
  try {
    stop()
  } finally {
    keeps = false
  }
}

/**
 * Open a subscription. GraphiQL reads the results from the returned iterator and lets go of it when another tab comes to
 * the front; the stream then goes on in the Live list, so that one sees what the next step causes. Stop ends it.
 */
export function open(request: LiveRequest): AsyncIterableIterator<ExecutionResult> {
  const id = ++opened
  const others = live.get().streams.filter((stream) => !(isOver(stream) && stream.title === request.title))
  const begun: Stream = {
    id,
    title: request.title,
    as: currentName(),
    status: 'connecting',
    note: '',
    received: 0,
    events: [],
  }
  const crowd = others.filter((stream, index) => !isOver(stream) || index < KEPT_STREAMS - 1)
  live.set({ streams: [begun, ...crowd], latest: request.operationName })

  const reader = createReader()
  // graphql-ws sends this object again after each reconnect, so a cursor put in here is where the stream resumes.
  const payload = { query: request.query, operationName: request.operationName, variables: { ...request.variables } }
  const voice = currentVoice()
  let unsubscribe = () => {}
  let mayRenew = true

  const finish = (status: Status, note = '') => {
    closers.delete(id)
    change(id, () => ({ status, note }))
  }
  const fail = (reason: unknown) => {
    finish('failed', explain(reason))
    reader.fail(reason instanceof CloseEvent ? new Told(explain(reason)) : reason)
  }
  const receive = (result: ExecutionResult) => {
    const cursor = request.resumable ? cursorOf(result.data) : undefined
    if (cursor) payload.variables.after = cursor
    remember(result.data)
    change(id, (stream) => withEvent(stream, result))
    reader.push(result)
  }
  const subscribe = () => {
    const headers = () => ({ ...voice(), ...request.headers })
    const client = connect(id, headers, () => {
      mayRenew = true
    })
    const token = voice().authorization
    let abandoned = false
    /** A token that ran out is no news for the reader: fetch another and begin anew, unless that one is refused, too. */
    const renewed = (reason: unknown) => {
      if (!mayRenew || !isStaleToken(reason)) return false
      abandoned = true
      mayRenew = false
      void client.dispose()
      void renewIdentities().then(() => (voice().authorization === token ? fail(reason) : subscribe()))
      return true
    }
    unsubscribe = client.subscribe<Record<string, unknown>>(payload, {
      next(result) {
        receive(result as ExecutionResult)
      },
      error(reason) {
        void client.dispose()
        if (!abandoned && !renewed(reason)) fail(reason)
      },
      complete() {
        void client.dispose()
        if (abandoned) return
        finish('ended')
        reader.end()
      },
    })
  }

  closers.set(id, () => unsubscribe())
  subscribe()

  const tab = tabInFront()
  return reader.iterate(() => {
    if (keeps) return
    // GraphiQL lets go before it changes the tab, so only after this turn is it known whether this was Stop.
    setTimeout(() => {
      if (tabInFront() === tab) close(id)
    })
  })
}

interface Reader<T> {
  push(result: T): void
  end(): void
  fail(reason: unknown): void
  iterate(onRelease: () => void): AsyncIterableIterator<T>
}

/** Results that arrive by themselves, handed out one by one to somebody who asks for them. */
function createReader(): Reader<ExecutionResult> {
  type Turn = IteratorResult<ExecutionResult>
  const waiting: ExecutionResult[] = []
  let over = false
  let failure: { reason: unknown } | null = null
  let wake = () => {}

  async function next(): Promise<Turn> {
    while (waiting.length === 0 && !over && !failure) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    const value = waiting.shift()
    if (value) return { done: false, value }
    if (failure && !over) throw failure.reason
    return { done: true, value: undefined }
  }

  return {
    push(result) {
      if (over) return
      waiting.push(result)
      wake()
    },
    end() {
      over = true
      wake()
    },
    fail(reason) {
      failure = { reason }
      wake()
    },
    iterate(onRelease) {
      return {
        next,
        async return(): Promise<Turn> {
          if (!over && !failure) onRelease()
          over = true
          waiting.length = 0
          wake()
          return { done: true, value: undefined }
        },
        [Symbol.asyncIterator]() {
          return this
        },
      }
    },
  }
}
