/** The part of the contract that is about interpreters: what runs are in, and those that are made by name. */
import { eventIterator, oc, type } from '@orpc/contract'
import * as v from 'valibot'
import type { FeedMessage } from './contract.ts'
import { limits, nameSchema } from './definition.ts'
import type { Json } from './json.ts'
import { valueSchema } from './json.ts'
import { interpreterLimits } from './limits.ts'
import type { LogLevel } from './log-levels.ts'

/** A named interpreter. */
export type InterpreterRow = {
  id: number
  name: string
  memoryMb: number
  /** Null: its process is being started. */
  pid: number | null
  /** The run with which it ends; null: it stays until it is closed, or the host ends. */
  run: number | null
  createdAt: number
  /** What it does at its top level, for whom, and since when. */
  running: { doing: 'exec' | 'call' | 'bind'; by: string; since: number } | null
  /** How many calls it does in the background. */
  background: number
  /** How much it has done. */
  done: number
}

/** `main` of a run, or of many; or a named one. Of a pool, each thread has a row. */
export type InterpreterReading = {
  /** Names the row; it is not used again while the host lives. */
  key: string
  kind: 'async' | 'thread' | 'process' | 'named'
  /** Of a named one. */
  interpreter: number | null
  name: string | null
  pid: number | null
  launchedAt: number
  endedAt: number | null
  /** `blocked`: its event loop has not turned for a while. The values of one that has ended are its last ones. */
  state: 'starting' | 'idle' | 'running' | 'blocked' | 'ended'
  /** Epoch ms since when its event loop is not seen to turn; null: it turns. */
  blockedSince: number | null
  /** It takes nothing new and ends with the last of its runs: another one has its place. */
  isRetired: boolean
  /** Bytes. Null, here and below: not known yet. */
  heapUsed: number | null
  heapLimit: number | null
  /** Bytes of the whole process. */
  rss: number | null
  /** The share of the last second in which its event loop had something to do, 0 to 1. */
  loopUtilisation: number | null
  /** How late the event loop was: 99 of 100 times less than this. */
  loopDelayP99Ms: number | null
  sampledAt: number | null
  /** The first runs on it, up to 20; of a process that had one run, that one, also when it is over. */
  runs: { run: number; name: string; since: number }[]
  /** What a named one does. */
  running: InterpreterRow['running']
  /** How many runs, or pieces of work, were done on it. */
  done: number
}

/** What has become of code that a person had run. `shown` is how its value looks; `value` is there when that is JSON. */
export type Executed = { lines: { at: number; level: LogLevel; text: string }[] } & (
  | { how: 'returned'; shown: string | null; value: Json }
  | { how: 'failed'; error: { type: string; message: string; display: string; hint: string | null } }
)

const which = v.union([v.pipe(v.number(), v.integer(), v.minValue(1)), nameSchema])
const code = v.pipe(v.string(), v.maxLength(limits.sourceBytes))
/** What relative imports are relative to; left out: the scripts folder. */
const folder = v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(4_096)))

export const interpreterContract = {
  interpreters: {
    /** The named ones, in the order in which they were made. */
    list: oc.output(type<InterpreterRow[]>()),
    get: oc.input(v.strictObject({ interpreter: which })).output(type<InterpreterRow>()),
    /** Resolves when its process exists. What a person makes stays until it is closed. */
    create: oc
      .input(
        v.strictObject({
          name: v.optional(nameSchema),
          memoryMb: v.optional(
            v.pipe(
              v.number(),
              v.integer(),
              v.minValue(interpreterLimits.leastMemoryMb),
              v.maxValue(interpreterLimits.mostMemoryMb),
            ),
            interpreterLimits.memoryMb,
          ),
        }),
      )
      .output(type<InterpreterRow>()),
    /** Resolves when the code is done. Refused while the interpreter is running. */
    exec: oc.input(v.strictObject({ interpreter: which, code, folder })).output(type<Executed>()),
    /** The same of a function, given as its text. */
    call: oc
      .input(
        v.strictObject({ interpreter: which, fn: code, args: v.pipe(v.array(valueSchema), v.maxLength(100)), folder }),
      )
      .output(type<Executed>()),
    /** Resolves when its process was seen dead. `force`: also while it is running. */
    close: oc
      .input(v.strictObject({ interpreter: which, force: v.optional(v.boolean(), false) }))
      .output(type<{ closed: true }>()),
    /**
     * Retires the interpreter that runs of an executor share, named by that or by the key of its reading: what runs there ends
     * there, and what begins from now on gets a new one. Refused where none is there, or it was retired already.
     */
    recycle: oc
      .input(v.strictObject({ which: v.pipe(v.string(), v.maxLength(40)) }))
      .output(type<{ recycled: true }>()),
    /** What all interpreters are like. The first answer after a while knows less: they are asked only while somebody looks. */
    readings: oc.output(type<InterpreterReading[]>()),
  },
}

export const interpreterFeeds = {
  /** At least once a second; processes are asked only while somebody follows this, or what needs attention, and once a second at most. */
  interpreters: oc.output(eventIterator(type<FeedMessage<InterpreterReading>>())),
}
