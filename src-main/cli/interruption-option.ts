import type { Command } from 'commander'
import { interruptionRules } from '../../src-preload/definition.ts'
import type { InterruptionRule } from '../../src-preload/definition.ts'
import { parseOneOf } from './arguments.ts'

export type InterruptionOption = { onInterrupted?: string }

/** The option that says what follows when an attempt is cut off by no fault of its own. */
export const addInterruptionOption = (command: Command): Command =>
  command.option(
    '--on-interrupted <rule>',
    'when it is cut off (a crash, a quit): requeue (default), or abandon (it never begins again by itself)',
  )

/** Undefined without the option. */
export const parseInterruption = ({ onInterrupted }: InterruptionOption): InterruptionRule | undefined =>
  onInterrupted === undefined ? undefined : parseOneOf('--on-interrupted', onInterrupted, interruptionRules)

/** Null: the usual. */
export const interruptionInWords = (rule: InterruptionRule): string | null =>
  rule === 'requeue' ? null : 'abandon: it never begins again by itself'
