import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connectToHost } from '../../../src-main/cli/connection.ts'
import { findTagged } from '../../../src-main/interpreters/tagged-processes.ts'
import { readLastGood } from '../../../src-main/store/last-good.ts'
import type { Connection } from '../../../src-main/cli/connection.ts'
import { homePaths } from '../../../src-main/home.ts'
import { seededRandom } from '../../support/random.ts'
import { until } from '../../support/until.ts'
import { check } from './checker.ts'
import type { Violation } from './checker.ts'
import { startHost, unlockedFiles } from './host.ts'
import type { Host, HostOptions, Victim } from './host.ts'
import { readLedger } from './ledger.ts'
import { produce, saveLoad } from './load.ts'
import { readFacts } from './store-facts.ts'

export type LoopOptions = {
  /** The program that is tried; see tests/support/mutants.ts. */
  root: string
  seed: number
  /** Kills of any kind, at least. */
  kills: number
  /** Accepted runs, at least; more kills follow until there are so many. */
  runs: number
  /** Producers wait while more runs than that are unfinished. Default 30. */
  backlog?: number
  schedules?: number
  /** Whom the kills meet; one that is listed twice is met twice as often. Default: all kinds. */
  victims?: Victim[]
  /** The share of hosts that are killed before they are ready. */
  early?: number
  /** The wall clock jumps now and then, by up to three hours. */
  movesClock?: boolean
  /** No new life begins after so long, whatever is still to do. Default: there is no limit. */
  withinMs?: number
  /** How long everything may take to finish at the end. Default two minutes. */
  drainMs?: number
  /** Is told of every life. */
  onLife?: (words: string) => void
}

export type LoopReport = {
  seed: number
  kills: Record<Victim | 'early', number>
  accepted: number
  runs: number
  attempts: number
  /** Attempts that were cut off and had another one after them. */
  repeated: number
  lives: number
  ms: number
  violations: Violation[]
  /** Where data folder, ledger and seed are kept; null: nothing is wrong, and they were removed. */
  keptIn: string | null
}

const DRAIN_MS = 120_000
const LONGEST_STRETCH = 6
const allVictims: Victim[] = [
  'host',
  'host',
  'host',
  'host and supervisor',
  'host and supervisor',
  'supervisor',
  'engine',
]

/**
 * Starts hosts, hands in work and kills them, each at a moment of chance, until there were enough of both; then lets one live
 * until everything is finished, and compares what was seen with what is stored. Never throws for what the program does wrong.
 */
export async function runKillLoop(options: LoopOptions): Promise<LoopReport> {
  const { root, seed, backlog = 30, schedules = 3, victims = allVictims, early = 0.2, movesClock = false } = options
  const random = seededRandom(seed)
  const begunAt = performance.now()
  const place = prepareFolder()
  const kills: LoopReport['kills'] = { host: 0, 'host and supervisor': 0, supervisor: 0, engine: 0, early: 0 }
  const found: Violation[] = []
  let accepted = 0
  let lives = 0
  let startMs = 800
  let stretch = 1
  const killed = () => Object.values(kills).reduce((sum, n) => sum + n, 0)
  const isEnough = () =>
    (killed() >= options.kills && accepted >= options.runs) ||
    performance.now() - begunAt > (options.withinMs ?? Infinity)
  const hostOptions: HostOptions = {
    root,
    home: place.home,
    ledger: place.ledger,
    ...(movesClock ? { movedClock: place.clock } : {}),
  }

  while (!isEnough() && found.length === 0) {
    lives += 1
    if (movesClock && random.chance(0.3)) writeFileSync(place.clock, String(random.int(-3 * 3_600_000, 3 * 3_600_000)))
    const bornAt = performance.now()
    const host = startHost(hostOptions)
    if (lives > 1 && random.chance(early)) {
      await delay(random.int(0, Math.round(startMs)))
      kills.early += 1
      await host.kill(random.pick(['host', 'host and supervisor']))
      continue
    }
    if (!(await host.whenReady)) {
      found.push({ rule: 'host', what: `does not start: ${host.said()}` })
      break
    }
    startMs = performance.now() - bornAt
    if (lives === 1) stretch = Math.min(LONGEST_STRETCH, Math.max(1, startMs / 700))
    const connection = await reach(place.home, host).catch(() => null)
    if (connection === null) {
      found.push({ rule: 'host', what: `cannot be reached: ${host.said()}` })
      await host.kill('host and supervisor')
      break
    }
    if (lives === 1) await saveLoad(connection.client, place.folder, place.ledger, schedules, stretch)
    const producing = produce(connection.client, random, place.ledger, backlog, 4, stretch)
    // It has to get over the death of a part by itself, while work goes on; in the end it dies as a whole.
    let isCrashed = false
    // 20 to 620 ms where a host starts in half a second; on a machine that is slower, everything is.
    const pace = Math.max(1, startMs / 500)
    for (;;) {
      await delay(random.int(20, 620) * pace)
      found.push(...troublesOf(host, place.home, !isCrashed))
      // A crash of the engine is over half a second later; a second one would take longer each time.
      const victim: Victim = random.pick(isCrashed ? victims.filter((each) => each !== 'engine') : victims)
      kills[victim] += 1
      await host.kill(victim)
      if (victim === 'host' || victim === 'host and supervisor') break
      isCrashed ||= victim === 'engine'
      if (found.length > 0) break
    }
    if (host.child.signalCode === null) await host.kill('host')
    connection.close()
    accepted += await producing
    options.onLife?.(`life ${lives}, ${killed()} kills, ${accepted} accepted runs`)
  }
  if (found.length === 0) found.push(...(await drain(hostOptions, options.drainMs)))
  const { runs, attempts, repeated, violations } = judge(place)
  found.push(...violations)
  if (found.length === 0) rmSync(place.folder, { recursive: true, force: true, maxRetries: 5 })
  else
    writeFileSync(
      join(place.folder, 'seed.txt'),
      `${seed}\n${found.map(({ rule, what }) => `${rule} ${what}\n`).join('')}`,
    )
  const ms = Math.round(performance.now() - begunAt)
  return {
    seed,
    kills,
    accepted,
    runs,
    attempts,
    repeated,
    lives,
    ms,
    violations: found,
    keptIn: found.length === 0 ? null : place.folder,
  }
}

