import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { connectToHost } from '../../../src-main/cli/connection.ts'
import type { Connection } from '../../../src-main/cli/connection.ts'
import { refusalCode } from '../../../src-main/cli/failure.ts'
import { homePaths } from '../../../src-main/home.ts'
import { findTagged } from '../../../src-main/interpreters/tagged-processes.ts'
import { readLastGood } from '../../../src-main/store/last-good.ts'
import type { Client, Executor, Json, Lifecycle, RunRow, Submit } from '../../../src-preload/contract.ts'
import { until } from '../../support/until.ts'

const headlessEntry = join(import.meta.dirname, '../../../out/main/headless.js')

type NewDefinition = Extract<Submit, { what: 'definition' }>['definition']

const unfinished: Lifecycle[] = ['scheduled', 'queued', 'running', 'stopping']

/** A script that is kept as text. */
export const scriptText = (text: string, { executor = 'process' }: { executor?: Executor } = {}): NewDefinition => ({
  kind: 'script',
  code: { from: 'text', name: 'script.ts', text },
  executor,
})

/** A line for the shell. */
export const shellLine = (line: string): NewDefinition => ({ kind: 'command', command: { as: 'shell', line } })

/** The built headless host as a process of its own, on a data folder that lives as long as the spec file. */
export class TestHost {
  /** Made by the first start: a spec file is also loaded only to be listed. */
  home = ''
  /** What it prints for the person: with the token of this start. */
  url = ''
  #child: ChildProcess | null = null
  #connection: Connection | null = null

  /** Starts it and waits until it is ready. `port` 0 takes a free one. */
  async start(port = 0): Promise<void> {
    if (this.home === '') this.home = mkdtempSync(join(tmpdir(), 'signalbox-e2e-'))
    const child = spawn(process.execPath, [headlessEntry, '--home', this.home, '--port', String(port)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await until('the host is ready or has ended', () => said.includes('#token=') || child.exitCode !== null)
    this.url = /http:\S+/.exec(said)?.[0] ?? ''
    expect(this.url, `the host ended instead of starting: ${said}`).not.toBe('')
    this.#connection = await connectToHost(this.home)
  }

  /** The contract over the local socket, as the command line speaks it. */
  get client(): Client {
    if (!this.#connection) throw new Error('the host is not started')
    return this.#connection.client
  }

  /** The address of a page inside the app, without the token: the tab has it once it was opened. */
  page(route: string): string {
    return `${new URL(this.url).origin}/#${route}`
  }

  /** Ends it the way its owner would, or pulls the plug; resolves when the process has gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child
    this.#child = null
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await exited
  }

  /** Sends the running host a signal that it survives: SIGSTOP lets it hang, SIGCONT go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal)
  }

  /** Stops it and removes its folder. No process of this store may be left. */
  async dispose(): Promise<void> {
    const storeId = readLastGood(homePaths(this.home).lastGood)?.storeId
    await this.end('SIGTERM')
    const left = findTagged((tag) => storeId !== undefined && tag.startsWith(`${storeId}/`))
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 })
    expect(storeId, 'the store says who it is').toBeDefined()
    expect(left, 'processes that outlived their host').toEqual([])
  }

  /** Submits without the window and gives the run's id. */
  async submit(definition: NewDefinition, { input = null, name }: { input?: Json; name?: string } = {}) {
    const { id } = await this.client.runs.submit({
      what: 'definition',
      definition,
      input,
      ...(name !== undefined && { name }),
    })
    return id
  }

  /** Takes every free slot of the executor `process`, so that what comes next waits; the function returned gives them back. */
  async occupySlots(): Promise<() => Promise<void>> {
    const { total } = (await this.client.engine.status()).slots.process
    const ids: number[] = []
    for (let n = 0; n < total; n += 1) ids.push(await this.submit(shellLine('exec sleep 600'), { name: 'in the way' }))
    for (const id of ids) await this.untilRun(id, ({ lifecycle }) => lifecycle === 'running', 'runs')
    return async () => {
      for (const id of ids) await this.client.runs.cancel({ id })
      for (const id of ids) await this.untilFinished(id)
    }
  }

  /** Cancels all that has not finished as one action: one by one, ten thousand take longer than a test may. */
  async cancelAll(): Promise<void> {
    const filter = { lifecycle: unfinished }
    const { runs } = await this.client.history.count(filter)
    const what = { by: 'filter' as const, filter }
    const { id } = await this.client.bulk.start({ action: 'cancel', what, reason: null, expected: runs })
    await until('all runs are cancelled', async () => (await this.client.bulk.get({ id })).endedAt !== null)
  }

  /** Ends all that has not finished, so that every test counts its own. What ignores a stop already is killed. */
  async endRuns(): Promise<void> {
    for (;;) {
      const { rows } = await this.client.runs.list({ lifecycle: unfinished })
      if (rows.length === 0) return
      for (const { id, lifecycle } of rows) {
        const ending = lifecycle === 'stopping' ? this.client.runs.kill({ id }) : this.client.runs.cancel({ id })
        await ending.catch((error: unknown) => {
          // It ended by itself, or with its parent.
          if (refusalCode(error) !== 'RUN_FINISHED') throw error
        })
      }
      for (const { id } of rows) await this.untilFinished(id)
    }
  }

  async untilRun(id: number, isReached: (run: RunRow) => boolean, what: string): Promise<void> {
    await until(`run ${id} ${what}`, async () => isReached(await this.client.runs.get({ id })))
  }

  untilFinished(id: number): Promise<void> {
    return this.untilRun(id, (run) => run.lifecycle === 'finished', 'has finished')
  }
}

/** A host for all tests of the calling spec file. */
export function useHost(): TestHost {
  const host = new TestHost()
  test.beforeAll(() => host.start())
  test.afterAll(() => host.dispose())
  return host
}
