/** `edges(vertex)` are the vertices it leads to, all of them among `vertices`. */
export type Graph = { readonly vertices: readonly number[]; readonly edges: (vertex: number) => readonly number[] }

/**
 * The strongly connected components that nothing leads out of (Tarjan's search, with a stack of its own: a chain of a
 * hundred thousand must not overflow the call stack). A single vertex without an edge to itself is none.
 */
export function sinkComponents({ vertices, edges }: Graph): number[][] {
  const order = new Map<number, number>()
  const low = new Map<number, number>()
  const component = new Map<number, number>()
  const found: { members: number[]; isSink: boolean }[] = []
  const open: number[] = []
  const path: { vertex: number; next: number }[] = []

  const enter = (vertex: number) => {
    order.set(vertex, order.size)
    low.set(vertex, order.size - 1)
    open.push(vertex)
    path.push({ vertex, next: 0 })
  }
  const lower = (vertex: number, to: number) => void low.set(vertex, Math.min(low.get(vertex) ?? to, to))

  for (const root of vertices) {
    if (order.has(root)) continue
    enter(root)
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const target = edges(step.vertex)[step.next]
      if (target !== undefined) {
        step.next += 1
        if (!order.has(target)) enter(target)
        else if (!component.has(target)) lower(step.vertex, order.get(target) ?? 0)
        continue
      }
      path.pop()
      const { vertex } = step
      const parent = path.at(-1)
      if (parent !== undefined) lower(parent.vertex, low.get(vertex) ?? 0)
      if (low.get(vertex) === order.get(vertex)) close(vertex)
    }
  }
  return found.filter(({ isSink }) => isSink).map(({ members }) => members)

  function close(root: number): void {
    const members = open.splice(open.lastIndexOf(root))
    for (const member of members) component.set(member, found.length)
    const own = found.length
    const targets = members.flatMap((member) => edges(member))
    found.push({ members, isSink: targets.length > 0 && targets.every((target) => component.get(target) === own) })
  }
}

/** A shortest cycle through one of `starts`, that one first and not repeated; of two the one found from the first start. */
export function shortestCycle(starts: readonly number[], edges: Graph['edges']): number[] {
  let shortest: number[] | null = null
  for (const start of starts) {
    const cycle = shortestCycleFrom(start, edges, shortest?.length ?? Infinity)
    if (cycle !== null) shortest = cycle
  }
  if (shortest === null) throw new Error('no cycle leads through these vertices')
  return shortest
}

/** Breadth first, to a length below `below`; null when there is none so short. */
function shortestCycleFrom(start: number, edges: Graph['edges'], below: number): number[] | null {
  const cameFrom = new Map<number, number>()
  let border = [start]
  for (let length = 1; length < below && border.length > 0; length += 1) {
    const next: number[] = []
    for (const vertex of border) {
      for (const target of edges(vertex)) {
        if (target === start) return pathTo(vertex, start, cameFrom)
        if (cameFrom.has(target)) continue
        cameFrom.set(target, vertex)
        next.push(target)
      }
    }
    border = next
  }
  return null
}

function pathTo(end: number, start: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const path = [end]
  for (let vertex = end; vertex !== start;) {
    const previous = cameFrom.get(vertex)
    if (previous === undefined) throw new Error('the way back is lost')
    path.push(previous)
    vertex = previous
  }
  return path.reverse()
}
