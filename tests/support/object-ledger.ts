import type { Answer, Call, CallOn } from '../../src-main/interpreters/calls.ts'
import { maxsizes, parties, periodMs, permitsAtFirst } from './random-calls.ts'
import type { QueueName } from './random-calls.ts'

/** A call without an answer, and the line in which it stands. */
export type Waiting = {
  readonly call: number
  readonly run: number
  readonly what: Call
  /** The error that it must be answered with, by what its own run holds; null: none is due. */
  readonly refusal: string | null
  line: string
  /** Smaller is served first. */
  turn: number
  isNotified: boolean
  isWithdrawn: boolean
}

type Permit = { readonly run: number; readonly of: string; amount: number }
type Item = { queue: string; value: string; rank: [priority: number, place: number]; taker: number | null }

const waits: ReadonlySet<string> = new Set(['acquire', 'wait', 'put', 'get', 'join'])

/** What a call is about, and where it waits: such as `lock l`, or `get fifo`. */
const keyOf = ({ on, name }: { on: string; name: string }): string => `${on} ${name}`
const lineOf = (what: Call): string =>
  what.on === 'queue' ? `${what.do.replace('try_', '')} ${what.name}` : keyOf(what as CallOn<'lock'>)

/**
 * What can be known of durable objects from outside: what was asked, one call a turn, and what was answered. It knows who
 * holds what and who waits behind whom, and throws when an answer breaks a promise: something granted twice, out of turn,
 * refused though it was free, or told to somebody who is gone.
 */
export class ObjectLedger {
  readonly items = new Map<number, Item>()
  readonly shutdown = new Map<string, 'graceful' | 'immediate'>()
  readonly paused = new Set<string>()
  readonly settled = new Map<string, string>()
  readonly set = new Set<string>()
  readonly broken = new Set<string>()
  readonly #open = new Map<number, Waiting>()
  readonly #permits = new Map<number, Permit>()
  /** How many permits there are, where that was changed. */
  readonly #total = new Map<string, number>()
  /** Uses of the rate that have not come back. */
  #uses: { at: number; amount: number }[] = []
  /** What timers will settle futures with. */
  readonly #planned = new Map<string, { at: number; value: string }>()
  #now: number
  #lastTurn = 0
  #granted: Waiting[] = []
  #round: number[] = []

  /** `now` is in the ms of `passes`. */
  constructor(now: number) {
    this.#now = now
  }

