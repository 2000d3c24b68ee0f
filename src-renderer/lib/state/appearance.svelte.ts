import { MediaQuery } from 'svelte/reactivity'
import { showHoursAs, showTimesIn } from './time-zone.svelte.ts'
import type { ClockChoice, TimeZoneChoice } from './time-zone.svelte.ts'

export type Theme = 'system' | 'light' | 'dark'
export type Density = 'dense' | 'compact' | 'cozy'
export type Motion = 'system' | 'none'
export type { ClockChoice, TimeZoneChoice }
export type Rail = 'wide' | 'narrow'

const railKey = 'signalbox.rail'
const themeKey = 'signalbox.theme'
const densityKey = 'signalbox.density'
const motionKey = 'signalbox.motion'
const zoneKey = 'signalbox.zone'
const clockKey = 'signalbox.clock'

/** Theme, density and rail, kept in this browser. public/before-paint.js reads the same keys before the first paint. */
export class Appearance {
  theme: Theme = $state(storedTheme())
  density: Density = $state(storedDensity())
  motion: Motion = $state(localStorage.getItem(motionKey) === 'none' ? 'none' : 'system')
  zone: TimeZoneChoice = $state(localStorage.getItem(zoneKey) === 'utc' ? 'utc' : 'local')
  clock: ClockChoice = $state(storedClock())
  /** What the person chose; null follows the width of the window. */
  rail: Rail | null = $state(storedRail())
  constructor() {
    this.setMotion(this.motion)
    showTimesIn(this.zone)
    showHoursAs(this.clock)
  }

  #isWindowSmall = new MediaQuery('max-width: 900px')
  #isSystemDark = new MediaQuery('prefers-color-scheme: dark')

  get isRailNarrow(): boolean {
    return this.rail === null ? this.#isWindowSmall.current : this.rail === 'narrow'
  }

  /** What the theme comes to now. */
  get isDark(): boolean {
    return this.theme === 'dark' || (this.theme === 'system' && this.#isSystemDark.current)
  }

  setTheme(theme: Theme): void {
    this.theme = theme
    store(themeKey, theme === 'system' ? null : theme)
    if (theme === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme
  }

  setDensity(density: Density): void {
    this.density = density
    store(densityKey, density === 'compact' ? null : density)
    document.documentElement.dataset['density'] = density
  }

  setMotion(motion: Motion): void {
    this.motion = motion
    store(motionKey, motion === 'system' ? null : motion)
    if (motion === 'system') delete document.documentElement.dataset['motion']
    else document.documentElement.dataset['motion'] = motion
  }

  setZone(zone: TimeZoneChoice): void {
    this.zone = zone
    store(zoneKey, zone === 'local' ? null : zone)
    showTimesIn(zone)
  }

  setClock(clock: ClockChoice): void {
    this.clock = clock
    store(clockKey, clock === 'system' ? null : clock)
    showHoursAs(clock)
  }

  toggleTheme(): void {
    this.setTheme(this.isDark ? 'light' : 'dark')
  }

  toggleRail(): void {
    this.rail = this.isRailNarrow ? 'wide' : 'narrow'
    store(railKey, this.rail)
  }
}

function storedTheme(): Theme {
  const stored = localStorage.getItem(themeKey)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

function storedRail(): Rail | null {
  const stored = localStorage.getItem(railKey)
  return stored === 'wide' || stored === 'narrow' ? stored : null
}

function storedDensity(): Density {
  const stored = localStorage.getItem(densityKey)
  return stored === 'dense' || stored === 'cozy' ? stored : 'compact'
}

function storedClock(): ClockChoice {
  const stored = localStorage.getItem(clockKey)
  return stored === '12' || stored === '24' ? stored : 'system'
}

function store(key: string, value: string | null): void {
  if (value === null) localStorage.removeItem(key)
  else localStorage.setItem(key, value)
}
