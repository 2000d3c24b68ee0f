/**
 * What waits of the SDK reject with when the run was asked to stop, and the reason of the run's `signal`. The name and the
 * meaning are asyncio's: let it pass, or clean up and throw it again; the run then counts as stopped, not as failed.
 */
export class CancelledError extends Error {
  constructor(message = 'The run was asked to stop.', options?: ErrorOptions) {
    super(message, options)
    this.name = 'CancelledError'
  }
}
