import { setFlagsFromString } from 'node:v8'
import { MessageChannel, Worker } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { isProblemCode, Problem, problem } from '../../src-preload/problem.ts'
import type { Slots } from '../../src-preload/slots.ts'
import type { Surroundings } from '../core/conditions.ts'
import { entryPath } from '../entry.ts'
import { fileVault } from '../secret-key.ts'
import type { KeyVault } from '../secret-key.ts'
import type { KeyWish } from './secrets.ts'
import { systemSource, watchSurroundings } from './watch-surroundings.ts'
import type { SurroundingsSource } from './watch-surroundings.ts'

export type EngineOptions = {
  /** The data folder, absolute; created when missing. */
  home: string
  /** `private`: admits only what is submitted in this life, so that one command does not wake a stored backlog. */
  mode: 'host' | 'private'
  /** Said to a second host that finds the folder taken, for example `serve, process 4711`. */
  ownerLabel: string
  /** Parallel runs per executor; what is left out is as it was set, or usual on this machine. */
  slots?: Slots
  /** Names the life of a host that starts its engine again when it crashes. */
  life?: string
}

/** With what the machine is like at the start. */
export type EngineData = EngineOptions & { surroundings: Surroundings }

/** What the engine thread tells the thread that started it. */
export type FromEngine =
  | { type: 'ready' }
  | { type: 'refused'; code: string; message: string; hint: string }
  /** Wants the key of the secrets. */
  | { type: 'key'; wish: KeyWish }

/** What the engine thread is told besides the contract's calls. */
export type ToEngine =
  | { type: 'connect'; port: MessagePort }
  | { type: 'stop'; graceMs: number }
  | { type: 'key'; key: Uint8Array | null }
  | { type: 'key_refused'; code: string; message: string; hint: string }
  | { type: 'surroundings'; seen: Surroundings }
  /** The machine has woken up, or its clock was moved. */
  | { type: 'woke' }

export type EngineHandle = {
  /** Opens a connection that speaks the contract in oRPC frames; closing the port ends its feeds. */
  connect(): MessagePort
  /**
   * Admits nothing more, gives running attempts `graceMs` to end, then kills them and marks them interrupted;
   * resolves when all is stored and the thread has ended. A second call returns the same promise.
   */
  stop(graceMs?: number): Promise<void>
  /** Settles when the thread ends: with null after `stop`, with the error when it crashed. */
  readonly ended: Promise<Error | null>
}

/** What the engine's thread may take for new objects; V8 would take 48 MB and keep them for minutes. See decision 0026. */
const YOUNG_MB = 12
/** How far its older objects may grow, in percent of what is in use, before they are looked through; V8 would let them double. */
const GROWTH_PERCENT = 15

/** Default of `stop`: with the kill that follows, a quit stays below 12 s (promise P8). */
const STOP_GRACE_MS = 8_000

/** Where the host's side of the engine looks; default: the file in the data folder, and the system. */
export type EnginePorts = {
  /** Has the key of the secrets; that of a desktop's key store is only had on this thread. */
  vault?: KeyVault
  surroundings?: SurroundingsSource
}

/**
 * Starts the engine on a thread of its own, and tells it what is seen of the machine as long as it lives. Rejects with a
 * `Problem` when the data folder or its store is refused.
 */
export async function startEngine(
  options: EngineOptions,
  { vault = fileVault(options.home), surroundings: source = systemSource() }: EnginePorts = {},
): Promise<EngineHandle> {
  const workerData: EngineData = { ...options, surroundings: source.read() }
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`)
  const worker = new Worker(entryPath('engine-thread'), {
    workerData,
    stdin: false,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  })
  const tell = (message: ToEngine) => worker.postMessage(message)
  const ended = new Promise<Error | null>((resolve) => {
    let crash: Error | null = null
    worker.on('error', (error: Error) => (crash = error))
    worker.on('exit', () => resolve(crash))
  })

  await new Promise<void>((resolve, reject) => {
    // Not the first message, whatever it is: under `node --watch` a thread also posts the names of its modules.
    worker.on('message', (message: FromEngine) => {
      if (message.type === 'key') void answerKey(vault, message.wish).then((answer) => worker.postMessage(answer))
      else if (message.type === 'ready') resolve()
      else if (message.type === 'refused') {
        const code = isProblemCode(message.code) ? message.code : 'INTERNAL'
        reject(new Problem(code, message.message, message.hint))
      }
    })
    void ended.then((crash) =>
      reject(problem('INTERNAL', { message: crash?.message ?? 'the engine ended while starting' })),
    )
  })

  const stopWatching = watchSurroundings(source, {
    surroundings: (seen) => tell({ type: 'surroundings', seen }),
    wake: () => tell({ type: 'woke' }),
  })
  void ended.then(stopWatching)

  let stopping: Promise<void> | null = null
  return {
    ended,
    connect() {
      const { port1, port2 } = new MessageChannel()
      worker.postMessage({ type: 'connect', port: port2 } satisfies ToEngine, [port2])
      return port1
    },
    stop(graceMs = STOP_GRACE_MS) {
      stopping ??= (async () => {
        tell({ type: 'stop', graceMs })
        await ended
      })()
      return stopping
    },
  }
}

async function answerKey(vault: KeyVault, wish: KeyWish): Promise<ToEngine> {
  try {
    if (wish === 'anew') return { type: 'key', key: await vault.createAnew() }
    const kept = await vault.load()
    return { type: 'key', key: kept ?? (wish === 'kept_or_new' ? await vault.create() : null) }
  } catch (error) {
    const { code, message, hint } =
      error instanceof Problem ? error : problem('INTERNAL', { message: error instanceof Error ? error.message : '' })
    return { type: 'key_refused', code, message, hint }
  }
}
