import type { InferClientInputs, InferClientOutputs } from '@orpc/client'
import type { ComponentProps } from 'svelte'
import { render } from 'vitest-browser-svelte'
import type { Component, ComponentImport } from 'vitest-browser-svelte'
import type { Client } from '../../../src-preload/contract.ts'
import type { App } from '../../../src-renderer/lib/state/app-context.ts'
import { Connection } from '../../../src-renderer/lib/state/connection.svelte.ts'
import { createApp } from '../../../src-renderer/lib/state/create-app.ts'
import type { HostLink } from '../../../src-renderer/lib/state/host-link.ts'
import InApp from './in-app.svelte'

type Inputs = InferClientInputs<Client>
type Outputs = InferClientOutputs<Client>
type Answer<Output> = Output extends AsyncIterator<infer Message> ? AsyncIterableIterator<Message> : Output

/** What a test's host answers; every other call fails by its name. */
export type Answers = {
  [Part in keyof Client]?: {
    [Call in keyof Client[Part] & keyof Inputs[Part] & keyof Outputs[Part]]?: (
      input: Inputs[Part][Call],
    ) => Promise<Answer<Outputs[Part][Call]>>
  }
}

/** The state of a window whose host is `answers`. Its clock stands still unless a test moves it. */
export function fakeApp(answers: Answers = {}): App {
  return createApp('/overview', new FakeConnection(clientOf(answers)))
}

/** Renders a part as it is in the window: with what all parts share, and in the room of a page. */
export const renderInApp = <Part extends Component>(
  part: ComponentImport<Part>,
  props: ComponentProps<Part>,
  app = fakeApp(),
) => render(part, props, { wrapper: InApp, wrapperProps: { app } })

class FakeConnection extends Connection {
  readonly #client: Client

  constructor(client: Client) {
    super()
    this.#client = client
    this.state = { is: 'connected', since: 0 }
  }

  override get client(): Client {
    return this.#client
  }

  override whenConnected(): Promise<HostLink> {
    return Promise.resolve({ client: this.#client, closed: new Promise(() => {}) })
  }
}

function clientOf(answers: Answers): Client {
  const partOf = (part: keyof Client) =>
    new Proxy<object>(answers[part] ?? {}, {
      get: (calls, call: string): unknown =>
        Reflect.get(calls, call) ?? (() => Promise.reject(new Error(`This test has no answer to ${part}.${call}.`))),
    })
  return new Proxy({} as Client, { get: (_, part: string) => partOf(part as keyof Client) })
}
