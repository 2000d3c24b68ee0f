import { rmSync, statfsSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
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
export type Volume = {
  freeBytes(): number
  /** Resolves when the room is held back; to false where there is none. */
  reserve(): Promise<boolean>
  /** Gives the room back at once, also what a `reserve` under way has taken, which then resolves to false. */
  release(): void
}

/** Looks once a second how much room there is and says it when that changes from room to full, or back. */
export class DiskWatch {
  readonly #clock: Clock
  readonly #volume: Volume
  readonly #onSeen: (seen: DiskSeen) => void
  #isFull = false
  #reserve: 'none' | 'being made' | 'there' = 'none'
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
    else if (!this.#isFull && this.#reserve === 'none' && freeBytes >= FULL_BELOW + RESERVE) this.#makeReserve()
  }

  #turn(isFull: boolean, freeBytes: number): void {
    this.#isFull = isFull
    if (isFull) {
      this.#volume.release()
      if (this.#reserve === 'there') this.#reserve = 'none'
    }
    this.#onSeen({ isFull, freeBytes })
  }

  #makeReserve(): void {
    this.#reserve = 'being made'
    this.#volume.reserve().then(
      (isThere) => (this.#reserve = isThere && !this.#isFull ? 'there' : 'none'),
      // Tried again at the next look.
      () => (this.#reserve = 'none'),
    )
  }
}

/** The volume on which `reservePath` lies. */
export function volumeOf(reservePath: string): Volume {
  let making: AbortController | null = null
  return {
    freeBytes() {
      const { bavail, bsize } = statfsSync(dirname(reservePath))
      return bavail * bsize
    },
    async reserve() {
      making = new AbortController()
      return writeReserve(reservePath, making.signal)
    },
    release() {
      making?.abort()
      rmSync(reservePath, { force: true })
    },
  }
}

/**
 * Written out, for a file with a hole in it would hold nothing back; by Node's own threads, so that no turn waits for it. False
 * when there is no room for it, or it was called off.
 */
async function writeReserve(path: string, signal: AbortSignal): Promise<boolean> {
  if (statSync(path, { throwIfNoEntry: false })?.size === RESERVE) return true
  const file = await open(path, 'w', 0o600)
  let isWhole = false
  try {
    const piece = Buffer.alloc(MB)
    for (let written = 0; written < RESERVE && !signal.aborted; written += MB) await file.writeFile(piece)
    await file.sync()
    isWhole = !signal.aborted
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    await file.close()
    if (!isWhole) rmSync(path, { force: true })
  }
  return isWhole
}
