import { rmSync } from 'node:fs'
import { copyTree } from '../../support/mutants.ts'
import type { Mutant, Patch } from '../../support/mutants.ts'
import type { Violation } from './checker.ts'
import { runKillLoop } from './loop.ts'
import type { LoopOptions } from './loop.ts'

/** A mutant, what the checker has to say of it, and how the loop goes at it. */
export type Mistake = Mutant & {
  rule: Violation['rule']
  loop: Pick<LoopOptions, 'kills' | 'victims' | 'early' | 'drainMs'>
}

/**
 * Each ending is told again up to 5 s later: as by an interpreter that was taken for dead. No mistake of the
 * program, which has to keep such a report as "late, ignored".
 */
export const lateReports: Patch = {
  file: 'src-main/interpreters/supervisor-client.ts',
  find: '    this.#onReports(reports)\n',
  replace: `    this.#onReports(reports)
    const ended = reports.filter((report) => report.type === 'ended')
    for (const ms of [20, 60, 200, 600, 2_000, 5_000]) {
      setTimeout(() => {
        if (this.#closing === null && ended.length > 0) this.#onReports(ended)
      }, ms).unref()
    }
`,
}

export const mistakes: Mistake[] = [
  {
    name: 'acknowledged before the commit',
    mistake: 'replies and starts leave up to 200 ms before the transaction that made them true is committed',
    rule: 'I7',
    loop: { kills: 4, victims: ['host'], early: 0 },
    patches: [
      {
        file: 'src-main/store/store.ts',
        find: '      begin.run()\n',
        replace: '      if (!db.inTransaction) begin.run()\n',
      },
      {
        file: 'src-main/store/store.ts',
        find: '        commit.run()\n',
        replace: `        globalThis.commitLater ??= setTimeout(() => {
          globalThis.commitLater = undefined
          commit.run()
        }, 200)
`,
      },
    ],
  },
  {
    name: 'no orphan is reaped',
    mistake: 'a new life does not look for processes of the last one',
    rule: 'I4',
    loop: { kills: 4, victims: ['host and supervisor'], early: 0 },
    patches: [{ file: 'src-main/engine/engine.ts', find: '    await this.#interpreters.sweep()\n', replace: '' }],
  },
  {
    name: 'no fencing',
    mistake: 'a report is taken whatever attempt it is of',
    rule: 'I3',
    loop: { kills: 2, victims: ['host'], early: 0 },
    patches: [
      lateReports,
      {
        file: 'src-main/engine/attempts.ts',
        find: 'if (run === undefined || run.state.attempt !== report.attempt) {',
        replace: 'if (run === undefined) {',
      },
      {
        file: 'src-main/engine/attempts.ts',
        find: `{ type: 'ended', at: tick.now, attempt: report.attempt, verdict }`,
        replace: `{ type: 'ended', at: tick.now, attempt, verdict }`,
      },
      {
        file: 'src-main/store/queries/runs.ts',
        find: 'cpu_ms = ?, measured = ?\n     WHERE id = ? AND attempt = ? AND',
        replace: 'cpu_ms = ?, measured = ?\n     WHERE id = ? AND ? > 0 AND',
      },
      {
        file: 'src-main/store/queries/runs.ts',
        find: '       cpu_ms = ?\n     WHERE id = ? AND attempt = ? AND',
        replace: '       cpu_ms = ?\n     WHERE id = ? AND ? > 0 AND',
      },
    ],
  },
  {
    name: 'begun once more',
    mistake: 'what is never to begin again by itself goes back into the queue like everything else',
    rule: 'P5',
    loop: { kills: 4, victims: ['host'], early: 0 },
    patches: [
      {
        file: 'src-main/core/verdict.ts',
        find: "if (onInterrupted === 'requeue' || isUnbegun)",
        replace: 'if (onInterrupted.length > 0 || isUnbegun)',
      },
    ],
  },
  {
    name: 'rescue by age',
    mistake: 'an attempt that is older than 600 ms is taken for dead',
    rule: 'I4',
    // What takes longer than that never ends.
    loop: { kills: 2, victims: ['host'], early: 0, drainMs: 10_000 },
    patches: [
      {
        file: 'src-main/engine/engine.ts',
        find: '    let taken = 0\n',
        replace: `    for (const { id: run, state: { lifecycle, startedAt, attempt } } of [...state.live.values()]) {
      if (lifecycle !== 'running' || tick.now - startedAt < 600) continue
      applyReport(state, tick, { type: 'ended', run, attempt, ending: { how: 'interrupted', why: 'it is old' }, cpuMs: null })
    }
    let taken = 0
`,
      },
    ],
  },
  {
    name: 'an UPDATE outside the transaction',
    mistake: 'the row of a finished run is written 200 ms after the transaction with everything else about its end',
    rule: 'I7',
    loop: { kills: 4, victims: ['host'], early: 0 },
    patches: [
      {
        file: 'src-main/engine/attempts.ts',
        find: '  const { changes } = isPlain(last)\n    ? runs.succeedPlainly.run(',
        replace: `  const later = (statement) => ({
    run(...row) {
      setTimeout(() => statement.run(...row), 200)
      return { changes: 1 }
    },
  })
  const { changes } = isPlain(last)
    ? later(runs.succeedPlainly).run(`,
      },
      {
        file: 'src-main/engine/attempts.ts',
        find: '    : runs.finish.run(\n',
        replace: '    : later(runs.finish).run(\n',
      },
    ],
  },
  {
    name: 'reported before the process has ended',
    mistake: 'a script that says it is through is finished, although its process still works',
    rule: 'I3',
    loop: { kills: 2, victims: ['host'], early: 0 },
    patches: [
      {
        file: 'src-main/interpreters/process-attempts.ts',
        find: `    running.leaveTimer = setTimeout(() => this.#link.send({ type: 'kill', channel }), LEAVE_MS)\n`,
        replace: '    this.#end(running, message.ending, message.cpuMs)\n',
      },
    ],
  },
  {
    name: "a schedule's cursor in memory",
    mistake: 'how far slots are decided is not stored; the slots are',
    rule: 'I8',
    loop: { kills: 4, victims: ['host'], early: 0 },
    patches: [
      {
        file: 'src-main/engine/schedules/slots.ts',
        find: '  const { changes } = state.store.schedules.setCursor.run(cursor, next, by, schedule.id, cursor)\n',
        replace: '  const changes = 1\n',
      },
      {
        file: 'src-main/store/queries/schedules.ts',
        find: 'INSERT INTO slots (schedule_id, slot_at, is_backfill, through, slot_count, outcome, why, run_id, decided_at)',
        replace:
          'INSERT OR REPLACE INTO slots (schedule_id, slot_at, is_backfill, through, slot_count, outcome, why, run_id, decided_at)',
      },
    ],
  },
  {
    name: 'node:sqlite opened beside',
    mistake: 'a second copy of SQLite in the process opens and closes the database, which drops all locks on it',
    rule: 'I7',
    loop: { kills: 1, victims: ['host'], early: 0 },
    patches: [
      {
        file: 'src-main/engine/engine-thread.ts',
        find: `  say({ type: 'ready' })\n`,
        replace: `  const { DatabaseSync } = await import('node:sqlite')
  const beside = new DatabaseSync(homePaths(options.home).database)
  beside.prepare('SELECT count(*) FROM runs').get()
  beside.close()
  say({ type: 'ready' })
`,
      },
    ],
  },
]

export type Caught = { isCaught: boolean; by: string | null; rounds: number }

/** Whether the checker says of a program with this mistake what it has to; each round has another seed. */
export async function catchMistake(mistake: Mistake, seed: number, rounds: number): Promise<Caught> {
  const tree = copyTree(mistake.patches)
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const { violations, keptIn } = await runKillLoop({
        root: tree.root,
        seed: seed + round - 1,
        runs: 1,
        backlog: 20,
        ...mistake.loop,
      })
      if (keptIn !== null) rmSync(keptIn, { recursive: true, force: true, maxRetries: 5 })
      const found = violations.find(({ rule }) => rule === mistake.rule)
      if (found !== undefined) return { isCaught: true, by: `${found.rule} ${found.what}`, rounds: round }
    }
    return { isCaught: false, by: null, rounds }
  } finally {
    tree.remove()
  }
}
