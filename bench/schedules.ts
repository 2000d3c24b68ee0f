/**
 * Ten thousand schedules: how long the host takes to be ready after a kill -9, what it costs when no slot is near, and how
 * late the starts of 100 runs are whose slots have the same instant, every other second. Of the same for no schedules, the
 * start is given beside it. CPU times are told too, for they do not depend on who else uses the machine.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { saveScheduleSchema } from '../src-preload/schedule-contract.ts'
import { saveSchedule } from '../src-main/engine/commands/schedules.ts'
import type { Interpreters, OnReports } from '../src-main/interpreters/interpreters.ts'
import { instantInterpreters, startEngineHere } from './engine-here.ts'
import { endHost, startHostProcess } from './host-process.ts'
import { inRounds, percentile, print, round, spread } from './rounds.ts'

const SCHEDULES = 10_000
const AT_ONCE = 100
const INSTANTS = 15
const EVERY_MS = 2_000
const RESTARTS = 3
const IDLE_MS = 10_000
/** Of `/proc/PID/stat`. */
const TICK_MS = 10

const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'UTC']

/** Of all kinds, and none with a slot in the next hours: on one day of the year half a year away. */
function farTiming(n: number) {
  const day = new Date(Date.now() + 180 * 86_400_000)
  const zone = zones[n % zones.length]
  const minute = Math.floor(n / 24) % 60
  if (n % 10 === 0) return { kind: 'interval', everyMs: 86_400_000 * 300, anchorAt: day.getTime() + n, zone }
  return { kind: 'cron', expression: `${minute} ${n % 24} ${day.getUTCDate()} ${day.getUTCMonth() + 1} *`, zone }
}

const [figures] = await inRounds(1, async (folder) => {
  const startedAt: number[] = []
  const slots: number[] = []
  const connect = (onReports: OnReports): Interpreters => {
    const instant = instantInterpreters(onReports)
    return {
      ...instant,
      start(attempts) {
        for (const { slot } of attempts) {
          startedAt.push(Date.now())
          slots.push(slot ?? 0)
        }
        instant.start(attempts)
      },
    }
  }
  const bare = await startEngineHere(folder, { async: 256, process: 4 }, connect)
  await bare.stop()
  const emptyMs = await readyTimes(folder)

  const { engine, stop } = await startEngineHere(folder, { async: 256, process: 4 }, connect)
  for (let first = 0; first < SCHEDULES; first += 500)
    await engine.command((state, tick) => {
      for (let n = first; n < first + 500; n += 1)
        saveSchedule(
          state,
          tick,
          v.parse(saveScheduleSchema, { name: `far ${n}`, job: 'no-op async', timing: farTiming(n) }),
        )
    })
  await stop()
  const { times, idleShare } = await readyTimesAndIdle(folder)

  const busy = await startEngineHere(folder, { async: 256, process: 4 }, connect)
  await busy.engine.command((state, tick) => {
    for (let n = 0; n < AT_ONCE; n += 1)
      saveSchedule(
        state,
        tick,
        v.parse(saveScheduleSchema, {
          name: `near ${n}`,
          job: 'no-op async',
          timing: { kind: 'cron', expression: `*/${EVERY_MS / 1_000} * * * * *`, zone: zones[n % zones.length] },
          overlap: 'allow',
        }),
      )
  })
  const timerLateMs = await bareTimers()
  const cpu = process.cpuUsage()
  await sleep(INSTANTS * EVERY_MS)
  const { user, system } = process.cpuUsage(cpu)
  await busy.stop()
  return {
    emptyMs,
    times,
    idleShare,
    lateMs: startedAt.map((at, index) => at - (slots[index] ?? 0)),
    timerLateMs,
    cpuMsPerInstant: (user + system) / 1_000 / INSTANTS,
  }
})
if (figures === undefined) throw new Error('no round was measured')

/** How late a timer is on this machine now that only notes the time: nothing can be earlier than that. */
async function bareTimers(): Promise<number[]> {
  const lateMs: number[] = []
  for (let n = 0; n < 50; n += 1) {
    const at = Date.now() + 100
    await sleep(100)
    lateMs.push(Date.now() - at)
  }
  return lateMs
}

async function readyTimes(folder: string): Promise<number[]> {
  return (await readyTimesAndIdle(folder, 0)).times
}

async function readyTimesAndIdle(folder: string, idleMs = IDLE_MS): Promise<{ times: number[]; idleShare: number }> {
  let host = await startHostProcess(folder)
  const times: number[] = []
  for (let n = 0; n < RESTARTS; n += 1) {
    await endHost(host, 'SIGKILL')
    host = await startHostProcess(folder)
    times.push(host.readyMs)
  }
  await sleep(idleMs / 5)
  const before = cpuMsOf(host.child.pid)
  await sleep(idleMs)
  const idleShare = idleMs === 0 ? 0 : (cpuMsOf(host.child.pid) - before) / idleMs
  await endHost(host, 'SIGTERM')
  return { times, idleShare }
}

/** User and system time of all threads of a process. */
function cpuMsOf(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid ?? 0}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

print('schedules', {
  schedules: SCHEDULES,
  readyMs: spread(figures.times),
  readyMsWithoutSchedules: spread(figures.emptyMs),
  idleCpuPercent: round(figures.idleShare * 100),
  started: figures.lateMs.length,
  lateMs: {
    p50: percentile(figures.lateMs, 0.5),
    p99: percentile(figures.lateMs, 0.99),
    max: percentile(figures.lateMs, 1),
  },
  bareTimerLateMs: { p50: percentile(figures.timerLateMs, 0.5), p99: percentile(figures.timerLateMs, 0.99) },
  cpuMsPerInstant: round(figures.cpuMsPerInstant),
})
