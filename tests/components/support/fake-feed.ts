/** A feed of a test's host: it says `opening` when it is opened, and then what the test sends. */
export class FakeFeed<Message> {
  readonly #opening: () => Message[]
  #sink: ReadableStreamDefaultController<Message> | null = null

  constructor(opening: () => Message[]) {
    this.#opening = opening
  }

  open = (): Promise<AsyncIterableIterator<Message>> => {
    const messages = new ReadableStream<Message>({
      start: (sink) => {
        for (const message of this.#opening()) sink.enqueue(message)
        this.#sink = sink
      },
    })
    return Promise.resolve(messages.values())
  }

  send(message: Message): void {
    if (this.#sink === null) throw new Error('Nobody has opened this feed. Wait for what its first message shows.')
    this.#sink.enqueue(message)
  }

  /** The host gives the feed up, for no reason that it tells. */
  end(): void {
    this.#sink?.close()
  }
}

/** Takes what was received, as every host does. */
export const ack = (): Promise<null> => Promise.resolve(null)
