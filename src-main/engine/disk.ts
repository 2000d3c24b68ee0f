import { problem } from '../../src-preload/problem.ts'
import type { EngineState } from './state.ts'
import type { Tick } from './tick.ts'

/**
 * The room on the volume of the store, as it was last seen. While it is full nothing begins and nothing new is accepted, so that what
 * goes on can end, and its results are kept. `fullSince` in epoch ms; null: there is room.
 */
export type Disk = { fullSince: number | null; freeBytes: number | null }

export type DiskSeen = { isFull: boolean; freeBytes: number }

export const noDiskSeen = (): Disk => ({ fullSince: null, freeBytes: null })

/** Admission, schedules and the history go on in this turn when there is room again. */
export function takeDisk({ disk }: EngineState, tick: Tick, seen: DiskSeen): void {
  disk.freeBytes = seen.freeBytes
  disk.fullSince = seen.isFull ? (disk.fullSince ?? tick.now) : null
  tick.changes.status = true
}

/** New work is what a full disk cannot take: it would be lost, or keep running work from ending. */
export function refuseWhenFull({ disk }: EngineState): void {
  if (disk.fullSince !== null) throw problem('DISK_FULL', { freeBytes: disk.freeBytes ?? 0 })
}
