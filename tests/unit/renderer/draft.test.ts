import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { definitionSchema } from '../../../src-preload/definition.ts'
import {
  draftOfJob,
  isChanged,
  newCommand,
  newSample,
  newScript,
  readDraft,
  readJson,
  readWhen,
} from '../../../src-renderer/lib/state/draft.ts'
import type { Draft } from '../../../src-renderer/lib/state/draft.ts'

const command = (change: Partial<Draft> = {}): Draft => ({ ...newCommand(), line: 'gzip -k a', ...change })

describe('a draft', () => {
  it.each([
    ['a new script', newScript()],
    ['the sample', newSample()],
    ['a shell line', command()],
    [
      'an argument list',
      command({
        commandAs: 'argv',
        argv: 'echo\n two words \n',
        stdin: 'in',
        env: 'A=1\nB=x=y',
        cwd: '/srv',
        timeout: '1m 30s',
      }),
    ],
  ])('of %s describes a definition that the contract takes', (_name, draft) => {
    const { definition } = readDraft(draft)
    expect(v.parse(definitionSchema, definition)).toEqual(definition)
  })

  it('of a saved job saves the same definition again', () => {
    const draft = command({
      commandAs: 'argv',
      argv: 'a\nb',
      env: 'K=v',
      timeout: '90s',
      queueTimeout: '1h',
      idleTimeout: '30s',
      totalTimeout: '1d',
      retries: '5',
      backoff: '1s*3..10m',
      jitter: 'equal',
      retryOn: 'FetchError, 75, timeout',
      neverRetry: 'TypeError',
      grace: '0s',
      successCodes: '0, 3',
      semaphores: 'api:2, disk 1, port:80:1',
      concurrency: 'input.host=3',
    })
    const { definition } = readDraft(draft)
    if (!definition) throw new Error('the draft is at fault')
    const again = draftOfJob({ definition, description: null, priority: 0 })
    expect(readDraft(again).definition).toEqual(definition)
    expect(isChanged(again, draftOfJob({ definition, description: null, priority: 0 }))).toBe(false)
  })

  it('reads what a run takes before it starts, or says what is wrong with it', () => {
    const read = (semaphores: string, concurrency: string) => {
      const { definition, faults } = readDraft(command({ semaphores, concurrency }))
      return definition === null ? Object.keys(faults) : [definition.semaphores, definition.concurrency]
    }
    expect([
      read('', ''),
      read('api, gpu:3,', '2'),
      read('a:b:4', 'input.host = 1'),
      read('api, api:2', 'host=1'),
      read('*', 'input.host=0'),
      read('api:0', '1.5'),
    ]).toEqual([
      [[], null],
      [
        [
          { name: 'api', amount: 1 },
          { name: 'gpu', amount: 3 },
        ],
        { key: null, limit: 2 },
      ],
      [[{ name: 'a:b', amount: 4 }], { key: 'input.host', limit: 1 }],
      ['semaphores', 'concurrency'],
      ['semaphores', 'concurrency'],
      ['semaphores', 'concurrency'],
    ])
  })

  it('does not count the input of the next run as a change', () => {
    expect([
      isChanged({ ...newScript(), input: '1' }, newScript()),
      isChanged({ ...newScript(), timeout: '1s' }, newScript()),
    ]).toEqual([false, true])
  })

  it('says for each field what is wrong with it', () => {
    const { definition, faults } = readDraft(
      command({ line: ' ', timeout: 'soon', env: '1A=2', successCodes: '0, 300' }),
    )
    expect({ definition, fields: Object.keys(faults).sort() }).toEqual({
      definition: null,
      fields: ['env', 'line', 'successCodes', 'timeout'],
    })
  })

  it('says when, how urgent and with what the next run starts', () => {
    const draft = { ...newScript(), input: '{"a":1}', priority: '-3', start: 'delay' as const, delay: '2m' }
    expect(readWhen(draft)).toEqual({ input: { a: 1 }, when: { priority: -3, delayMs: 120_000 }, faults: {} })
    expect(Object.keys(readWhen({ ...draft, input: '{', priority: '1.5', delay: '' }).faults).sort()).toEqual([
      'delay',
      'input',
      'priority',
    ])
  })

  it('takes empty text as null input', () => {
    expect(readJson('  ')).toEqual({ value: null, fault: null })
  })
})
