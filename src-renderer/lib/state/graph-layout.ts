/** Where the nodes of a graph stand, and the lines between them. Pure; lengths are CSS pixels before any zoom. */
import type { GraphEdge, GraphNode } from './run-graph.ts'

export type Place = { x: number; y: number }
export type Layout = { places: ReadonlyMap<string, Place>; width: number; height: number }
export type Direction = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight'

export const box = { width: 188, height: 52 }
const gap = { x: 64, y: 14 }
const margin = 20
const columnPx = box.width + gap.x
const rowPx = box.height + gap.y

/**
 * What descends from a run is a tree: a column for each generation, a row for each leaf, and who has children in the middle
 * of them. Things stand in a column behind all of it, near those who wait. So a wait that begins or ends moves no run.
 */
export function layoutGraph(nodes: Pick<GraphNode, 'key' | 'parent' | 'is'>[], edges: GraphEdge[]): Layout {
  const tree = nodes.filter(({ is }) => is !== 'thing')
  const below = Map.groupBy(tree, ({ parent }) => parent)
  const places = new Map<string, Place>()
  let rows = 0
  const put = (key: string, column: number): number => {
    const rowsBelow = (below.get(key) ?? []).map((child) => put(child.key, column + 1))
    const [first, last] = [rowsBelow[0], rowsBelow.at(-1)]
    const row = first === undefined || last === undefined ? rows++ : (first + last) / 2
    places.set(key, { x: margin + column * columnPx, y: margin + row * rowPx })
    return row
  }
  for (const { key } of below.get(null) ?? []) put(key, 0)
  putThings(nodes, edges, places)
  const ends = [...places.values()]
  return {
    places,
    width: Math.max(0, ...ends.map(({ x }) => x)) + box.width + margin,
    height: Math.max(0, ...ends.map(({ y }) => y)) + box.height + margin,
  }
}

function putThings(nodes: Pick<GraphNode, 'key' | 'is'>[], edges: GraphEdge[], places: Map<string, Place>): void {
  const inTree = [...places.values()]
  const x = Math.max(...inTree.map((place) => place.x)) + columnPx
  const bottom = Math.max(...inTree.map((place) => place.y))
  const wanted = nodes
    .filter(({ is }) => is === 'thing')
    .map(({ key }) => {
      const waiting = edges.flatMap(({ from, to }) => (to === key ? (places.get(from)?.y ?? []) : []))
      return { key, y: waiting.length === 0 ? bottom : waiting.reduce((sum, y) => sum + y, 0) / waiting.length }
    })
    .sort((a, b) => a.y - b.y)
  let free = margin
  for (const { key, y } of wanted) {
    places.set(key, { x, y: Math.max(free, y) })
    free = Math.max(free, y) + rowPx
  }
}

/** In SVG's words: between the sides that face each other, and around the right of two in one column. */
export function linePath(from: Place, to: Place): string {
  const [y1, y2] = [from.y + box.height / 2, to.y + box.height / 2]
  if (from.x === to.x) {
    const x = from.x + box.width
    return `M${x},${y1} C${x + gap.x * 0.7},${y1} ${x + gap.x * 0.7},${y2} ${x},${y2}`
  }
  const isForward = to.x > from.x
  const [x1, x2] = isForward ? [from.x + box.width, to.x] : [from.x, to.x + box.width]
  const bend = (isForward ? 1 : -1) * Math.min(gap.x / 2, Math.abs(x2 - x1) / 2)
  return `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`
}

/** The nearest node that lies that way; one straight ahead is nearer than one aside. */
export function neighbour(places: ReadonlyMap<string, Place>, key: string, way: Direction): string | null {
  const here = places.get(key)
  if (here === undefined) return null
  let best: { key: string; far: number } | null = null
  for (const [other, { x, y }] of places) {
    const [right, down] = [x - here.x, y - here.y]
    const ahead = { ArrowUp: -down, ArrowDown: down, ArrowLeft: -right, ArrowRight: right }[way]
    const aside = Math.abs(way === 'ArrowUp' || way === 'ArrowDown' ? right : down)
    const far = ahead + 2 * aside
    if (ahead > 0 && (best === null || far < best.far)) best = { key: other, far }
  }
  return best?.key ?? null
}

const zoomSteps = [0.5, 0.65, 0.8, 1, 1.25, 1.5, 2]

/** The next step in or out; the same at the end. Smaller than half, a node could not be hit any more. */
export function zoomStep(zoom: number, by: 1 | -1): number {
  const further = zoomSteps.filter((step) => (by === 1 ? step > zoom + 0.001 : step < zoom - 0.001))
  return (by === 1 ? further[0] : further.at(-1)) ?? zoom
}

/** So that all of it can be seen, as far as it stays readable; never larger than life. */
export function zoomToFit({ width, height }: Layout, room: { width: number; height: number }): number {
  const fitting = Math.min(1, room.width / width, room.height / height)
  return Math.max(0.5, fitting)
}
