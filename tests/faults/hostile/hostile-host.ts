import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Client, Lifecycle, RunDetail } from '../../../src-preload/contract.ts'
import { connectToHost } from '../../../src-main/cli/connection.ts'
import { serveHome } from '../../support/command-line.ts'
import { until } from '../../support/until.ts'

export type { RunDetail }
export type SubmitDefinition = Extract<Parameters<Client['runs']['submit']>[0], { what: 'definition' }>['definition']

/** A short run of the executor `async` beside the others, so often and due so late. */
const PULSE_EVERY_MS = 250
const PULSE_DELAY_MS = 50
/** One look for all of them: a hundred that ask for themselves would be what makes the scheduler late. */
const LOOK_EVERY_MS = 250
const UNFINISHED_AT_MOST = 500
const unfinishedLifecycles: Lifecycle[] = ['scheduled', 'queued', 'running', 'stopping']
const pulseScript: SubmitDefinition = {
  kind: 'script',
  executor: 'async',
  code: { from: 'text', name: 'pulse.ts', text: 'export default () => 1' },
}

/** All cases are queued at once, and the cores may be taken by others: the last one begins late. */
export const PATIENCE_MS = 600_000

/** A real host, and a pulse of short delayed runs on it: how late each starts is how late the scheduler was. */
export async function openHostileHost(slots: string) {
  const home = mkdtempSync(join(tmpdir(), 'signalbox-hostile-'))
  const host = await serveHome(home, ['--slots', slots])
  const { client, close } = await connectToHost(home)
  const pulse: number[] = []
  let largestBytes = 0
  let lastBeat = Promise.resolve()
  const unfinished = new Set<number>()
  let isClosed = false

  const submit = async (definition: SubmitDefinition, delayMs = 0): Promise<number> => {
    const { id } = await client.runs.submit({ what: 'definition', definition, input: null, delayMs })
    unfinished.add(id)
    return id
  }
  const get = (id: number): Promise<RunDetail> => client.runs.get({ id })
  const look = () => (largestBytes = Math.max(largestBytes, residentBytes(host.child.pid)))

  const beat = setInterval(() => {
    look()
    lastBeat = submit(pulseScript, PULSE_DELAY_MS).then((id) => void pulse.push(id))
  }, PULSE_EVERY_MS)

  // Not the newest that have finished: what has stood in the queue for minutes is none of them.
  const watching = (async () => {
    while (!isClosed) {
      const known = [...unfinished]
      const { rows, more } = await client.runs.list({ lifecycle: unfinishedLifecycles, limit: UNFINISHED_AT_MOST })
      if (more) throw new Error(`more than ${UNFINISHED_AT_MOST} runs have not finished`)
      const still = new Set(rows.map(({ id }) => id))
      for (const id of known) if (!still.has(id)) unfinished.delete(id)
      await delay(LOOK_EVERY_MS)
    }
  })()

  return {
    client,
    submit,
    get,
    beats: () => pulse.length,
    residentBytes: () => residentBytes(host.child.pid),
    descriptors: () => readdirSync(`/proc/${host.child.pid}/fd`).length,
    /** The most since the start, or since that was forgotten. */
    largestBytes: () => largestBytes,
    forgetLargest: () => void (largestBytes = 0),
    /** How late the runs of the pulse so far were admitted, in ms, the latest first; each of them must have succeeded at once. */
    async latenessMs(): Promise<number[]> {
      const late: number[] = []
      for (const id of pulse.splice(0)) {
        const run = await this.ended(id)
        expect({ outcome: run.outcome, attempts: run.attempts.length }).toEqual({ outcome: 'succeeded', attempts: 1 })
        late.push((run.startedAt ?? Infinity) - run.createdAt - PULSE_DELAY_MS)
      }
      return late.sort((a, b) => b - a)
    },
    async ended(id: number, withinMs = PATIENCE_MS): Promise<RunDetail> {
      const deadline = performance.now() + withinMs
      while (unfinished.has(id)) {
        if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms in vain until run ${id} has ended`)
        await delay(LOOK_EVERY_MS)
      }
      return get(id)
    },
    untilSaid: (id: number, word: string) =>
      until(
        `run ${id} says "${word}"`,
        async () => (await client.runs.logs({ id })).lines.some(({ text }) => text === word),
        PATIENCE_MS,
      ),
    async close() {
      clearInterval(beat)
      await lastBeat
      isClosed = true
      await watching
      close()
      const { code, stderr } = await host.stop()
      rmSync(home, { recursive: true })
      return { code, stderr }
    },
  }
}
export type HostileHost = Awaited<ReturnType<typeof openHostileHost>>

function residentBytes(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024
}

/** Processes with `mark` in their command line, zombies aside. */
export function withMark(mark: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      if (!Number.isInteger(pid) || pid === process.pid) return false
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').includes(mark)
      } catch {
        return false
      }
    })
}
