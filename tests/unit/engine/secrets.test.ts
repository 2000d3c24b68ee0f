import Database from 'better-sqlite3'
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { problem } from '../../../src-preload/problem.ts'
import { Secrets } from '../../../src-main/engine/secrets.ts'
import { migrate, readMigrations } from '../../../src-main/store/migrate.ts'
import { prepareStore } from '../../../src-main/store/store.ts'
import { command } from '../../support/supervised.ts'

function openStore() {
  const db = new Database(':memory:')
  migrate(db, readMigrations())
  return prepareStore(db)
}
const needs = (...names: string[]) =>
  command('true', { secrets: names.map((name) => ({ env: name.toUpperCase(), name })) })
const key = randomBytes(32)
const has = (kept: Uint8Array | null) => () => Promise.resolve(kept)

async function filled(store: ReturnType<typeof openStore>) {
  const secrets = new Secrets(store, has(key))
  await secrets.open()
  await secrets.unlock()
  secrets.set('api', 'the first value', 1)
  secrets.set('other', 'another value', 1)
  return secrets
}

test('a value is sealed in the store, and open again in the next life', async () => {
  const store = openStore()
  await filled(store)
  const bytes = store.db.serialize()
  expect(bytes.includes('the first value')).toBe(false)
  const next = new Secrets(store, has(key))
  await next.open()
  expect(next.give(needs('api', 'other'))).toEqual({ values: { API: 'the first value', OTHER: 'another value' } })
  expect(next.give(needs())).toBeUndefined()
})

test('the same value is never sealed to the same bytes', async () => {
  const store = openStore()
  const secrets = await filled(store)
  const sealed = () =>
    store.secrets.all
      .all()
      .find(({ name }) => name === 'api')
      ?.sealed.toString('hex')
  const before = sealed()
  secrets.set('api', 'the first value', 2)
  expect(sealed()).not.toBe(before)
})

test('an attempt whose secret is not there is told which', async () => {
  const secrets = await filled(openStore())
  secrets.remove('other')
  expect(secrets.give(needs('api', 'other'))).toMatchObject({
    refusal: { name: 'SecretError', message: 'There is no secret named "other".' },
  })
  expect(() => secrets.remove('other')).toThrow('There is no secret named "other".')
})

test.each([
  ['another key', has(randomBytes(32)), /the key does not open "api"/],
  ['no key', has(null), /secrets.key is missing/],
  [
    'a store that is locked',
    () => Promise.reject(problem('SECRETS_LOCKED', { why: 'it sleeps', todo: 'Wake it.' })),
    /it sleeps/,
  ],
])('with %s nothing is given, and nothing is overwritten', async (_what, ask, why) => {
  const store = openStore()
  await filled(store)
  const secrets = new Secrets(store, ask)
  expect(await secrets.open()).toBe(false)
  expect(secrets.give(needs('api'))).toMatchObject({ refusal: { message: why as never } })
  await expect(secrets.unlock()).rejects.toThrow(why)
  expect(() => secrets.set('api', 'new', 2)).toThrow(why)
})

test('a sealed value that was put in the place of another is not taken for it', async () => {
  const store = openStore()
  await filled(store)
  store.db.exec(
    `UPDATE secrets SET (nonce, sealed) = (SELECT nonce, sealed FROM secrets WHERE name = 'other') WHERE name = 'api'`,
  )
  const secrets = new Secrets(store, has(key))
  await secrets.open()
  expect(secrets.give(needs('api'))).toMatchObject({ refusal: { name: 'SecretError' } })
})

test('secrets whose key is lost are given up, stay so in the next life, and are set anew one by one', async () => {
  const store = openStore()
  await filled(store)
  const another = randomBytes(32)
  const secrets = new Secrets(store, has(null))
  expect(await secrets.open()).toBe(false)
  secrets.giveUp(another)
  expect(secrets.isKeyAway).toBe(false)
  expect(secrets.lockedBy?.message).toContain('"api", "other" were given up')
  secrets.set('api', 'set anew', 3)
  expect(secrets.give(needs('api'))).toEqual({ values: { API: 'set anew' } })
  expect(secrets.give(needs('other'))).toMatchObject({ refusal: { message: /"other" was given up/ as never } })

  const next = new Secrets(store, has(another))
  expect(await next.open()).toBe(true)
  expect([next.isLocked, next.problemOf('api'), next.problemOf('other')?.hint]).toEqual([
    true,
    null,
    expect.stringContaining('signalbox secret set other'),
  ])
  next.remove('other')
  expect(next.isLocked).toBe(false)
  const last = new Secrets(store, has(another))
  await last.open()
  expect([last.isLocked, last.give(needs('api'))]).toEqual([false, { values: { API: 'set anew' } }])
})

test('given up before any is set anew: the next life needs no key, and the old one brings them back', async () => {
  const store = openStore()
  await filled(store)
  const secrets = new Secrets(store, has(null))
  await secrets.open()
  secrets.giveUp(randomBytes(32))
  const without = new Secrets(store, has(null))
  expect([await without.open(), without.isKeyAway, without.isLocked]).toEqual([true, false, true])
  const found = new Secrets(store, has(key))
  expect([await found.open(), found.isLocked]).toEqual([true, false])
  expect(found.give(needs('api'))).toEqual({ values: { API: 'the first value' } })
})
