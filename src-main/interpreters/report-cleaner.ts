import type { Answer } from './calls.ts'
import type { AttemptStart, Report } from './interpreters.ts'
import { Redactor } from './redaction.ts'

/**
 * The one way by which reports reach the engine, and with it the store, the logs and every screen: values of secrets do not
 * get further. What scripts would store by a call is refused, for an item that came out changed would be worse than none.
 */
export class ReportCleaner {
  readonly #ofRun = new Map<number, { attempt: number; redactor: Redactor }>()
  /** Of all that were ever given: what a shared process says belongs to no run. */
  #all: Redactor | null = null
  readonly #values = new Set<string>()

  /** An attempt begins. */
  begin({ run, attempt, secrets }: AttemptStart): void {
    if (secrets === undefined || 'refusal' in secrets) return
    const values = Object.values(secrets.values)
    this.#ofRun.set(run, { attempt, redactor: new Redactor(values) })
    if (values.every((value) => this.#values.has(value))) return
    for (const value of values) this.#values.add(value)
    this.#all = new Redactor([...this.#values])
  }

  /** The report without values, or the answer to a call that must not be stored. */
  take(report: Report): Report | Answer {
    const known = this.#ofRun.get(report.run)
    if (known === undefined || known.attempt !== report.attempt) return report
    const { redactor } = known
    if (report.type === 'ended') this.#ofRun.delete(report.run)
    if (report.type !== 'call') return this.#clean(report, redactor)
    if (!redactor.hides(JSON.stringify(report.what))) return redactor.cleanAll(report)
    const { run, attempt, call } = report
    return { run, attempt, call, ok: false, error: refusal }
  }

  /** A text that belongs to no attempt. */
  clean(text: string): string {
    return this.#all?.clean(text) ?? text
  }

  #clean(report: Report, redactor: Redactor): Report {
    if (report.type !== 'ended' || report.ending.how !== 'returned') return redactor.cleanAll(report)
    // A JSON text stays one: what is taken out stands inside of texts, or was one.
    const { result } = report.ending
    if (!redactor.hides(result)) return report
    return { ...report, ending: { how: 'returned', result: JSON.stringify(redactor.cleanAll(JSON.parse(result))) } }
  }
}

const refusal = {
  name: 'SecretError',
  message: 'this holds the value of a secret, and what is stored for others is stored in the clear',
  hint: 'Give the secret to the job that needs it (--secret), in place of its value.',
}
