/** The interpreter and the SDK that scripts import are bundles of their own, each with its copy of the class. */
const brand = Symbol.for('signalbox.cancelled-error')

/**
 * What waits of the SDK reject with when their task was cancelled, and the reason of the task's `signal`. The name and the
 * meaning are asyncio's: let it pass, or clean up and throw it again; the task then counts as cancelled, not as failed.
 */
export class CancelledError extends Error {
  constructor(message = 'The run was asked to stop.', options?: ErrorOptions) {
    super(message, options)
    this.name = 'CancelledError'
  }

  static {
    Object.defineProperty(this.prototype, brand, { value: true })
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== CancelledError) return Function.prototype[Symbol.hasInstance].call(this, value)
    return typeof value === 'object' && value !== null && brand in value
  }
}
