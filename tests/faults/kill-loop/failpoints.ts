import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '../../../src-preload/contract.ts'
import type { Violation } from './checker.ts'
import { startHost } from './host.ts'
import type { HostOptions } from './host.ts'
import { appendToLedger } from './ledger.ts'
import { saveLoad } from './load.ts'
import { drain, judge, prepareFolder, reach, troublesOf } from './loop.ts'
import { hashOf } from './store-facts.ts'

export type FailpointOptions = {
  root: string
  /** Whose steps are counted. */
  in: 'engine' | 'supervisor'
  /** The supervisor dies with the host. */
  both: boolean
  /** The steps at which hosts die; default: 1, 2, 3 … until one gets through. */
  steps?: number[]
  onLife?: (words: string) => void
}

export type FailpointReport = {
  /** Steps at which a host has died, by the name of the step. */
  died: Record<string, number[]>
  /** Whether a host got through all its work before it came to the last of the steps: then there are no more of them. */
  isThrough: boolean
  ms: number
  violations: Violation[]
  keptIn: string | null
}

/** What each life is given to do, unless the last ones have left enough. */
const work = [
  { job: 'process', input: { ms: 0, pad: '', trouble: 'none' } },
  { job: 'flaky', input: { ms: 10, pad: '', trouble: 'throws' } },
  { job: 'narrow', input: { ms: 10, pad: '', trouble: 'none' } },
  { job: 'command-0', input: null },
] as const
/** With so much left over, a life has enough to do. */
const ENOUGH = 4
const LIFE_MS = 60_000

/**
 * Hosts live one after the other on the same store, and each is killed at the step after that at which the last one was:
 * before and after each transaction, within it, at each reply, message, start of a process, and death that is seen. Steps count
 * from the host's start, so the recovery is killed again and again, too. At the end everything must be finished, once.
 */
export async function runFailpoints(options: FailpointOptions): Promise<FailpointReport> {
  const begunAt = performance.now()
  const place = prepareFolder()
  const base: HostOptions = { root: options.root, home: place.home, ledger: place.ledger }
  const found: Violation[] = []
  let isThrough = false
  const steps = options.steps?.values() ?? from(1)
  // The first host dies of nothing: it is given the jobs.
  const first = startHost(base)
  if (!(await first.whenReady)) throw new Error(`the first host does not start: ${first.said()}`)
  const { client, close } = await reach(place.home, first)
  await saveLoad(client, place.folder, place.ledger, 1)
  close()
  await first.kill('host')

  for (const step of steps) {
    const host = startHost({ ...base, failAt: { in: options.in, step, both: options.both } })
    const tooLong = setTimeout(() => host.child.kill('SIGKILL'), LIFE_MS)
    if (await host.whenReady) {
      // It may die at any moment from here on, in the middle of a call.
      const lived = await reach(place.home, host).then(
        async (connection) => {
          const got = await workOff(connection.client, place.ledger).catch(() => false)
          connection.close()
          return got
        },
        () => false,
      )
      isThrough = lived && host.child.exitCode === null && host.child.signalCode === null
      if (isThrough) {
        found.push(...troublesOf(host, place.home, true))
        await host.kill('host')
      }
    }
    await host.whenEnded
    clearTimeout(tooLong)
    const crashed = host.said().includes('The engine stopped')
    if (crashed) found.push({ rule: 'host', what: host.said() })
    options.onLife?.(`${options.in} step ${step}`)
    if (isThrough || found.length > 0) break
  }
  if (found.length === 0) found.push(...(await drain(base)))
  found.push(...judge(place).violations)
  const died = stepsOf(place.ledger)
  if (found.length === 0) rmSync(place.folder, { recursive: true, force: true, maxRetries: 5 })
  else writeFileSync(join(place.folder, 'violations.txt'), found.map(({ rule, what }) => `${rule} ${what}\n`).join(''))
  const ms = Math.round(performance.now() - begunAt)
  return { died, isThrough, ms, violations: found, keptIn: found.length === 0 ? null : place.folder }
}

/** Hands work in, and says true when everything is finished. */
async function workOff(client: Client, ledger: string): Promise<boolean> {
  const unfinished = async () => {
    const { counts } = await client.engine.status()
    return counts.scheduled + counts.queued + counts.running + counts.stopping
  }
  if ((await unfinished()) < ENOUGH) {
    for (const { job, input } of work) {
      const { id } = await client.runs.submit({ what: 'job', job, input })
      appendToLedger(ledger, 'ACK', id, 0, hashOf(input))
    }
  }
  while ((await unfinished()) > 0) await delay(30)
  return true
}

function* from(first: number): Generator<number> {
  for (let n = first; ; n += 1) yield n
}

/** Where hosts have died, as the witness wrote it down. */
function stepsOf(ledger: string): Record<string, number[]> {
  const died: Record<string, number[]> = {}
  for (const [, step, name] of readFileSync(ledger, 'utf8').matchAll(/host at \w+ step (\d+) (.+)/g)) {
    const steps = (died[(name ?? '').trim()] ??= [])
    steps.push(Number(step))
  }
  return died
}
