import type { RunScope } from './run-scope.ts'

/**
 * Routes `process.stdout`, `process.stderr` and with them `console` into the current run's log, in one order with `log()`.
 * The stand-ins are made when first touched: node:stream costs a millisecond that most short scripts need not pay. What
 * belongs to no run goes to the real descriptors, as does what native code and child processes write there.
 */
export function captureOutput(current: () => RunScope | undefined): void {
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
    // Lets the stream be handed to child_process as stdio.
    return Object.assign(stream, { fd: descriptor })
  }
}

function realStream(property: PropertyDescriptor | undefined): NodeJS.WriteStream {
  return property?.get?.call(process) as NodeJS.WriteStream
}
