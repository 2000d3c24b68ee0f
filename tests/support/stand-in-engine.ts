import { implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { MessageChannel } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { contract } from '../../src-preload/contract.ts'
import type { RunDetail } from '../../src-preload/contract.ts'

/**
 * The far end of a transport: answers `jobs.list` with nothing and `runs.get` with a run whose result has as many
 * characters as its id says, over the frames that the engine speaks.
 */
export function standInEngine() {
  const on = implement(contract)
  const handler = new RPCHandler({
    jobs: { list: on.jobs.list.handler(() => []) },
    runs: {
      get: on.runs.get.handler(({ input }) => ({ id: input.id, result: 'x'.repeat(input.id) }) as RunDetail),
    },
  })
  const ports = new Set<MessagePort>()
  return {
    ports,
    connect: (): MessagePort => {
      const { port1, port2 } = new MessageChannel()
      handler.upgrade(port2)
      ports.add(port2)
      port2.once('close', () => ports.delete(port2))
      port2.start()
      return port1
    },
  }
}
