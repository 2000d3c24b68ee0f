/** What a definition says, in words: on the page of a run, and where two versions of a job are compared. */
import type { Definition } from '../../../src-preload/contract.ts'
import { durationText } from './duration.ts'
import { concurrencyText, semaphoresText } from './gate-text.ts'
import { limitSummary } from './limit-text.ts'
import { requestText } from './request-text.ts'
import { retrySummary } from './retry-text.ts'
import { conditionsWords } from './schedule-words.ts'
import { secretsText } from './secret-text.ts'

/** What runs, as text; `label` says what that text is. */
export function sourceOf(definition: Definition): { label: string; text: string } {
  if (definition.kind === 'command') {
    const { command } = definition
    return command.as === 'shell'
      ? { label: 'Shell line', text: command.line }
      : { label: 'Program', text: command.argv.join('\n') }
  }
  if (definition.kind === 'http') return { label: 'Request', text: requestText(definition) }
  const { code } = definition
  return code.from === 'file' ? { label: 'File', text: code.path } : { label: code.name, text: code.text }
}

const unset = new Set(['none', 'queued again', 'no limit', 'no limits of its own', 'no matter', 'nothing added'])

/** Nothing is asked for by it: what a reader may pass over. */
export const isUnset = (value: string): boolean => unset.has(value)

const interruptionWords: Record<Definition['onInterrupted'], string> = {
  requeue: 'queued again',
  abandon: 'abandoned: never again by itself',
}

/** What that means, for who chooses. */
export const interruptionNote: Record<Definition['onInterrupted'], string> = {
  requeue: 'By a crash or a quit. It may then do its work twice, and can tell by its attempt and its key.',
  abandon: 'By a crash or a quit. Then it needs you: look at what it has done, and run it again by hand.',
}

type Fact = readonly [name: string, value: string]

/** The rules of it, each by its name. */
export function definitionFacts(definition: Definition): Fact[] {
  const span = (ms: number | null) => (ms === null ? 'none' : durationText(ms))
  const env = Object.entries(definition.env).map(([name, value]) => `${name}=${value}`)
  return [
    ...(definition.kind === 'command' ? [] : ([['Executor', definition.executor]] satisfies Fact[])),
    ['Time limit', span(definition.timeoutMs)],
    ['Limit in the queue', span(definition.queueTimeoutMs)],
    ['Limit without a sign of life', span(definition.idleTimeoutMs)],
    ['Limit in all', span(definition.totalTimeoutMs)],
    ['Retries', definition.retry === null ? 'none' : retrySummary(definition.retry)],
    ['When it is cut off', interruptionWords[definition.onInterrupted]],
    ['Grace after the stop signal', durationText(definition.graceMs)],
    ['Semaphores', definition.semaphores.length === 0 ? 'none' : semaphoresText(definition.semaphores)],
    ['At a time', definition.concurrency === null ? 'no limit' : concurrencyText(definition.concurrency)],
    ['Resources', limitSummary(definition.limits) ?? 'no limits of its own'],
    ['Of the machine', conditionsWords(definition.conditions) || 'no matter'],
    [
      'Success expected',
      definition.expectSuccessEveryMs === null ? 'no matter' : `every ${span(definition.expectSuccessEveryMs)}`,
    ],
    ['Folder', definition.cwd ?? (definition.kind === 'script' ? 'the script’s own' : 'home')],
    ...kindFacts(definition),
    ['Environment', env.length === 0 ? 'nothing added' : env.join(' ')],
    ['Secrets', definition.secrets.length === 0 ? 'none' : secretsText(definition.secrets)],
  ]
}

function kindFacts(definition: Definition): Fact[] {
  switch (definition.kind) {
    case 'script':
      return definition.code.project === undefined ? [] : [['Project folder', definition.code.project]]
    case 'command':
      return [['Success codes', definition.successCodes.join(', ')]]
    case 'http':
      return [
        ['Expected', definition.expect.join(', ')],
        ['Redirections', definition.redirects],
        ['Of a larger answer', definition.oversize],
      ]
    default:
      return definition satisfies never
  }
}

export type FactChange = { name: string; before: string; after: string }

/** Which rules differ between two definitions; one that only one of them has is a dash in the other. */
export function changedFacts(before: Definition, after: Definition): FactChange[] {
  const old = new Map([['Kind', before.kind], ['Source', sourceOf(before).label], ...definitionFacts(before)])
  const now = new Map([['Kind', after.kind], ['Source', sourceOf(after).label], ...definitionFacts(after)])
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((name) => ({ name, before: old.get(name) ?? '–', after: now.get(name) ?? '–' }))
    .filter((change) => change.before !== change.after)
}
