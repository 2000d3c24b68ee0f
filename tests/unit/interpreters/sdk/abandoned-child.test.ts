import { expect, test } from 'vitest'
import { AbandonedError } from '../../../../src-main/interpreters/sdk/index.ts'
import { outcomeOfRun } from '../../../../src-main/interpreters/sdk/tasks/child-run.ts'
import { spawnCall } from '../../../../src-main/interpreters/sdk/tasks/spawn.ts'

test('whoever awaits a run that was abandoned gets an error of its own class, which names the run', () => {
  const error = { name: 'AbandonedError', message: 'it was cut off: the host died' }
  const outcome = outcomeOfRun(5, { outcome: 'abandoned', result: null, error })
  if (outcome.how !== 'failed') throw new Error(`it is ${outcome.how}`)
  expect(outcome.error).toBeInstanceOf(AbandonedError)
  expect(String(outcome.error)).toBe('AbandonedError: Run 5: it was cut off: the host died')
})

test('a spawn says whether the child begins again, leaves it to its job, or is refused', () => {
  expect(spawnCall('job', null, { onInterrupted: 'abandon' })).toMatchObject({ onInterrupted: 'abandon' })
  expect(spawnCall('job', null)).toMatchObject({ onInterrupted: null })
  expect(() => spawnCall('job', null, { onInterrupted: 'never' as 'abandon' })).toThrow(
    "onInterrupted must be 'requeue' or 'abandon', not 'never'.",
  )
})
