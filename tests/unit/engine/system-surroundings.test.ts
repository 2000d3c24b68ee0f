import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hasNetwork, readMetered, readSystem } from '../../../src-main/engine/system-surroundings.ts'
import { watchSurroundings } from '../../../src-main/engine/watch-surroundings.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { usualSurroundings } from '../../support/simulated-engine.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

type Supplies = Record<string, Record<string, string>>

function acPowerOf(supplies: Supplies): boolean | null {
  const folder = tempFolder()
  for (const [name, facts] of Object.entries(supplies)) {
    mkdirSync(join(folder, name))
    for (const [fact, value] of Object.entries(facts)) writeFileSync(join(folder, name, fact), `${value}\n`)
  }
  return readSystem({ powerSupplies: folder, localTime: '/nowhere', environment: {} }).acPower
}

const battery = (status: string) => ({ type: 'Battery', scope: 'System', status })
const mouse = { type: 'Battery', scope: 'Device', status: 'Discharging' }

describe('power on Linux', () => {
  test.each<[string, Supplies, boolean]>([
    ['a plug that is on', { AC: { type: 'Mains', online: '1' }, BAT0: battery('Charging') }, true],
    ['a plug that is off', { AC: { type: 'Mains', online: '0' }, BAT0: battery('Discharging') }, false],
    ['two plugs, one of them on', { AC: { type: 'Mains', online: '0' }, USB: { type: 'USB', online: '1' } }, true],
    ['a battery alone that feeds the machine', { BAT0: battery('Discharging') }, false],
    ['a machine without a battery', {}, true],
    ['a desk machine with a mouse', { mouse }, true],
    [
      'a plug that is off, and a mouse only',
      { AC: { type: 'Mains', online: '0' }, BAT0: battery('Full'), mouse },
      false,
    ],
  ])('%s', (_what, supplies, expected) => expect(acPowerOf(supplies)).toBe(expected))

  test('where nothing is told, nobody knows', () => {
    expect(readSystem({ powerSupplies: '/nowhere', localTime: '/nowhere', environment: {} }).acPower).toBeNull()
  })
})

test('the zone is read anew each time, for a machine travels and the platform looks once', () => {
  const folder = tempFolder()
  const zoneOf = (link: string, environment = {}) => {
    const localTime = join(folder, link.replaceAll('/', '_'))
    symlinkSync(`/usr/share/zoneinfo/${link}`, localTime)
    return readSystem({ powerSupplies: '/nowhere', localTime, environment }).zone
  }
  expect(zoneOf('Asia/Kolkata')).toBe('Asia/Kolkata')
  expect(zoneOf('America/Argentina/Buenos_Aires')).toBe('America/Argentina/Buenos_Aires')
  expect(zoneOf('Europe/Oslo', { TZ: 'Pacific/Chatham' })).toBe('Pacific/Chatham')
  expect(zoneOf('posixrules')).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone)
})

test('a network is an address that others can reach', () => {
  const of = (address: string, internal = false) => [{ address, internal } as never]
  expect(hasNetwork({ lo: of('127.0.0.1', true) })).toBe(false)
  expect(hasNetwork({ lo: of('127.0.0.1', true), wlan0: of('169.254.1.1') })).toBe(false)
  expect(hasNetwork({ wlan0: of('fe80::1') })).toBe(false)
  expect(hasNetwork({ eth0: of('192.168.1.7') })).toBe(true)
})

test('NetworkManager says whether the network is metered; without it nobody knows', async () => {
  const folder = tempFolder()
  const manager = (says: string) => {
    const path = join(folder, `nmcli-${says.length}`)
    writeFileSync(path, `#!/bin/sh\nprintf '%b' '${says}'\n`, { mode: 0o755 })
    return path
  }
  expect(await readMetered(manager('no (guessed)\\nunknown\\n'))).toBe(false)
  expect(await readMetered(manager('yes\\nunknown\\n'))).toBe(true)
  expect(await readMetered(manager('unknown\\n'))).toBeNull()
  expect(await readMetered(join(folder, 'missing'))).toBeNull()
})

test('a host tells what is new, at events and within five seconds, and when its clock was moved', async () => {
  const world = new VirtualClock()
  const told: unknown[] = []
  let seen = usualSurroundings
  let onNews = () => undefined as void
  let onWake = () => undefined as void
  let isListening = true
  const stop = watchSurroundings(
    {
      read: () => seen,
      listen: (news, wake) => {
        ;[onNews, onWake] = [news, wake]
        return () => (isListening = false)
      },
    },
    { surroundings: ({ acPower, idleMs }) => told.push([acPower, idleMs]), wake: () => told.push('woke') },
    world.life(),
  )
  const pass = (ms: number) => world.runUntil(world.monoMs + ms)
  await pass(20_000)
  expect(told).toEqual([[true, null]])
  seen = { ...seen, acPower: false }
  onNews()
  expect(told).toEqual([
    [true, null],
    [false, null],
  ])
  seen = { ...seen, acPower: true }
  await pass(5_000)
  world.moveWall(3_600_000)
  await pass(5_000)
  onWake()
  expect(told.slice(2)).toEqual([[true, null], 'woke', 'woke'])
  // Somebody who is away is news once a minute.
  for (let idleMs = 0; idleMs < 180_000; idleMs += 5_000) {
    seen = { ...seen, idleMs }
    await pass(5_000)
  }
  expect(told.slice(5)).toEqual([
    [true, 0],
    [true, 60_000],
    [true, 120_000],
  ])
  stop()
  seen = { ...seen, acPower: false }
  await pass(60_000)
  expect([told.length, isListening]).toEqual([8, false])
})
