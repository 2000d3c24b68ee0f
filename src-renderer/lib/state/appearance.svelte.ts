import { MediaQuery } from 'svelte/reactivity'

export type Theme = 'system' | 'light' | 'dark'
export type Density = 'dense' | 'compact' | 'cozy'
export type Rail = 'wide' | 'narrow'

const railKey = 'signalbox.rail'
const themeKey = 'signalbox.theme'
const densityKey = 'signalbox.density'

/** Theme, density and rail, kept in this browser. public/before-paint.js reads the same keys before the first paint. */
export class Appearance {
  theme: Theme = $state(storedTheme())
  density: Density = $state(storedDensity())
  /** What the person chose; null follows the width of the window. */
  rail: Rail | null = $state(storedRail())
  #isWindowSmall = new MediaQuery('max-width: 900px')

  get isRailNarrow(): boolean {
    return this.rail === null ? this.#isWindowSmall.current : this.rail === 'narrow'
  }

  /** What the theme comes to now. */
  get isDark(): boolean {
    return this.theme === 'dark' || (this.theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
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

function store(key: string, value: string | null): void {
  if (value === null) localStorage.removeItem(key)
  else localStorage.setItem(key, value)
}
