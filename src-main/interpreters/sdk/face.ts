import type { Ask } from './open-call.ts'
import { cancellerOf, setCanceller } from './tasks/scope.ts'
import { Definition, each, PerFace, scopeEnd } from './definition/definition.ts'
import type { AsyncDrive, SyncDrive, Wait } from './definition/definition.ts'

/** A definition as a script with `await` sees it. */
export type AsyncFace<D> = AsyncMembers<D> & AsyncSymbols<D>
type AsyncMembers<D> = {
  readonly [Key in keyof D as D[Key] extends PerFace<never, unknown> ? never : Named<Key>]: AsyncMember<D[Key]>
}
type AsyncMember<Member> =
  Member extends PerFace<infer Async, unknown>
    ? Async
    : Member extends (...args: infer Arguments) => Wait<infer Value>
      ? (...args: Arguments) => Promise<Value extends Definition ? AsyncFace<Value> : Value>
      : Member
type AsyncSymbols<D> = D extends { [scopeEnd]: unknown }
  ? AsyncDisposable
  : D extends { [each]: PerFace<() => infer Items, unknown> }
    ? { [Symbol.asyncIterator](): Items }
    : unknown

/** A definition as a blocking script sees it. */
export type SyncFace<D> = SyncMembers<D> & SyncSymbols<D>
type SyncMembers<D> = {
  readonly [Key in keyof D as D[Key] extends PerFace<unknown, never> ? never : Named<Key>]: SyncMember<D[Key]>
}
type SyncMember<Member> =
  Member extends PerFace<unknown, infer Sync>
    ? Sync
    : Member extends (...args: infer Arguments) => Wait<infer Value>
      ? (...args: Arguments) => Value extends Definition ? SyncFace<Value> : Value
      : Member
type SyncSymbols<D> = D extends { [scopeEnd]: unknown }
  ? Disposable
  : D extends { [each]: PerFace<unknown, () => infer Items> }
    ? { [Symbol.iterator](): Items }
    : unknown

/** Mapped from our symbols to the language's, linters would not see that the faces have those. */
type Named<Key> = Key extends typeof scopeEnd | typeof each ? never : Key

/** Makes the faces of one side; `drive` performs a generator there. */
type Facing = {
  readonly side: 'async' | 'sync'
  readonly names: ReadonlyMap<string | symbol, symbol>
  readonly drive: AsyncDrive & SyncDrive
  /** What stands on the prototype of a definition's faces, by the definition's prototype. */
  readonly prototypes: Map<object, object>
}

/** Faces that wait with promises: every ask goes through `ask`. */
export function asyncFacing(
  ask: (ask: Ask) => Promise<unknown>,
): <D extends Definition>(definition: D) => AsyncFace<D> {
  const perform = async (wait: Wait<unknown>, begun: (asking: Promise<unknown>) => void) => {
    let step = wait.next()
    while (step.done !== true) {
      let answer: unknown
      try {
        const asking = ask(step.value)
        begun(asking)
        answer = await asking
      } catch (error) {
        step = wait.throw(error)
        continue
      }
      step = wait.next(answer)
    }
    return faced(facing, step.value)
  }
  const drive = (wait: Wait<unknown>) => {
    let current: Promise<unknown> | null = null
    const promise = perform(wait, (asking) => void (current = asking))
    setCanceller(promise, (cancelled) => (current === null ? undefined : cancellerOf(current))?.(cancelled) ?? false)
    return promise
  }
  const names = new Map([
    [scopeEnd, Symbol.asyncDispose],
    [each, Symbol.asyncIterator],
  ])
  const facing: Facing = { side: 'async', names, drive: drive as Facing['drive'], prototypes: new Map() }
  return <D extends Definition>(definition: D) => face(facing, definition) as AsyncFace<D>
}

/** Faces that block: every ask goes through `askSync`. */
export function syncFacing(askSync: (ask: Ask) => unknown): <D extends Definition>(definition: D) => SyncFace<D> {
  const drive = (wait: Wait<unknown>) => {
    let step = wait.next()
    while (step.done !== true) {
      let answer: unknown
      try {
        answer = askSync(step.value)
      } catch (error) {
        step = wait.throw(error)
        continue
      }
      step = wait.next(answer)
    }
    return faced(facing, step.value)
  }
  const names = new Map([
    [scopeEnd, Symbol.dispose],
    [each, Symbol.iterator],
  ])
  const facing: Facing = { side: 'sync', names, drive: drive as Facing['drive'], prototypes: new Map() }
  return <D extends Definition>(definition: D) => face(facing, definition) as SyncFace<D>
}

const faced = (facing: Facing, value: unknown): unknown => (Definition.is(value) ? face(facing, value) : value)

const behind = new WeakMap<object, Definition>()

function face(facing: Facing, definition: Definition): object {
  const own = Object.getPrototypeOf(definition) as object
  let prototype = facing.prototypes.get(own)
  if (prototype === undefined) facing.prototypes.set(own, (prototype = facePrototype(facing, own)))
  const made = Object.create(prototype) as object
  behind.set(made, definition)
  return made
}

const GeneratorFunction = function* () {}.constructor

function facePrototype(facing: Facing, own: object): object {
  const prototype: object =
    own === Definition.prototype
      ? {}
      : (Object.create(facePrototype(facing, Object.getPrototypeOf(own) as object)) as object)
  for (const key of Reflect.ownKeys(own)) {
    if (key === 'constructor') continue
    const name = facing.names.get(key) ?? key
    const { value, get } = Object.getOwnPropertyDescriptor(own, key) as TypedPropertyDescriptor<unknown>
    Object.defineProperty(prototype, name, {
      configurable: true,
      ...(get === undefined ? { value: method(facing, value as Method) } : { get: getter(facing, get) }),
    })
  }
  const name = own.constructor.name.replace(/Definition$/, '')
  return Object.defineProperty(prototype, Symbol.toStringTag, { configurable: true, value: name })
}

type Method = (...args: unknown[]) => unknown

function method({ drive }: Facing, own: Method): Method {
  if (!(own instanceof GeneratorFunction)) {
    return function (this: object, ...args) {
      return own.apply(behind.get(this), args)
    }
  }
  return function (this: object, ...args) {
    return drive(own.apply(behind.get(this), args) as Wait<unknown>)
  }
}

function getter({ side, drive }: Facing, own: () => unknown) {
  return function (this: object): unknown {
    const value = own.call(behind.get(this))
    return value instanceof PerFace ? (value[side](drive) as unknown) : value
  }
}
