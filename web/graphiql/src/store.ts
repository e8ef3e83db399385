// Knows how to keep one value and tell React and others when it changes, and how to tell the reader what went wrong.
import { useSyncExternalStore } from 'react'

export interface Store<T> {
  get(): T
  set(change: Partial<T>): void
  subscribe(listener: () => void): () => void
}

export function createStore<T extends object>(initial: T): Store<T> {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set(change) {
      value = { ...value, ...change }
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export function useStore<T extends object>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get)
}

/** Something to tell the reader in place of an answer; a stack of our own code would only be noise there. */
export class Told extends Error {
  constructor(message: string) {
    super(message)
    this.stack = undefined
  }
}

/** What the browser remembers for this page; a browser that refuses storage just forgets. */
export const notes = {
  read(key: string): string | null {
    try {
      return localStorage.getItem(`jishi:${key}`)
    } catch {
      return null
    }
  },
  write(key: string, value: string): void {
    try {
      localStorage.setItem(`jishi:${key}`, value)
    } catch {
      // A full or forbidden storage costs comfort only.
    }
  },
}
