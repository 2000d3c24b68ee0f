/** Takes what was written, in pieces of any size. */
type Sink = { write(stream: 'out' | 'err', chunk: Buffer | string): void }

/**
 * Routes `process.stdout`, `process.stderr` and with them `console` into the current run's log, in one order with `log()`.
 * The stand-ins are made when first touched: node:stream costs a millisecond that most short scripts need not pay. What
 * belongs to no run goes to the real descriptors, as does what native code and child processes write there.
 */
export function captureOutput(current: () => Sink | undefined): void {
  for (const [name, level, descriptor] of [
    ['stdout', 'out', 1],
    ['stderr', 'err', 2],
  ] as const) {
    const real = Object.getOwnPropertyDescriptor(process, name)
    let standIn: object | null = null
    Object.defineProperty(process, name, {
      configurable: true,
      enumerable: true,
      get: () => (standIn ??= makeStandIn(level, descriptor, () => realStream(real))),
    })
  }

  function makeStandIn(level: 'out' | 'err', descriptor: number, real: () => NodeJS.WriteStream): object {
    const { Writable } = process.getBuiltinModule('node:stream')
    const stream = new Writable({
      decodeStrings: false,
      write(chunk: Buffer | string, _encoding, done) {
        const scope = current()
        if (scope !== undefined) scope.write(level, chunk)
        else real().write(chunk)
        done()
      },
    })
    // A thread's host tells the stream under this name that it may write on.
    for (const each of isMainThread() ? [] : Object.getOwnPropertySymbols(Object.getPrototypeOf(real()))) {
      const method: unknown = Reflect.get(real(), each)
      if (!(each in stream) && typeof method === 'function')
        Object.assign(stream, { [each]: method.bind(real()) as unknown })
    }
    // Lets the stream be handed to child_process as stdio.
    return Object.assign(stream, { fd: descriptor })
  }
}

const isMainThread = () => process.getBuiltinModule('node:worker_threads').isMainThread

function realStream(property: PropertyDescriptor | undefined): NodeJS.WriteStream {
  return property?.get?.call(process) as NodeJS.WriteStream
}
