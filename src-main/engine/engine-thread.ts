/**
 * Entry of the engine's own thread: opens the store, starts the loop, and serves the contract on the ports it is given.
 * A fault ends the thread; the host sees it and starts another, which settles what this one left.
 */
import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { isProblemCode, Problem } from '../../src-preload/problem.ts'
import { homePaths } from '../home.ts'
import { startSupervisor } from '../interpreters/supervisor-client.ts'
import { checkStore } from '../store/check-store.ts'
import { isStoreFault } from '../store/faults.ts'
import { suspectStore } from '../store/last-good.ts'
import { explainStoreError, openStore } from '../store/open.ts'
import type { OpenStore } from '../store/open.ts'
import { prepareStore } from '../store/store.ts'
import { version } from '../version.ts'
import { BackupKeeper } from './backup-keeper.ts'
import { systemClock } from './clock.ts'
import { takeDisk } from './disk.ts'
import type { AskForKey, KeyWish } from './secrets.ts'
import type { EngineData, FromEngine, ToEngine } from './engine-client.ts'
import { Engine } from './engine.ts'
import { statusOf } from './feed-views.ts'
import { Feeds } from './feeds.ts'
import { watchLoopDelay } from './loop-delay.ts'
import { createRouter, servePorts } from './router.ts'
import { defaultSlots } from './state.ts'
import { DiskWatch, volumeOf } from './watch-disk.ts'

/** What a host has to do when it starts comes first; a large store is read after that. */
const READ_THROUGH_AFTER_MS = 10_000

async function main(): Promise<void> {
  const parent = parentPort
  if (parent === null) throw new Error('the engine runs on a thread of its own')
  const say = (message: FromEngine) => parent.postMessage(message)
  const options = workerData as EngineData

  let opened: { store: OpenStore; engine: Engine }
  try {
    opened = await openEngine(options, (wish) => askForKey(parent, wish))
  } catch (error) {
    const reason = explainStoreError(options.home, error)
    if (!(reason instanceof Problem)) throw error
    say({ type: 'refused', code: reason.code, message: reason.message, hint: reason.hint })
    process.exit(0) // a supervisor that was started already would keep this thread
  }
  const { store, engine } = opened

  const loopDelay = watchLoopDelay()
  const facts = {
    version,
    home: options.home,
    scriptsFolder: homePaths(options.home).scripts,
    startedAt: Date.now(),
  }
  const status = () => statusOf(engine, facts, loopDelay.currentMs())
  const backups = new BackupKeeper({ db: store.db, folder: homePaths(options.home).backups, clock: systemClock })
  if (options.mode !== 'private') backups.start()
  const disk = new DiskWatch(systemClock, volumeOf(homePaths(options.home).reserve), (seen) => {
    // An engine that has just ended has no use for it.
    engine.command((state, tick) => takeDisk(state, tick, seen)).catch(() => undefined)
  })
  disk.start()
  const ending = new AbortController()
  if (!store.isReadThrough && options.mode !== 'private') void readThrough(options.home, ending.signal)
  const serve = servePorts(createRouter(engine, new Feeds(engine, systemClock), backups, status), systemClock)

  parent.on('message', (message: ToEngine) => {
    switch (message.type) {
      case 'connect':
        serve(message.port)
        return
      case 'surroundings':
        engine.takeSurroundings(message.seen)
        return
      case 'woke':
        engine.lookAtClock()
        return
      case 'key':
      case 'key_refused':
        // For whoever has asked for it.
        return
      case 'stop':
        void engine.stop(message.graceMs).then(() => {
          loopDelay.stop()
          backups.stop()
          disk.stop()
          ending.abort()
          store.close()
          process.exit(0)
        })
    }
  })
  say({ type: 'ready' })
}

/** Damage ends this life; the next start reads the store itself, and refuses it in words. */
async function readThrough(home: string, signal: AbortSignal): Promise<void> {
  const { database, lastGood } = homePaths(home)
  try {
    await delay(READ_THROUGH_AFTER_MS, undefined, { signal })
    const damage = await checkStore(database, signal)
    if (damage === null) return
    suspectStore(lastGood)
    endWith(new Error(`the store is damaged: ${damage}`))
  } catch (error) {
    if (!signal.aborted) endWith(error)
  }
}

function trySuspect(lastGoodPath: string): void {
  try {
    suspectStore(lastGoodPath)
  } catch (error) {
    console.error(`The store may be damaged, and that cannot be written down: ${(error as Error).message}`)
  }
}

/** Uncaught on purpose: this life is over, and the host begins another. */
function endWith(error: unknown): void {
  setImmediate(() => {
    throw error
  })
}

/** One question at a time is enough: the key is asked for once, or until there is one. */
async function askForKey(parent: MessagePort, wish: KeyWish): Promise<Uint8Array | null> {
  return new Promise((resolve, reject) => {
    const listen = (message: ToEngine) => {
      if (message.type !== 'key' && message.type !== 'key_refused') return
      parent.off('message', listen)
      if (message.type === 'key') return resolve(message.key)
      reject(new Problem(isProblemCode(message.code) ? message.code : 'INTERNAL', message.message, message.hint))
    }
    parent.on('message', listen)
    parent.postMessage({ type: 'key', wish } satisfies FromEngine)
  })
}

async function openEngine(options: EngineData, askForKey: AskForKey): Promise<{ store: OpenStore; engine: Engine }> {
  const store = openStore(options.home, options.ownerLabel)
  const paths = homePaths(options.home)
  const engine = new Engine({
    store: prepareStore(store.db),
    storeId: store.storeId,
    scriptsFolder: paths.scripts,
    clock: systemClock,
    random: Math.random,
    askForKey,
    slots: defaultSlots(availableParallelism()),
    slotsAtStart: options.slots ?? {},
    life: options.life ?? null,
    isPrivate: options.mode === 'private',
    surroundings: options.surroundings,
    connectInterpreters: (onReports) =>
      startSupervisor(
        {
          tag: store.storeId,
          cacheFolder: paths.cache,
          scriptsFolder: paths.scripts,
          tempFolder: paths.temp,
        },
        onReports,
      ),
    onFatal(error) {
      // The next start reads all of it. There may be no way to write that down; then it finds what it finds.
      if (isStoreFault(error)) trySuspect(paths.lastGood)
      endWith(error)
    },
  })
  await engine.start()
  return { store, engine }
}

await main()
