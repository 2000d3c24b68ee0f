import { setTimeout as delay } from 'node:timers/promises'

const lookEveryMs = 20

/** Resolves when `isTrue` is; after `withinMs` it rejects and says that it waited until `what`. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>, withinMs = 45_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms in vain until ${what}`)
    await delay(lookEveryMs)
  }
}
