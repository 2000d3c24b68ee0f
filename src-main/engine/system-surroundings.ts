import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Surroundings } from '../core/conditions.ts'

/** Where a host looks; tests give a folder of their own. */
export type SystemPlaces = { powerSupplies: string; localTime: string; environment: Record<string, string | undefined> }

const usualPlaces: SystemPlaces = {
  powerSupplies: '/sys/class/power_supply',
  localTime: '/etc/localtime',
  environment: process.env,
}

/** What can be seen of the machine without a desktop. Linux tells of power; nobody tells whether somebody is at the keyboard. */
export function readSystem(places: SystemPlaces = usualPlaces): Omit<Surroundings, 'metered'> {
  return { acPower: readAcPower(places), idleMs: null, network: hasNetwork(), zone: readZone(places) }
}

/**
 * By Linux' power supplies: one of the mains that is on, or no battery that feeds the machine. A machine that lists none
 * runs from the wall. Null: there is no such folder.
 */
function readAcPower({ powerSupplies }: SystemPlaces): boolean | null {
  let names: string[]
  try {
    names = readdirSync(powerSupplies)
  } catch {
    return null
  }
  const read = (name: string, fact: string): string => {
    try {
      return readFileSync(join(powerSupplies, name, fact), 'utf8').trim()
    } catch {
      return '' // a supply says what it knows, and can be unplugged between two looks
    }
  }
  // A mouse has a battery too, of scope Device.
  const supplies = names.filter((name) => read(name, 'scope') !== 'Device')
  const plugs = supplies.filter((name) => ['Mains', 'USB', 'Wireless'].includes(read(name, 'type')))
  if (plugs.some((name) => read(name, 'online') === '1')) return true
  const batteries = supplies.filter((name) => read(name, 'type') === 'Battery')
  if (batteries.length === 0) return true
  return plugs.length === 0 && batteries.every((name) => read(name, 'status') !== 'Discharging')
}

/** An address that others can reach; the loopback and those that a device gives itself are none. */
export const hasNetwork = (interfaces = networkInterfaces()): boolean =>
  Object.values(interfaces).some((addresses = []) =>
    addresses.some(({ address, internal }) => !internal && !/^(169\.254\.|fe80:)/i.test(address)),
  )

/**
 * The system's zone now. The platform looks it up once per process, so a machine that travels would keep the old one:
 * hence from the link that the system keeps.
 */
function readZone({ localTime, environment }: SystemPlaces): string {
  const named = environment['TZ'] ?? nameInLink(localTime)
  if (named !== null && isZone(named)) return named
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

function nameInLink(path: string): string | null {
  try {
    return /zoneinfo\/(.+)$/.exec(readlinkSync(path))?.[1] ?? null
  } catch {
    return null // no link: a copy of the zone's file, or Windows
  }
}

function isZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** By NetworkManager, of the devices that are connected; null: it is not there, or does not know. */
export async function readMetered(command = 'nmcli'): Promise<boolean | null> {
  const output = await new Promise<string>((resolve) =>
    execFile(command, ['-g', 'GENERAL.METERED', 'device', 'show'], { timeout: 5_000 }, (error, stdout) =>
      resolve(error === null ? stdout : ''),
    ),
  )
  if (/^yes/m.test(output)) return true
  return /^no/m.test(output) ? false : null
}
