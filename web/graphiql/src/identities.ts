// Knows as whom the page speaks: a demo identity, a guest with a cart, or the owner of a pasted token.
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
  /** Why the choice changed by itself, shown beside the switch; empty after a choice by hand. */
  reason: string
  pastedToken: string
  cartToken: string
}

export const speaker = createStore<Speaker>({
  mode: 'loading',
  identities: [],
  chosen: notes.read('identity') ?? GUEST,
  reason: '',
  pastedToken: '',
  cartToken: notes.read('cartToken') ?? '',
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
  if (speaker.get().mode !== 'demo') return false
  const before = currentToken()
  const identities = await fetchIdentities()
  if (!identities) return false
  speaker.set({ identities })
  return currentToken() !== before
}

export function choose(key: string, reason = ''): void {
  const { mode, identities, chosen } = speaker.get()
  const known = key === GUEST || key === PASTED || identities.some((identity) => identity.key === key)
  if (mode !== 'demo' || !known) return
  notes.write('identity', key)
  speaker.set({ chosen: key, reason: key === chosen ? '' : reason })
}

export function setCartToken(cartToken: string): void {
  notes.write('cartToken', cartToken)
  speaker.set({ cartToken })
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

function currentToken(): string {
  const { chosen, identities, pastedToken } = speaker.get()
  if (chosen === PASTED) return pastedToken.trim()
  return identities.find(({ key }) => key === chosen)?.token ?? ''
}

export function speaksAsGuest(): boolean {
  return currentToken() === ''
}

/** The headers that tell the server who speaks; a guest is known by the cart alone. */
export function speakerHeaders(): Record<string, string> {
  const token = currentToken()
  if (token) return { authorization: `Bearer ${token.replace(/^bearer\s+/i, '')}` }
  const cart = speaker.get().cartToken.trim()
  return cart ? { 'x-cart-token': cart } : {}
}
