import * as v from 'valibot'
import { expect, test } from 'vitest'
import { definitionSchema } from '../../../src-preload/definition.ts'
import { noResourceLimits } from '../../../src-preload/resource-limits.ts'
import { openFamily } from '../../support/family.ts'

const plain = { kind: 'script', code: { from: 'text', name: 'a.ts', text: '' } }

test('a limit that stores of old do not know makes definitions differ only where it is set', async () => {
  const world = await openFamily({ slots: { async: 1, process: 1 } })
  const given = [plain, { ...plain, limits: { tempBytes: null } }, { ...plain, limits: { tempBytes: 2 ** 30 } }]
  const ids = await world.command((state) => given.map((one) => state.definitions.idOf(v.parse(definitionSchema, one))))
  expect(ids[1]).toBe(ids[0])
  expect(ids[2]).not.toBe(ids[0])
  const body = world.db.prepare<[number], string>('SELECT body FROM definitions WHERE id = ?').pluck()
  expect(ids.map((id) => body.get(id)?.includes('tempBytes'))).toEqual([false, false, true])
})

test('what an old store does not say of limits is read as none', async () => {
  const world = await openFamily({ slots: { async: 1, process: 1 } })
  const limits = { memoryBytes: 2 ** 28, cpuMs: null, outputBytes: null, onOutput: 'cut', resultBytes: null }
  const insert = world.db.prepare<[string], number>(
    "INSERT INTO definitions (hash, body) VALUES ('old', ?) RETURNING id",
  )
  const id = insert.pluck().get(JSON.stringify({ ...v.parse(definitionSchema, plain), limits }))
  const read = world.engine.read((state) => state.definitions.get(id ?? 0).limits)
  expect(read).toEqual({ ...noResourceLimits, memoryBytes: 2 ** 28 })
})
