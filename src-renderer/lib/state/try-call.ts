import { toast } from 'svelte-sonner'
import { callProblem } from './call-problem.ts'

/** The answer of `call`; when it is refused, says why in a toast and gives null. */
export async function tryCall<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call()
  } catch (error) {
    const problem = callProblem(error)
    toast.error(problem.message, problem.hint === null ? {} : { description: problem.hint })
    return null
  }
}
