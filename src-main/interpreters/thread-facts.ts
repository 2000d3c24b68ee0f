/** Where this thread keeps compiled scripts. The SDK is a bundle of its own, so it is told by a symbol. */
const key = Symbol.for('signalbox.cache-folder')

export function noteCacheFolder(folder: string): void {
  Object.defineProperty(globalThis, key, { value: folder, configurable: true })
}

/** Null on a thread that is not one of ours. */
export const findCacheFolder = (): string | null =>
  (globalThis as unknown as Record<symbol, string | undefined>)[key] ?? null
