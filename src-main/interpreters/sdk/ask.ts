import type { Answer, Call } from '../calls.ts'
import { clearTimeout, setTimeout } from '../own-builtins.ts'
import { CancelledError } from './cancelled-error.ts'
import { errorFrom, TimeoutError } from './errors.ts'
import { placeOfCaller } from './place.ts'
import { currentLink } from './run-link.ts'
import { runtimeOf } from './runtime.ts'

export type Ask = {
  call: Call
  timeoutMs?: number
  signal?: AbortSignal
  /** The call that undoes a grant which came after its wait was given up; null when it cannot be undone. */
  giveBack?: (value: unknown) => Call | null
}

const LONGEST_MS = 2 ** 31 - 1
const ignore = { answer: () => undefined, cancel: () => undefined }

/**
 * Asks the engine and resolves with its answer. A wait that is given up (cancel, timeout, `signal`) is over only when the
 * engine has said so: what it granted in the meantime is given back, and nothing is lost or held by nobody.
 */
export function ask({ call, timeoutMs, signal, giveBack }: Ask): Promise<unknown> {
  const runtime = runtimeOf(currentLink())
  const pending = runtime.takePendingCancel()
  if (pending !== null) return Promise.reject(pending)
  // Whatever a script aborts its own signal with is what it is given.
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
  if (signal?.aborted === true) return Promise.reject(signal.reason)
  const place = placeOfCaller()

  return new Promise((resolve, reject) => {
    let givenUp: { why: unknown } | null = null
    const giveUp = (why: unknown) => {
      if (givenUp !== null) return
      givenUp = { why }
      runtime.withdraw(id)
    }
    const onAbort = () => giveUp(signal?.reason)
    const timer =
      timeoutMs === undefined
        ? null
        : setTimeout(
            () => giveUp(new TimeoutError(`waited longer than ${timeoutMs} ms`)),
            Math.min(timeoutMs, LONGEST_MS),
          )
    signal?.addEventListener('abort', onAbort, { once: true })

    const settle = (answer: Answer) => {
      if (timer !== null) clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      if (givenUp === null) {
        if (answer.ok) resolve(answer.value)
        else reject(errorFrom(answer.error, place))
        return
      }
      // An error that is not ours to hide: the wait had failed before it was taken back.
      if (!answer.ok && answer.error.name !== 'Withdrawn') {
        reject(errorFrom(answer.error, place))
        return
      }
      if (answer.ok && giveBack !== undefined) {
        const undo = giveBack(answer.value)
        if (undo !== null) runtime.send(undo, null, ignore)
        else if (!isWithdrawn(answer.value)) {
          // It has happened and stays so; the cancel is for the next wait.
          if (givenUp.why instanceof CancelledError) runtime.cancel(givenUp.why.message)
          resolve(answer.value)
          return
        }
      }
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      reject(givenUp.why)
    }
    const id = runtime.send(call, place, { answer: settle, cancel: (message) => giveUp(new CancelledError(message)) })
  })
}

/** A condition's wait that was taken back is answered when its lock is held again. */
const isWithdrawn = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'isWithdrawn' in value && value.isWithdrawn === true
