import { setTimeout as delay } from 'node:timers/promises'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import type { Client, Submit } from '../../../src-preload/contract.ts'
import type { Random } from '../../support/random.ts'
import { appendToLedger } from './ledger.ts'
import { hashOf } from './store-facts.ts'

/** What a script of the load does: see `SCRIPT`. */
type Input = { ms: number; pad: string; trouble: 'none' | 'throws' | 'deaf' }

/**
 * Says START, works, and says END in whatever way it ends. An attempt that is not the first looks whether the process of an
 * earlier one, which has not said END, is alive. One that is dead and not yet collected by the system's first process is not:
 * that can take it seconds.
 */
const SCRIPT = `
import { appendFileSync, readFileSync } from 'node:fs'
import { log, run, sleep } from 'signalbox'
const since = (pid) => {
  try {
    const stat = readFileSync('/proc/' + pid + '/stat', 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return 'ZX'.includes(fields[0]) ? null : fields[19]
  } catch {
    return null
  }
}
export default async function (input) {
  const ledger = LEDGER
  const say = (word, detail = '') =>
    appendFileSync(ledger, [word, run.id, run.attempt, process.hrtime.bigint(), detail].join(' ') + '\\n')
  const begin = () => say('START', [process.pid, since(process.pid), run.idempotencyKey].join(','))
  const lookForEarlier = () => {
    if (run.attempt === 1) return
    const lines = readFileSync(ledger, 'utf8').split('\\n').map((line) => line.split(' ')).filter(([, id]) => id === String(run.id))
    for (const [word, , attempt, , detail] of lines) {
      if (word !== 'START' || Number(attempt) >= run.attempt) continue
      if (lines.some((line) => line[0] === 'END' && line[2] === attempt)) continue
      const [pid, started] = detail.split(',')
      if (since(pid) === started) say('ALIVE', attempt)
    }
  }
  begin()
  lookForEarlier()
  // Its last word takes a moment: whoever does not wait for the process's end is found out.
  if (OWN_PROCESS) {
    process.on('exit', () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25)
      say('LEFT')
    })
  }
  try {
    log('at work')
    if (input?.trouble === 'deaf') {
      const until = Date.now() + 900
      while (Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20))
    } else await sleep(input?.ms ?? 0)
    if (input?.trouble === 'throws' && run.attempt % 2 === 1) throw new Error('not this time')
  } finally {
    say('END')
  }
  return input?.ms ?? null
}
`

/** The same for a command. Its run and attempt are the end of its tag; a grandchild of it must not outlive it either. */
const COMMAND = `
tag=\${SIGNALBOX_TAG##*/} run=\${SIGNALBOX_TAG##*/} attempt=\${SIGNALBOX_TAG##*.}
run=\${run%.*}
say() { read -r up rest </proc/uptime; echo "$1 $run $attempt \${up%.*}\${up#*.}0000000 $2" >>"$LEDGER"; }
since() { if read -r stat 2>/dev/null <"/proc/$1/stat"; then set -- $stat; case "$3" in [ZX]) return;; esac; shift 21; echo "$1"; fi; }
say START "$$,$(since $$),none"
if [ "$attempt" -gt 1 ]; then
  grep "^START $run " "$LEDGER" | while read -r word id number at detail; do
    pid=\${detail%%,*} rest=\${detail#*,}
    if [ "$number" -lt "$attempt" ] && [ "$(since "$pid" 2>/dev/null)" = "\${rest%%,*}" ]; then say ALIVE "$number"; fi
  done
fi
sleep "$SECONDS_TO_WORK" &
wait
echo worked
say END ""
`

const LONG_MS = 500

type Kind = { job: string; share: number; ms: [number, number]; trouble?: Input['trouble'] }

/** Jobs and how often each comes. What takes long must outlive a restart, or nothing is left to be found. */
const kinds: Kind[] = [
  { job: 'async', share: 30, ms: [0, 40] },
  { job: 'async', share: 6, ms: [700, 1_100] },
  { job: 'thread', share: 12, ms: [0, 40] },
  { job: 'thread', share: 3, ms: [700, 1_100] },
  { job: 'process', share: 10, ms: [0, 40] },
  { job: 'process', share: 8, ms: [700, 1_100] },
  { job: 'process', share: 1, ms: [5_000, 5_000] },
  { job: 'flaky', share: 6, ms: [0, 250], trouble: 'throws' },
  { job: 'deaf', share: 3, ms: [0, 0], trouble: 'deaf' },
  { job: 'narrow', share: 4, ms: [0, 200] },
  { job: 'once-async', share: 4, ms: [500, 1_100] },
  { job: 'once-process', share: 4, ms: [500, 1_100] },
  { job: 'once-command', share: 3, ms: [0, 0] },
  { job: 'command-0', share: 8, ms: [0, 0] },
  { job: 'command-0.9', share: 6, ms: [0, 0] },
  { job: 'command-5', share: 2, ms: [0, 0] },
]
const total = kinds.reduce((sum, { share }) => sum + share, 0)

