import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openSimulatedEngine } from '../../support/simulated-engine.ts'

const broken = (error: Error) => () => {
  throw error
}

test.each(['SQLITE_IOERR_READ', 'SQLITE_CORRUPT', 'SQLITE_FULL'])(
  'a reader that comes upon %s ends the engine, and is told so',
  async (code) => {
    const world = await openSimulatedEngine()
    const fault = new Database.SqliteError('the disk', code)
    expect(() => world.engine.read(broken(fault))).toThrow(expect.objectContaining({ code: 'ENGINE_LOST' }))
    expect(() => world.engine.read(broken(fault))).toThrow(expect.objectContaining({ code: 'ENGINE_LOST' }))
    expect(world.fatal.splice(0)).toEqual([fault])
    await expect(world.engine.command(() => 'done')).rejects.toMatchObject({ code: 'DRAINING' })
  },
)

test('a reader with a fault of its own ends nothing', async () => {
  const world = await openSimulatedEngine()
  const fault = new Database.SqliteError('no such column', 'SQLITE_ERROR')
  expect(() => world.engine.read(broken(fault))).toThrow(fault)
  expect(await world.command(() => 'done')).toBe('done')
})
