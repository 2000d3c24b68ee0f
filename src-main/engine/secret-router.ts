import { implement } from '@orpc/server'
import type { Problem } from '../../src-preload/problem.ts'
import { problem } from '../../src-preload/problem.ts'
import { secretContract } from '../../src-preload/secrets.ts'
import type { SecretRow } from '../../src-preload/secrets.ts'
import { goOnWithSecrets, removeSecret, resetSecrets, setSecret } from './commands/secrets.ts'
import type { Engine } from './engine.ts'
import type { EngineState } from './state.ts'

/** Answers the calls about secrets. A value comes in and is never said again. */
export function createSecretRouter(engine: Engine) {
  const on = implement(secretContract)
  return on.router({
    secrets: {
      set: on.secrets.set.handler(async ({ input }) => {
        await engine.read(({ secrets }) => secrets.unlock())
        return engine.command((state, tick) => {
          setSecret(state, tick, input.name, input.value)
          return rowNamed(state, input.name)
        })
      }),
      open: on.secrets.open.handler(async () => {
        const { secrets } = engine.read((state) => state)
        if (!(await secrets.open()) && secrets.lockedBy !== null) throw secrets.lockedBy
        await engine.command(goOnWithSecrets)
        return { opened: true as const }
      }),
      list: on.secrets.list.handler(() => engine.read((state) => rows(state))),
      remove: on.secrets.remove.handler(async ({ input }) => {
        await engine.command((state, tick) => {
          const { name, jobs } = rowNamed(state, input.name)
          if (jobs.length > 0) throw problem('SECRET_IN_USE', { name, jobs })
          removeSecret(state, tick, name)
        })
        return { removed: true as const }
      }),
      reset: on.secrets.reset.handler(async ({ input }) => {
        // What opens them after all is better than a new key.
        if (await engine.read(({ secrets }) => secrets.open())) throw problem('SECRETS_OPEN')
        const assertSame = (state: EngineState) => {
          const names = rows(state).map(({ name }) => name)
          if (names.join() !== [...input.names].sort().join()) throw problem('SECRETS_CHANGED', { names })
        }
        engine.read(assertSame)
        const key = await engine.read(({ secrets }) => secrets.makeKeyAnew())
        return engine.command((state, tick) => {
          assertSame(state)
          resetSecrets(state, tick, key)
          return rows(state)
        })
      }),
    },
  })
}

function rows({ store, definitions, secrets }: EngineState): SecretRow[] {
  const jobs = store.jobs.all
    .all()
    .map(({ name, definition_id }) => ({ name, definition: definitions.get(definition_id) }))
  return store.secrets.all.all().map(({ name, created_at, updated_at }) => ({
    name,
    createdAt: created_at,
    updatedAt: updated_at,
    jobs: jobs
      .filter(({ definition }) => definition.secrets.some((needed) => needed.name === name))
      .map((job) => job.name),
    problem: problemIn(secrets.problemOf(name)),
  }))
}

const problemIn = (found: Problem | null) => found && { message: found.message, hint: found.hint }

function rowNamed(state: EngineState, name: string): SecretRow {
  const row = rows(state).find((each) => each.name === name)
  if (row === undefined) throw problem('SECRET_NOT_FOUND', { name })
  return row
}
