import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { systemVault } from '../../src-main/desktop/key-vault.ts'
import { fileVault } from '../../src-main/secret-key.ts'
import { keyring, safeStorage } from '../support/electron-stand-in/electron.ts'
import { tempFolder } from '../support/temp-folder.ts'

type Storage = Parameters<typeof systemVault>[1]
const storage = (backend = 'gnome_libsecret') =>
  ({ ...safeStorage, getSelectedStorageBackend: () => backend }) as unknown as Storage
const fileOf = (home: string) => join(home, 'secrets.key')

test('a key file is for its owner alone, and holds the same key the next time', async () => {
  const home = tempFolder()
  expect(await fileVault(home).load()).toBeNull()
  const key = await fileVault(home).create()
  expect(statSync(fileOf(home)).mode & 0o777).toBe(0o600)
  expect(Buffer.from((await fileVault(home).load()) ?? [])).toEqual(Buffer.from(key))
})

test('a key file that others can read, or that is damaged, is not used', async () => {
  const home = tempFolder()
  await fileVault(home).create()
  chmodSync(fileOf(home), 0o640)
  expect(() => fileVault(home).load()).toThrow(/may be read by others \(mode 640\)/)
  chmodSync(fileOf(home), 0o600)
  writeFileSync(fileOf(home), 'garbage')
  expect(() => fileVault(home).load()).toThrow(/holds no key/)
})

test.each([
  ['gone', null],
  ['damaged', 'garbage'],
])('a key file that is %s is replaced, and what it held is kept beside the new one', async (_what, text) => {
  const home = tempFolder()
  if (text !== null) writeFileSync(fileOf(home), text, { mode: 0o600 })
  const key = await fileVault(home).createAnew()
  expect(Buffer.from((await fileVault(home).load()) ?? [])).toEqual(Buffer.from(key))
  const beside = readdirSync(home).filter((name) => name.startsWith('secrets.key.given-up-'))
  expect(beside.map((name) => readFileSync(join(home, name), 'utf8'))).toEqual(text === null ? [] : [text])
})

test('where no new key can be kept, the old file stays where it was', async () => {
  const home = tempFolder()
  const key = await systemVault(home, storage()).create()
  await expect(systemVault(home, storage('basic_text')).createAnew()).rejects.toThrow(/keeps no secrets in the clear/)
  const failing = { ...storage(), encryptStringAsync: () => Promise.reject(new Error('busy')) }
  await expect(systemVault(home, failing).createAnew()).rejects.toThrow('busy')
  expect(Buffer.from((await systemVault(home, storage()).load()) ?? [])).toEqual(Buffer.from(key))
})

test("the desktop's key is encrypted by the system, and no other host has it", async () => {
  const home = tempFolder()
  const key = await systemVault(home, storage()).create()
  expect(readFileSync(fileOf(home), 'utf8')).not.toContain(Buffer.from(key).toString('base64'))
  expect(Buffer.from((await systemVault(home, storage()).load()) ?? [])).toEqual(Buffer.from(key))
  expect(() => fileVault(home).load()).toThrow(/kept by the system for the desktop app/)
})

test.runIf(process.platform === 'linux').each(['basic_text', 'unknown'])(
  'with the backend %s the desktop keeps nothing in the clear',
  async (backend) => {
    const home = tempFolder()
    await expect(systemVault(home, storage(backend)).create()).rejects.toThrow(/keeps no secrets in the clear/)
    expect(statSync(fileOf(home), { throwIfNoEntry: false })).toBeUndefined()
  },
)

test('a key file that a person has chosen serves the desktop, too', async () => {
  const home = tempFolder()
  const key = await fileVault(home).create()
  expect(Buffer.from((await systemVault(home, storage('basic_text')).load()) ?? [])).toEqual(Buffer.from(key))
})

test('a key that the system has changed is encrypted anew, and is the same key', async () => {
  const home = tempFolder()
  const key = await systemVault(home, storage()).create()
  const before = readFileSync(fileOf(home), 'utf8')
  keyring.isRotated = true
  onTestFinished(() => void (keyring.isRotated = false))
  const vault = systemVault(home, storage())
  expect(Buffer.from((await vault.load()) ?? [])).toEqual(Buffer.from(key))
  expect(readFileSync(fileOf(home), 'utf8')).not.toBe(before)
  keyring.isRotated = false
  expect(Buffer.from((await vault.load()) ?? [])).toEqual(Buffer.from(key))
  expect(statSync(fileOf(home)).mode & 0o777).toBe(0o600)
})

test('where that fails, the key is had all the same, and nothing of the old one is lost', async () => {
  const home = tempFolder()
  const key = await systemVault(home, storage()).create()
  const before = readFileSync(fileOf(home), 'utf8')
  keyring.isRotated = true
  onTestFinished(() => void (keyring.isRotated = false))
  const failing = { ...storage(), encryptStringAsync: () => Promise.reject(new Error('busy')) }
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  onTestFinished(() => said.mockRestore())
  expect(Buffer.from((await systemVault(home, failing).load()) ?? [])).toEqual(Buffer.from(key))
  expect(said.mock.calls.flat().join('')).toContain('could not be encrypted anew')
  expect(readFileSync(fileOf(home), 'utf8')).toBe(before)
})

test('a key store that is locked says what to do, and gives the key when it is open again', async () => {
  const home = tempFolder()
  const key = await systemVault(home, storage()).create()
  keyring.isLocked = true
  onTestFinished(() => void (keyring.isLocked = false))
  await expect(systemVault(home, storage()).load()).rejects.toMatchObject({
    code: 'SECRETS_LOCKED',
    hint: 'Unlock it, and what waits for them begins.',
  })
  keyring.isLocked = false
  expect(Buffer.from((await systemVault(home, storage()).load()) ?? [])).toEqual(Buffer.from(key))
})
