import { expect, test } from 'vitest'
import { removeJob, saveJob } from '../../../src-main/engine/commands/jobs.ts'
import { definitionSchema, limits } from '../../../src-preload/definition.ts'
import * as v from 'valibot'
import { openSimulatedEngine } from '../../support/simulated-engine.ts'

async function openWithSaves() {
  const world = await openSimulatedEngine({ slots: { async: 1, process: 1 } })
  const save = (line: string, rest: { description?: string } = {}) =>
    world.command((state, tick) => {
      const definition = v.parse(definitionSchema, { kind: 'command', command: { as: 'shell', line } })
      return saveJob(state, tick, { name: 'work', definition, description: null, priority: 0, replace: true, ...rest })
    })
  const versions = () =>
    world.engine.read(({ store, definitions }) => {
      const job = store.jobs.byName.get('work')
      return store.jobs.versions.all(job?.id ?? 0).map(({ number, definition_id }) => {
        const definition = definitions.get(definition_id)
        return `${number} ${definition.kind === 'command' && definition.command.as === 'shell' ? definition.command.line : ''}`
      })
    })
  return { ...world, save, versions }
}

test('each save that changes what is run is a version; one that changes nothing of it, or the words beside it, is none', async () => {
  const { save, versions } = await openWithSaves()
  await save('one')
  await save('two')
  await save('two')
  await save('two', { description: 'says two' })
  expect(versions()).toEqual(['2 two', '1 one'])
  await save('one')
  expect(versions()).toEqual(['3 one', '2 two', '1 one'])
})

test('the oldest versions are forgotten, and their numbers are not given again', async () => {
  const { save, versions } = await openWithSaves()
  for (let n = 1; n <= limits.jobVersions + 2; n += 1) await save(`line ${n}`)
  const kept = versions()
  expect(kept).toHaveLength(limits.jobVersions)
  expect([kept[0], kept.at(-1)]).toEqual([`${limits.jobVersions + 2} line ${limits.jobVersions + 2}`, '3 line 3'])
})

test('a removed job takes its versions along', async () => {
  const { save, command, versions, db } = await openWithSaves()
  await save('one')
  await command((state, tick) => removeJob(state, tick, 'work'))
  expect(db.prepare('SELECT count(*) FROM job_versions').pluck().get()).toBe(0)
  await save('again')
  expect(versions()).toEqual(['1 again'])
})
