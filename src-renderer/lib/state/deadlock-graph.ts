import type { Deadlock, ResourceName } from '../../../src-preload/contract.ts'

/** A run in the drawing, in the middle of its box. */
export type GraphNode = { key: string; run: number; name: string; x: number; y: number; isVictim: boolean }
/** From who waits to who has it; `path` in SVG's words, the label in its middle. */
export type GraphEdge = { key: string; path: string; label: string; x: number; y: number }

export const box = { width: 168, height: 34 }
const wordOf: Record<ResourceName['kind'], string> = {
  lock: 'lock',
  semaphore: 'semaphore',
  key: 'only',
  slot: 'slot',
  queue_join: 'queue',
}

/**
 * The cycle of a deadlock as runs in a row, each waiting for the next, and the last for the first. Several tasks of one run
 * that follow on each other are one box.
 */
export function deadlockGraph({ cycle, members, victim }: Deadlock): {
  nodes: GraphNode[]
  edges: GraphEdge[]
  width: number
  height: number
} {
  const links = cycle.filter(({ run }, index) => cycle.length === 1 || cycle[(index + 1) % cycle.length]?.run !== run)
  const shown = links.length > 0 ? links : cycle.slice(0, 1)
  const gap = 132
  const [left, top] = [12, 34]
  const nodes = shown.map(({ run, task }, index): GraphNode => ({
    key: `${run} ${task ?? ''}`,
    run,
    name: members.find((member) => member.run === run)?.name ?? '',
    x: left + box.width / 2 + index * (box.width + gap),
    y: top + box.height / 2,
    isVictim: run === victim.run,
  }))
  const width = left * 2 + nodes.length * box.width + (nodes.length - 1) * gap
  const below = top + box.height + 30
  const edges = shown.map((link, index): GraphEdge => {
    const label = link.by === 'end' ? 'its end' : `${wordOf[link.of.kind]} ${link.of.resource}`
    const from = nodes[index]
    const to = nodes[(index + 1) % nodes.length]
    if (from === undefined || to === undefined) throw new Error('a cycle is never empty')
    if (index < nodes.length - 1) {
      const [start, end] = [from.x + box.width / 2, to.x - box.width / 2 - 2]
      return { key: `${index}`, path: `M${start},${from.y} H${end}`, label, x: (start + end) / 2, y: from.y - 8 }
    }
    const path = `M${from.x},${from.y + box.height / 2} V${below} H${to.x} V${to.y + box.height / 2 + 2}`
    return { key: `${index}`, path, label, x: nodes.length === 1 ? from.x : (from.x + to.x) / 2, y: below - 6 }
  })
  return { nodes, edges, width, height: below + 10 }
}
