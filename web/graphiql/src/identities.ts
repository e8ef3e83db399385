// Knows as whom the page speaks: a demo identity, a guest with a cart and an order, or the owner of a pasted token.
import { createStore, notes } from './store'

export interface Identity {
  key: string
  label: string
  role: string
  token: string
}

export const GUEST = 'guest'
export const PASTED = 'pasted'

interface Speaker {
  /** `plain` means that the server offers no demo identities: only a token box is left. */
  mode: 'loading' | 'demo' | 'plain'
  identities: readonly Identity[]
  chosen: string
  /** Who takes the customer's steps: the one that the reader last chose by hand; empty until then. */
  shopper: string
  /** Why the choice changed by itself, shown beside the switch; empty after a choice by hand. */
  reason: string
  pastedToken: string
  /** What a guest has instead of an account: these open one cart and one order. */
  cartToken: string
  orderToken: string
}

export const speaker = createStore<Speaker>({
  mode: 'loading',
  identities: [],
  chosen: notes.read('identity') ?? GUEST,
  shopper: notes.read('shopper') ?? '',
  reason: '',
  pastedToken: '',
  cartToken: notes.read('cartToken') ?? '',
  orderToken: notes.read('orderToken') ?? '',
})

async function fetchIdentities(): Promise<readonly Identity[] | null> {
  try {
    const response = await fetch('/demo/identities', { headers: { accept: 'application/json' } })
    return response.ok ? ((await response.json()) as Identity[]) : null
  } catch {
    return null
  }
}

async function load(): Promise<void> {
  const identities = await fetchIdentities()
  if (!identities) {
    speaker.set({ mode: 'plain', identities: [], chosen: PASTED })
    return
  }
  const { chosen } = speaker.get()
  const known = chosen === GUEST || chosen === PASTED || identities.some(({ key }) => key === chosen)
  speaker.set({ mode: 'demo', identities, chosen: known ? chosen : GUEST })
}

/** Resolves once it is known whether there are demo identities, so that no request leaves under a wrong name. */
export const identitiesReady: Promise<void> = load()

let renewal: Promise<boolean> | null = null

/** Fetch fresh demo tokens; true when the current identity has another token than before. Callers share one fetch. */
export function renewIdentities(): Promise<boolean> {
  renewal ??= renew().finally(() => {
    renewal = null
  })
  return renewal
}

async function renew(): Promise<boolean> {
  if (speaksAsGuest() && speaker.get().orderToken) {
    setOrderToken('') // lived out: what needs no token must go on working
    return true
  }
  if (speaker.get().mode !== 'demo') return false
  const before = speakerHeaders().authorization
  const identities = await fetchIdentities()
  if (!identities) return false
  speaker.set({ identities })
  return speakerHeaders().authorization !== before
}

/** Speak as this one from now on; `reason` says why, when the page chose and not the reader. */
function choose(key: string, reason = ''): void {
  const { mode, identities, chosen } = speaker.get()
  const known = key === GUEST || key === PASTED || identities.some((identity) => identity.key === key)
  if (mode !== 'demo' || !known) return
  notes.write('identity', key)
  speaker.set({ chosen: key, reason: key === chosen ? '' : reason })
}

function isCustomer(key: string): boolean {
  return speaker.get().identities.some((identity) => identity.key === key && identity.role === 'CUSTOMER')
}

export function chooseByHand(key: string): void {
  choose(key)
  if (key !== GUEST && !isCustomer(key)) return
  notes.write('shopper', key)
  speaker.set({ shopper: key })
}

/** Who takes a step that is meant for `as`: for a customer's step, the customer or guest whom the reader has chosen. */
export function whoTakes(as: string): string {
  const { shopper } = speaker.get()
  return isCustomer(as) && (shopper === GUEST || isCustomer(shopper)) ? shopper : as
}

export function chooseFor(as: string, reason: string): void {
  choose(whoTakes(as), reason)
}

export function setCartToken(cartToken: string): void {
  notes.write('cartToken', cartToken)
  speaker.set({ cartToken })
}

export function setOrderToken(orderToken: string): void {
  notes.write('orderToken', orderToken)
  speaker.set({ orderToken })
}

/** The label up to its dash: "Lin Xiaoyu — customer" is Lin Xiaoyu. */
export function nameOf(key: string): string {
  if (key === GUEST) return 'Guest'
  if (key === PASTED) return 'Pasted token'
  const identity = speaker.get().identities.find((candidate) => candidate.key === key)
  return identity?.label.split(' — ')[0] ?? key
}

export function currentName(): string {
  const { mode, pastedToken, chosen } = speaker.get()
  return mode === 'plain' && !pastedToken ? 'Guest' : nameOf(chosen)
}

/** Of a person with an account; empty for a guest. */
function tokenOf(key: string, pastedToken: string): string {
  if (key === PASTED) return pastedToken.trim().replace(/^bearer\s+/i, '')
  return speaker.get().identities.find((identity) => identity.key === key)?.token ?? ''
}

export function speaksAsGuest(): boolean {
  const { chosen, pastedToken } = speaker.get()
  return tokenOf(chosen, pastedToken) === ''
}

/** The headers that tell the server who speaks: always the same one, with that one's newest token. */
export type Voice = () => Record<string, string>

/** The voice of whoever speaks now; it stays theirs when the page goes on as somebody else. */
export function currentVoice(): Voice {
  const { chosen, pastedToken, cartToken, orderToken } = speaker.get()
  return () => {
    const token = tokenOf(chosen, pastedToken)
    if (token) return { authorization: `Bearer ${token}` }
    return {
      ...(orderToken && { authorization: `Bearer ${orderToken}` }),
      ...(cartToken.trim() && { 'x-cart-token': cartToken.trim() }),
    }
  }
}

export function speakerHeaders(): Record<string, string> {
  return currentVoice()()
}
