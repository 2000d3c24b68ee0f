import { expect, onTestFinished, test } from 'vitest'
import { copyTree, ownTree } from '../../support/mutants.ts'
import { sizes } from '../kill-loop/sizes.ts'
import { runSoak } from './soak.ts'

/** Larger ones are `npm run faults -- merge|nightly SEED soak`. */
const small = { seed: 1, ...sizes.smoke.soak }

test('work that goes on makes the host no larger, and retention keeps its word (smoke)', async () => {
  const { violations, outcomes, before, after } = await runSoak({ root: ownTree.root, ...small })
  console.log(JSON.stringify({ outcomes, before, after }))
  expect(violations).toEqual([])
  expect(Object.keys(outcomes).filter((each) => (outcomes[each] ?? 0) > 0)).toEqual(
    expect.arrayContaining(['succeeded', 'timed_out']),
  )
}, 300_000)

test('a host that removes nothing is found out', async () => {
  const tree = copyTree([
    {
      file: 'src-main/engine/history/chores.ts',
      find: '        if (!retentionStep(state, tick, isOver)) history.retentionDue = tick.mono + RETENTION_MS\n',
      replace: '        history.retentionDue = tick.mono + RETENTION_MS\n',
    },
  ])
  onTestFinished(tree.remove)
  const { violations } = await runSoak({ root: tree.root, ...small, runs: 400 })
  expect(violations.map(({ what }) => what).join()).toMatch(/runs are kept in the end/)
}, 300_000)
