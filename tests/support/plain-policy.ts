import { noResourceLimits } from '../../src-preload/resource-limits.ts'

/** The rules of a definition that says nothing of its own. */
export const plainPolicy = {
  timeoutMs: null,
  queueTimeoutMs: null,
  totalTimeoutMs: null,
  idleTimeoutMs: null,
  retry: null,
  onInterrupted: 'requeue' as const,
  graceMs: 5_000,
  semaphores: [],
  concurrency: null,
  limits: noResourceLimits,
  secrets: [],
  conditions: null,
  expectSuccessEveryMs: null,
  cwd: null,
  env: {},
}