  /** Calls that wait in a line, in their order. */
  line(key: string): Waiting[] {
    return [...this.#open.values()].filter(({ line }) => line === key).sort((a, b) => a.turn - b.turn)
  }

  waitingOf(run: number): Waiting | undefined {
    return [...this.#open.values()].find((each) => each.run === run)
  }

  /** Numbers of the permits that a run holds, oldest first. */
  permitsOf(run: number, of: string): number[] {
    return [...this.#permits].flatMap(([id, permit]) => (permit.run === run && permit.of === of ? [id] : []))
  }

  /** Numbers of the items that a run has taken, in that order. */
  itemsOf(run: number, queue: string): number[] {
    return [...this.items].flatMap(([id, { taker, queue: of }]) => (taker === run && of === queue ? [id] : []))
  }

  count(queue: string): { ready: number; taken: number } {
    const all = [...this.items.values()].filter((item) => item.queue === queue)
    const ready = all.filter(({ taker }) => taker === null).length
    return { ready, taken: all.length - ready }
  }

  free(of: string): number {
    const name = of.slice(of.indexOf(' ') + 1)
    const held = [...this.#permits.values()].reduce((sum, permit) => sum + (permit.of === of ? permit.amount : 0), 0)
    const used = this.#uses.reduce((sum, { amount }) => sum + amount, 0)
    return (this.#total.get(of) ?? permitsAtFirst[name] ?? 0) - (name === 'rate' ? used : held)
  }

  /** When time next changes something; Infinity: never. */
  nextMoment(): number {
    return Math.min(...[...this.#planned.values()].map(({ at }) => at), ...this.#uses.map(({ at }) => at + periodMs))
  }

  /** Time passes: uses of the rate come back, and timers settle futures. */
  passes(now: number): void {
    this.#now = now
    this.#uses = this.#uses.filter(({ at }) => at + periodMs > now)
    for (const [name, { at, value }] of this.#planned) if (at <= now) this.#settles(name, value)
  }

  /** A run asks. What it holds itself is known, for a run that waits asks nothing. */
  asks(run: number, call: number, what: Call): void {
    const refusal = this.#refusalOf(run, what)
    const asked = { call, run, what, refusal, line: lineOf(what), turn: this.#nextTurn() }
    this.#open.set(call, { ...asked, isNotified: false, isWithdrawn: false })
    if (refusal === null) this.#takesEffect(run, what)
  }

  withdraws(waiting: Waiting): void {
    const wasNotified = waiting.isNotified && !waiting.isWithdrawn
    waiting.isWithdrawn = true
    if (waiting.what.on !== 'condition') return
    if (waiting.line === lineOf(waiting.what)) this.#queuesForLock(waiting, waiting.what.lock)
    else if (wasNotified) this.#notifies(waiting.what, 1)
  }

  /** The attempt of a run is over: it waits for nothing, and what it held goes back. */
  ends(run: number, hasSucceeded: boolean): void {
    const waiting = this.waitingOf(run)
    if (waiting !== undefined) {
      this.#open.delete(waiting.call)
      if (waiting.what.on === 'condition' && waiting.isNotified && !waiting.isWithdrawn) this.#notifies(waiting.what, 1)
    }
    for (const [id, permit] of this.#permits) if (permit.run === run) this.#permits.delete(id)
    for (const [id, item] of [...this.items].reverse()) {
      if (item.taker !== run) continue
      if (hasSucceeded) this.items.delete(id)
      else this.#comesBack(id, true)
    }
  }

  /** The engine is dead, and all attempts with it. */
  dies(): void {
    this.#open.clear()
    this.#permits.clear()
    for (const [id, item] of [...this.items].reverse()) if (item.taker !== null) this.#comesBack(id, true)
  }

  hears({ call, ...answer }: Answer): void {
    const asked = this.#open.get(call)
    if (asked === undefined) throw new Error(`call ${call} was answered twice, or after its end`)
    this.#open.delete(call)
    const error = answer.ok ? null : answer.error.name
    if (asked.refusal !== null || error !== null) this.#isRefused(asked, error)
    else this.#isGranted(asked, answer.ok ? answer.value : null)
  }

  /** Nobody was overtaken, and nobody waits whose answer could not be late. */
  endTurn(): void {
    for (const granted of this.#granted) {
      const [first] = this.line(granted.line)
      if (first !== undefined && first.turn < granted.turn)
        throw new Error(`${describe(granted)} overtook ${describe(first)}`)
    }
    for (const each of this.#open.values()) {
      const isDue =
        !waits.has(each.what.do) || each.refusal !== null || (each.isWithdrawn && each.what.on !== 'condition')
      if (isDue) throw new Error(`${describe(each)} has no answer`)
    }
    if (this.#round.length > 0) throw new Error(`a barrier let a part of its round through`)
    this.#granted = []
  }

  /** What there is of each object, and who waits for it, as the engine counts it. */
  countsOf(objects: string[]): Record<string, number[]> {
    const size = (key: string) => this.line(key).length
    const counts = (object: string): number[] => {
      const [kind = '', name = ''] = object.split(' ')
      switch (kind) {
        case 'condition':
          return [size('condition waiters')]
        case 'event':
          return [Number(this.set.has(name)), size(object)]
        case 'barrier':
          return [Number(this.broken.has(name)), size(object)]
        case 'future':
          return [Number(this.settled.has(name)), size(object)]
        case 'queue': {
          const { ready, taken } = this.count(name)
          return [ready, taken, size(`get ${name}`), size(`put ${name}`), size(`join ${name}`)]
        }
        default:
          return [this.free(object), size(object)]
      }
    }
    return Object.fromEntries(objects.map((object) => [object, counts(object)]))
  }

  /** Whoever is first in a line waits for something that is not there. */
  assertNobodyWaitsInVain(): void {
    for (const waiting of this.#open.values()) {
      if (this.line(waiting.line)[0] !== waiting) continue
      if (this.#isThere(waiting)) throw new Error(`${describe(waiting)} waits for what is free`)
    }
  }

  #isThere(waiting: Waiting): boolean {
    const { what, line } = waiting
    if (what.on === 'queue') {
      if (what.do === 'join') return this.count(what.name).ready + this.count(what.name).taken === 0
      return what.do === 'put' ? hasRoom(what, this) || this.shutdown.has(what.name) : hasItem(what, this)
    }
    if (what.on === 'event') return this.set.has(what.name)
    if (what.on === 'barrier') return this.broken.has(what.name) || this.line(line).length >= parties
    if (what.on === 'future') return this.settled.has(what.name)
    return !line.startsWith('condition') && this.free(line) >= amountOf(waiting)
  }

  #refusalOf(run: number, what: Call): string | null {
    switch (what.on) {
      case 'lock':
        return what.do === 'release' && this.permitsOf(run, keyOf(what)).length === 0 ? 'RuntimeError' : null
      case 'condition':
        return this.permitsOf(run, `lock ${what.lock}`).length === 0 ? 'RuntimeError' : null
      case 'semaphore':
        if (what.do !== 'release' || what.name === 'plain') return null
        return this.permitsOf(run, keyOf(what)).length === 0 ? 'RangeError' : null
      case 'queue':
        return what.do === 'done' && this.itemsOf(run, what.name).length === 0 ? 'RangeError' : null
      case 'barrier':
        return what.do === 'wait' && this.broken.has(what.name) ? 'BrokenBarrierError' : null
      case 'future':
        return what.do === 'set_result' && this.settled.has(what.name) ? 'InvalidStateError' : null
      default:
        return null
    }
  }

  /** What a call changes by itself, whatever that gives to others. */
  #takesEffect(run: number, what: Call): void {
    if (what.do === 'release') this.#releases(run, what)
    else if (what.do === 'set' && what.on === 'semaphore') this.#total.set(keyOf(what), what.permits)
    else if (what.do === 'set' && what.on === 'event') this.set.add(what.name)
    else if (what.do === 'clear') this.set.delete(what.name)
    else if (what.do === 'abort') this.broken.add(what.name)
    else if (what.do === 'reset') this.broken.delete(what.name)
    else if (what.do === 'notify') this.#notifies(what, what.count ?? Infinity)
    else if (what.do === 'wait' && what.on === 'condition') {
      for (const id of this.permitsOf(run, `lock ${what.lock}`).slice(0, 1)) this.#permits.delete(id)
    } else if (what.do === 'set_result') {
      if (what.delayMs === undefined) this.#settles(what.name, what.value)
      else this.#planned.set(what.name, { at: this.#now + what.delayMs, value: what.value })
    } else if (what.on === 'queue') this.#changesQueue(run, what)
  }

  #releases(run: number, what: Extract<Call, { do: 'release' }>): void {
    const of = keyOf(what)
    const id = what.permit ?? this.permitsOf(run, of)[0]
    const permit = id === undefined ? undefined : this.#permits.get(id)
    if (id === undefined || permit === undefined)
      this.#total.set(of, (this.#total.get(of) ?? permitsAtFirst['plain'] ?? 0) + 1)
    else if (what.permit !== null || permit.amount === 1) this.#permits.delete(id)
    else permit.amount -= 1
  }

  #notifies(what: CallOn<'condition'>, count: number): void {
    for (const waiting of this.line(lineOf(what)).slice(0, count)) {
      waiting.isNotified = true
      this.#queuesForLock(waiting, what.lock)
    }
  }

  #queuesForLock(waiting: Waiting, lock: string): void {
    waiting.line = `lock ${lock}`
    waiting.turn = this.#nextTurn()
  }

  #changesQueue(run: number, what: CallOn<'queue'>): void {
    const { name } = what
    if (what.do === 'done') this.items.delete(this.itemsOf(run, name)[0] ?? 0)
    else if (what.do === 'get') for (const id of what.done) this.items.delete(id)
    else if (what.do === 'give_back') this.#comesBack(what.item, false)
    else if (what.do === 'pause') this.paused.add(name)
    else if (what.do === 'resume') this.paused.delete(name)
    else if (what.do === 'shutdown') {
      this.shutdown.set(name, what.isImmediate || this.shutdown.get(name) === 'immediate' ? 'immediate' : 'graceful')
      if (!what.isImmediate) return
      for (const [id, item] of this.items) if (item.queue === name && item.taker === null) this.items.delete(id)
    }
  }

  /** In a lifo queue what somebody has seen is on top again; what nobody knew of is where it was. */
  #comesBack(id: number, wasSeen: boolean): void {
    const item = this.items.get(id)
    if (item === undefined) return
    item.taker = null
    if (this.shutdown.get(item.queue) === 'immediate') this.items.delete(id)
    else if (item.queue === 'lifo' && wasSeen) item.rank = [0, -this.#nextTurn()]
  }

  #isGranted(asked: Waiting, value: unknown): void {
    const { run, what } = asked
    const isWait = waits.has(what.do.replace('try_', ''))
    if (isWait && value !== null) this.#granted.push(asked)
    if (what.do === 'try_acquire' && value === null) this.#isFull(asked, this.free(asked.line) >= amountOf(asked))
    else if (isWait && (what.on === 'lock' || what.on === 'semaphore' || what.on === 'condition')) {
      this.#holds(asked, value as { permit: number; isWithdrawn?: true })
    } else if (isWait && what.on === 'barrier') this.#isLetThrough(value as number)
    else if (what.do === 'put' || what.do === 'try_put') this.#isStored(what, (value as { item: number }).item)
    else if (what.do === 'get' || what.do === 'try_get')
      this.#isTaken(run, what.name, value as { item: number; value: string })
    else if (what.do === 'join') expectSame('unfinished items of a join', Object.values(this.count(what.name)), [0, 0])
    else if (isWait && what.on === 'event') expectSame('an event that was waited for', this.set.has(what.name), true)
    else if (isWait && what.on === 'future') expectSame(what.name, value, this.settled.get(what.name))
    else if (what.do === 'cancel' && what.on === 'future' && value === true) this.#settles(what.name, 'cancelled')
    else if (what.do === 'cancel' && what.on === 'future')
      expectSame('a settled future', this.settled.has(what.name), true)
  }

  #isRefused(asked: Waiting, error: string | null): void {
    const { what, refusal, isWithdrawn } = asked
    if (error === 'QueueFull') this.#isFull(asked, hasRoom(what as CallOn<'queue'>, this))
    else if (error === 'QueueEmpty') this.#isFull(asked, hasItem(what as CallOn<'queue'>, this))
    else {
      const due = [refusal]
      if (isWithdrawn) due.push('Withdrawn')
      if (what.on === 'queue' && this.shutdown.has(what.name)) due.push('QueueShutDown')
      // Those who wait when it is reset or broken.
      if (what.on === 'barrier') due.push('BrokenBarrierError')
      // Those who wait hear of the cancel before the one who cancels.
      if (what.on === 'future' && what.do === 'wait') due.push('CancelledError')
      if (!due.includes(error)) throw new Error(`${describe(asked)}: ${error ?? 'granted'}, not ${due.join(' or ')}`)
    }
  }

  /** A refusal to somebody who does not wait is right when there is nothing, or others wait for it. */
  #isFull(asked: Waiting, isFree: boolean): void {
    if (isFree && this.line(asked.line).length === 0) throw new Error(`${describe(asked)} was refused what is free`)
  }

  #holds(asked: Waiting, granted: { permit: number; isWithdrawn?: true }): void {
    const { run, what, line, isWithdrawn } = asked
    if (this.#permits.has(granted.permit)) throw new Error(`permit ${granted.permit} was granted twice`)
    if (what.on === 'condition') expectSame('said to be withdrawn', granted.isWithdrawn === true, isWithdrawn)
    const amount = amountOf(asked)
    this.#permits.set(granted.permit, { run, of: line, amount })
    if (line === 'semaphore rate') this.#uses.push({ at: this.#now, amount })
  }

  #isLetThrough(index: number): void {
    this.#round.push(index)
    if (this.#round.length < parties) return
    expectSame('the indexes of a round', this.#round.sort(), [0, 1, 2])
    this.#round = []
  }

  #isStored(what: Extract<CallOn<'queue'>, { item: string }>, id: number): void {
    if (this.items.has(id)) throw new Error(`item ${id} was stored twice`)
    const place = what.name === 'lifo' ? -this.#nextTurn() : id
    const rank: Item['rank'] = [what.name === 'priority' ? what.priority : 0, place]
    this.items.set(id, { queue: what.name, value: what.item, rank, taker: null })
  }

  #isTaken(run: number, queue: string, { item: id, value }: { item: number; value: string }): void {
    const item = this.items.get(id)
    if (item?.queue !== queue || item.taker !== null)
      throw new Error(`item ${id} is not in ${queue}, or was taken twice`)
    if (this.paused.has(queue)) throw new Error(`item ${id} was given out while ${queue} was paused`)
    expectSame(`the value of item ${id}`, value, item.value)
    for (const other of this.items.values()) {
      const isBefore = other.rank[0] - item.rank[0] || other.rank[1] - item.rank[1]
      if (other.queue === queue && other.taker === null && isBefore < 0)
        throw new Error(`item ${id} was taken out of turn`)
    }
    // The map keeps the order of taking.
    this.items.delete(id)
    this.items.set(id, { ...item, taker: run })
  }

  #settles(future: string, value: string): void {
    if (this.settled.has(future)) throw new Error(`${future} was settled twice`)
    this.settled.set(future, value)
    this.#planned.delete(future)
  }

  #nextTurn(): number {
    this.#lastTurn += 1
    return this.#lastTurn
  }
}

/** Whether a put need not wait for room. */
const hasRoom = ({ name }: { name: string }, ledger: ObjectLedger): boolean =>
  maxsizes[name as QueueName] === 0 || ledger.count(name).ready < maxsizes[name as QueueName]

/** Whether a get need not wait for an item. */
const hasItem = ({ name }: { name: string }, ledger: ObjectLedger): boolean =>
  !ledger.paused.has(name) && ledger.count(name).ready > 0

/** How many permits a call is about. */
const amountOf = ({ what }: Waiting): number => ('amount' in what ? what.amount : 1)

const describe = ({ run, what }: Waiting): string => `run ${run}'s ${JSON.stringify(what)}`

function expectSame(what: string, seen: unknown, due: unknown): void {
  const [a, b] = [JSON.stringify(seen), JSON.stringify(due)]
  if (a !== b) throw new Error(`${what}: ${a}, not ${b}`)
}