function pickSubmit(random: Random, stretch: number): Extract<Submit, { what: 'job' }> & { input: Input } {
  let place = random.int(0, total - 1)
  const kind = kinds.find(({ share }) => (place -= share) < 0) ?? kinds[0]
  if (kind === undefined) throw new Error('there is no load')
  const { job, ms, trouble = 'none' } = kind
  const isLong = ms[0] >= LONG_MS
  const input = {
    ms: Math.round(random.int(...ms) * (isLong ? stretch : 1)),
    pad: 'x'.repeat(random.int(0, 60)),
    trouble,
  }
  return {
    what: 'job',
    job,
    input,
    ...(random.chance(0.15) ? { delayMs: random.int(0, 1_500) } : {}),
    ...(random.chance(0.1) ? { priority: random.int(-5, 5) } : {}),
  }
}

/**
 * Saves the jobs, and `schedules` schedules of a second each. Scripts lie in `folder`. What takes long takes `stretch` times as
 * long, on a machine where a host takes so much longer to start again.
 */
export async function saveLoad(
  client: Client,
  folder: string,
  ledger: string,
  schedules: number,
  stretch = 1,
): Promise<void> {
  const script = (executor: 'async' | 'thread' | 'process', more = {}) => {
    const path = join(folder, `${executor}.ts`)
    const isOwn = String(executor === 'process')
    writeFileSync(path, SCRIPT.replace('= LEDGER', `= ${JSON.stringify(ledger)}`).replace('OWN_PROCESS', isOwn))
    return { kind: 'script' as const, code: { from: 'file' as const, path }, executor, ...more }
  }
  const retry = { maxAttempts: 4, backoff: { kind: 'fixed' as const, delayMs: 30 }, on: null }
  const command = (seconds: string) => ({
    kind: 'command' as const,
    command: { as: 'shell' as const, line: COMMAND },
    env: { LEDGER: ledger, SECONDS_TO_WORK: seconds },
  })
  const jobs = {
    async: script('async'),
    thread: script('thread'),
    process: script('process'),
    flaky: script('async', { retry }),
    deaf: script('process', {
      timeoutMs: 400,
      graceMs: 150,
      retry: { ...retry, maxAttempts: 2, on: { timeouts: true } },
    }),
    narrow: script('process', { semaphores: [{ name: 'narrow', amount: 1 }] }),
    tick: script('async'),
    'once-async': script('async', { onInterrupted: 'abandon' }),
    'once-process': script('process', { onInterrupted: 'abandon' }),
    'once-command': { ...command(String(0.5 * stretch)), onInterrupted: 'abandon' as const },
    'command-0': command('0'),
    'command-0.9': command(String(0.9 * stretch)),
    'command-5': command(String(5 * stretch)),
  }
  for (const [name, definition] of Object.entries(jobs)) await client.jobs.save({ name, definition, replace: true })
  const anchorAt = Math.ceil(Date.now() / 1_000) * 1_000
  for (let n = 0; n < schedules; n += 1) {
    const timing = { kind: 'interval' as const, everyMs: 1_000, anchorAt, zone: 'UTC' }
    await client.schedules.save({ name: `every second ${n}`, job: 'tick', timing, overlap: 'allow' })
  }
}

/**
 * `producers` at once hand in runs, one after the other each, until the host has gone, and write an ACK for each reply; while more
 * than `backlog` runs are unfinished, they wait. Resolves when the host has gone, with how many were accepted.
 */
export async function produce(
  client: Client,
  random: Random,
  ledger: string,
  backlog: number,
  producers: number,
  stretch: number,
): Promise<number> {
  const manyAtOnce = Math.max(2, Math.round(backlog / 2))
  let accepted = 0
  const acknowledge = (id: number, input: unknown) => {
    appendToLedger(ledger, 'ACK', id, 0, hashOf(input))
    accepted += 1
  }
  const isBusy = async () => {
    const { counts } = await client.engine.status()
    return counts.scheduled + counts.queued + counts.running + counts.stopping > backlog
  }
  const one = async () => {
    for (;;) {
      if (random.chance(0.15)) {
        const many = Array.from({ length: random.int(2, manyAtOnce) }, () => ({
          ms: 0,
          pad: 'many',
          trouble: 'none' as const,
        }))
        const { firstId } = await client.runs.submitMany({ job: 'async', inputs: many })
        for (const [n, input] of many.entries()) acknowledge(firstId + n, input)
      } else {
        const submit = pickSubmit(random, stretch)
        const { id } = await client.runs.submit(submit)
        acknowledge(id, submit.input)
      }
      await delay(random.int(0, 8))
      while (await isBusy()) await delay(20)
    }
  }
  // A rejected call was cut off by a kill: whether it was accepted nobody knows, so nothing is promised.
  await Promise.allSettled(Array.from({ length: producers }, one))
  return accepted
}
