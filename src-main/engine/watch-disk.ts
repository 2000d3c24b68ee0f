import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from './clock.ts'
import type { DiskSeen } from './disk.ts'

const MB = 1024 * 1024

/** Below this it is full: results, the write-ahead log and its way back into the database still need some. */
export const FULL_BELOW = 48 * MB
/** From here on it is not full any more: enough for the reserve and for some time. */
export const ROOM_FROM = 128 * MB
/** Held back by a file, given up when the disk is full: at SQLITE_FULL not even a DELETE would work. */
export const RESERVE = 32 * MB
const LOOK_MS = 1_000

/** The volume as the watch needs it; tests have one of their own. */
export type Volume = { freeBytes(): number; reserve(): boolean; release(): void }

/** Looks once a second how much room there is and says it when that changes from room to full, or back. */
export class DiskWatch {
  readonly #clock: Clock
  readonly #volume: Volume
  readonly #onSeen: (seen: DiskSeen) => void
  #isFull = false
  #isReserved = false
  #cancel: (() => void) | null = null

  constructor(clock: Clock, volume: Volume, onSeen: (seen: DiskSeen) => void) {
    this.#clock = clock
    this.#volume = volume
    this.#onSeen = onSeen
  }

  /** The first look is at once: a host may start on a full disk. */
  start(): void {
    this.#look()
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
  }

  #look(): void {
    this.#cancel = this.#clock.after(LOOK_MS, () => this.#look())
    const freeBytes = this.#volume.freeBytes()
    if (!this.#isFull && freeBytes < FULL_BELOW) this.#turn(true, freeBytes)
    else if (this.#isFull && freeBytes >= ROOM_FROM) this.#turn(false, freeBytes)
    else if (!this.#isFull && !this.#isReserved && freeBytes >= FULL_BELOW + RESERVE) {
      this.#isReserved = this.#volume.reserve()
    }
  }

  #turn(isFull: boolean, freeBytes: number): void {
    this.#isFull = isFull
    if (isFull) {
      this.#volume.release()
      this.#isReserved = false
    }
    this.#onSeen({ isFull, freeBytes })
  }
}

/** The volume on which `reservePath` lies. */
export function volumeOf(reservePath: string): Volume {
  return {
    freeBytes() {
      const { bavail, bsize } = statfsSync(dirname(reservePath))
      return bavail * bsize
    },
    reserve: () => writeReserve(reservePath),
    release: () => rmSync(reservePath, { force: true }),
  }
}

/** Written out, for a file with a hole in it would hold nothing back. False when there is no room for it. */
function writeReserve(path: string): boolean {
  if (existsSync(path) && statSync(path).size >= RESERVE) return true
  const descriptor = openSync(path, 'w', 0o600)
  try {
    const piece = Buffer.alloc(MB)
    for (let written = 0; written < RESERVE; written += MB) writeSync(descriptor, piece)
    fsyncSync(descriptor)
    return true
  } catch {
    rmSync(path, { force: true })
    return false
  } finally {
    closeSync(descriptor)
  }
}