export type Place = { folder: string; home: string; ledger: string; clock: string }

export function prepareFolder(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-kills-'))
  const place = {
    folder,
    home: join(folder, 'home'),
    ledger: join(folder, 'ledger.txt'),
    clock: join(folder, 'clock.txt'),
  }
  mkdirSync(place.home)
  writeFileSync(place.ledger, '')
  writeFileSync(place.clock, '0')
  return place
}

/** A host that says it is ready can be reached, unless it has died since. */
export async function reach(home: string, host: Host): Promise<Connection> {
  const ended = host.whenEnded.then(() => null)
  const connection = await Promise.race([connectToHost(home), ended])
  if (connection === null) throw new Error(`the host ended as soon as it was ready: ${host.said()}`)
  return connection
}

/** What a living host has said or lost that it should not have. `hasEngine`: it has one that is not just starting. */
export function troublesOf(host: Host, home: string, hasEngine: boolean): Violation[] {
  const said = host.said().split('\n')
  const crashes = said.filter((line) => line.startsWith('The engine stopped') && !line.includes('the witness'))
  const found = crashes.map((what): Violation => ({ rule: 'host', what }))
  const { pid, exitCode, signalCode } = host.child
  if (exitCode !== null || signalCode !== null)
    return [...found, { rule: 'host', what: `ended by itself: ${host.said()}` }]
  if (!hasEngine || pid === undefined || !existsSync('/proc/locks')) return found
  const unlocked = unlockedFiles(pid, home)
  return [
    ...found,
    ...unlocked.map((file): Violation => ({ rule: 'I7', what: `a living host has no lock on ${file}` })),
  ]
}

/** A last life: no new work, until everything is finished. */
export async function drain(options: HostOptions, withinMs = DRAIN_MS): Promise<Violation[]> {
  const host = startHost(options)
  if (!(await host.whenReady)) return [{ rule: 'host', what: `does not start: ${host.said()}` }]
  const { client, close } = await reach(options.home, host)
  try {
    for (const { name } of await client.schedules.list()) await client.schedules.pause({ name })
    await until(
      'everything is finished',
      async () => {
        const { counts } = await client.engine.status()
        return counts.scheduled + counts.queued + counts.running + counts.stopping === 0
      },
      withinMs,
    )
    const found = troublesOf(host, options.home, true)
    close()
    host.child.kill('SIGTERM')
    const { code } = await host.whenEnded
    const storeId = readLastGood(homePaths(options.home).lastGood)?.storeId ?? ''
    for (const { pid } of findTagged((tag) => tag.startsWith(`${storeId}/`))) {
      found.push({ rule: 'host', what: `process ${pid} of it is alive after it has ended` })
    }
    return code === 0 ? found : [...found, { rule: 'host', what: `stopped with code ${code}: ${host.said()}` }]
  } catch (error) {
    await host.kill('host and supervisor')
    return [{ rule: 'host', what: `${String(error)}; it said: ${host.said()}` }]
  }
}

/** A copy is read, so that what is kept is as it was left. */
export function judge({ folder, home, ledger }: Place) {
  const copy = join(folder, 'judged')
  mkdirSync(copy)
  for (const end of ['', '-wal']) {
    const path = homePaths(home).database + end
    if (existsSync(path)) cpSync(path, join(copy, `signalbox.db${end}`))
  }
  const lines = readLedger(ledger)
  const facts = readFacts(join(copy, 'signalbox.db'))
  rmSync(copy, { recursive: true })
  return {
    violations: check(lines, facts),
    runs: facts.runs.length,
    attempts: lines.filter(({ word }) => word === 'START').length,
    repeated: lines.filter(({ word }) => word === 'REQUEUE').length,
  }
}
