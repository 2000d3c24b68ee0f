import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const css = readFileSync(join(import.meta.dirname, '../../../src-renderer/lib/ui/tokens.css'), 'utf8')
const pairs = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }],
  ),
)
const states = [...pairs.keys()].filter((name) => name.endsWith('-bar')).map((name) => name.slice(0, -'-bar'.length))
const surfaces = ['bg-0', 'bg-1', 'bg-2', 'bg-3']
const themes = ['light', 'dark'] as const
type Theme = (typeof themes)[number]

function colour(name: string, theme: Theme): string {
  const pair = pairs.get(name)
  if (!pair) throw new Error(`tokens.css has no --${name}`)
  return pair[theme]
}

/** WCAG 2.2 relative luminance. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

const worst = (name: string, grounds: string[], theme: Theme): number =>
  Math.min(...grounds.map((ground) => contrast(colour(name, theme), colour(ground, theme))))

describe.each(themes)('colours of the %s theme', (theme) => {
  it('knows twelve states', () => {
    expect(states).toHaveLength(12)
  })

  it.each(states)('lets %s be read on every surface and on its chip', (state) => {
    expect(worst(`${state}-fg`, [...surfaces, `${state}-bg`], theme)).toBeGreaterThanOrEqual(4.5)
  })

  it.each(states)('lets the bar of %s be told from the window and from panels', (state) => {
    expect(worst(`${state}-bar`, ['bg-0', 'bg-1'], theme)).toBeGreaterThanOrEqual(3)
  })

  it.each(['text-1', 'text-2', 'text-3', 'accent'])('lets %s be read on every surface', (text) => {
    expect(worst(text, surfaces, theme)).toBeGreaterThanOrEqual(4.5)
  })

  it('lets the edges of controls be seen on every surface', () => {
    expect(worst('control-line', surfaces, theme)).toBeGreaterThanOrEqual(3)
  })

  it('lets text be read on primary buttons and on marked matches', () => {
    expect(worst('on-accent', ['accent'], theme)).toBeGreaterThanOrEqual(4.5)
    expect(worst('text-1', ['mark'], theme)).toBeGreaterThanOrEqual(4.5)
  })
})
