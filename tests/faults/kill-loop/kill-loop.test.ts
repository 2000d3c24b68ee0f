import { expect, onTestFinished, test } from 'vitest'
import { copyTree, ownTree } from '../../support/mutants.ts'
import { runFailpoints } from './failpoints.ts'
import { runKillLoop } from './loop.ts'
import { catchMistake, lateReports, mistakes } from './mistakes.ts'
import { isSize, sizes } from './sizes.ts'

/** FAULTS=merge or nightly: the larger sizes, with every mistake. Larger ones take longer than tests may otherwise. */
const wanted = process.env['FAULTS'] ?? 'smoke'
const name = isSize(wanted) ? wanted : 'smoke'
const size = sizes[name]
const seed = Number(process.env['SIGNALBOX_SEED'] ?? (process.env['CI'] === undefined ? Date.now() % 1_000_000 : 1))
const LONGEST_MS = name === 'smoke' ? 600_000 : 4 * 3_600_000

/** Those that are found out within one host's life or two. */
const fast = ['node:sqlite opened beside', 'reported before the process has ended']

test(
  `through kills at any moment every accepted run ends once and none overlaps itself (${name}, seed ${seed})`,
  async () => {
    const { violations, keptIn } = await runKillLoop({ root: ownTree.root, seed, ...size.loop })
    expect(violations, `kept in ${keptIn}`).toEqual([])
  },
  LONGEST_MS,
)

test.each(size.failpoints)(
  'a kill at any step between two things that last leaves nothing undone or done twice ($in, with the supervisor: $both)',
  async (failpoints) => {
    const { violations, keptIn, died } = await runFailpoints({ root: ownTree.root, ...failpoints })
    expect(violations, `kept in ${keptIn}`).toEqual([])
    expect(Object.keys(died).length).toBeGreaterThan(0)
  },
  LONGEST_MS,
)

test.skipIf(name === 'smoke')(
  'a report that is told again later changes nothing (not in smoke, the unit tests have it too)',
  async () => {
    const tree = copyTree([lateReports])
    onTestFinished(tree.remove)
    const { violations, keptIn } = await runKillLoop({ root: tree.root, seed, ...size.late })
    expect(violations, `kept in ${keptIn}`).toEqual([])
  },
  LONGEST_MS,
)

test.each(mistakes)('the program still has the place of the mistake "$name"', ({ patches }) => {
  copyTree(patches).remove()
})

test.each(mistakes.filter((mistake) => name !== 'smoke' || fast.includes(mistake.name)))(
  'a program in which $mistake is found out',
  async (mistake) => {
    const { isCaught } = await catchMistake(mistake, seed, size.rounds)
    expect(isCaught, `nobody notices "${mistake.name}" (seed ${seed})`).toBe(true)
  },
  LONGEST_MS,
)
