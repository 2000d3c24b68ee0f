import { shortestCycle, sinkComponents } from './strong-components.ts'

/** `node`: that it comes to its end. `permits`: that so many of a resource are free at once. */
export type Need =
  | { readonly for: 'node'; readonly node: string }
  | {
      readonly for: 'permits'
      readonly of: string
      readonly amount: number
      /** Its place in the line, smaller first: nobody is served before those ahead. Null: it stands in no line. */
      readonly turn: number | null
    }

/** Who waits: in one of the ways all needs must be met. No ways: it waits for nothing that others here could hold back. */
export type WaitNode = { readonly id: string; readonly ways: readonly (readonly Need[])[] }

/** Permits that are given and come back. A share comes back as soon as one of `by` can go on. */
export type Resource = {
  readonly key: string
  readonly free: number
  readonly shares: readonly { readonly amount: number; readonly by: readonly string[] }[]
}

/** In a cycle each waits for the next: for what it holds, for its end, or because it is ahead in the line for `of`. */
export type Link = { readonly node: string } & (
  { readonly by: 'holds' | 'ahead'; readonly of: string } | { readonly by: 'end' }
)

/** Nodes that can never go on, whatever the others do, and a shortest cycle that shows why. */
export type Knot = { readonly nodes: readonly string[]; readonly cycle: readonly Link[] }

/** How many nodes of one knot are tried as the start of its shortest cycle: all of a small one, one of a very large one. */
const startsIn = (knot: number) => Math.ceil(4_096 / knot)

/**
 * Who waits for each other for ever. Everybody who can go on is taken to give back, sooner or later, what it holds; what
 * then still cannot go on is deadlocked. Whom or what the graph does not know is no obstacle, and so is a need for more
 * permits than there are: somebody outside has to act in any case. Each knot is one that would stay if all others were
 * undone. The cost grows with the needs and shares, once for each knot that is behind another.
 */
export function findKnots(nodes: readonly WaitNode[], resources: readonly Resource[], limit = 100): Knot[] {
  const graph = new Graph(nodes, resources)
  const knots: Knot[] = []
  while (knots.length < limit) {
    const found = graph.sinks()
    if (found.length === 0) break
    knots.push(...found.map((members) => graph.describe(members)))
    for (const members of found) for (const node of members) graph.letGoOn(node)
  }
  return knots.slice(0, limit)
}

type Waiter = { node: number; way: number; amount: number; turn: number; isMet: boolean }
type Pool = {
  key: string
  readonly total: number
  available: number
  shares: { amount: number; by: number[]; isBack: boolean }[]
  /** In their order; everybody before `served` can go on. */
  line: Waiter[]
  served: number
  /** Those who stand in no line, the smallest amount first. */
  loose: Waiter[]
  servedLoose: number
}

/** Vertices are numbers: the nodes, then the pools, then the end of each node, so that all links are two edges long. */
class Graph {
  readonly #nodes: readonly WaitNode[]
  readonly #index: Map<string, number>
  readonly #pools: Pool[]
  readonly #poolIndex: Map<string, number>
  /** By node and way: how many needs are not met. */
  readonly #unmet: number[][]
  readonly #awaitedBy: { node: number; way: number }[][]
  readonly #sharesOf: { pool: Pool; share: Pool['shares'][number] }[][]
  readonly #linesOf: Pool[][]
  readonly #canGoOn: boolean[]
  #news: number[] = []

  constructor(nodes: readonly WaitNode[], resources: readonly Resource[]) {
    this.#nodes = nodes
    this.#index = new Map(nodes.map(({ id }, index) => [id, index]))
    this.#poolIndex = new Map(resources.map(({ key }, index) => [key, index]))
    this.#canGoOn = nodes.map(() => false)
    this.#awaitedBy = nodes.map(() => [])
    this.#sharesOf = nodes.map(() => [])
    this.#linesOf = nodes.map(() => [])
    this.#pools = resources.map((resource) => this.#poolOf(resource))
    this.#unmet = nodes.map((node, index) => node.ways.map((way, number) => this.#enter(index, number, way)))
    for (const pool of this.#pools) {
      pool.line.sort((a, b) => a.turn - b.turn)
      pool.loose.sort((a, b) => a.amount - b.amount)
      this.#serve(pool)
    }
    for (const [index, ways] of this.#unmet.entries()) {
      if (ways.length === 0 || ways.includes(0)) this.letGoOn(index)
    }
  }

  /** The node and all that it keeps from going on. */
  letGoOn(first: number): void {
    this.#mark(first)
    for (let node = this.#news.pop(); node !== undefined; node = this.#news.pop()) {
      for (const { node: waiting, way } of at(this.#awaitedBy, node)) this.#meet(waiting, way)
      for (const { pool, share } of at(this.#sharesOf, node)) {
        if (share.isBack) continue
        share.isBack = true
        pool.available += share.amount
        this.#serve(pool)
      }
      for (const pool of at(this.#linesOf, node)) this.#serve(pool)
    }
  }

  /** Sets of stuck nodes that wait for nobody outside the set. */
  sinks(): number[][] {
    const vertices = this.#nodes.flatMap((_node, index) => (this.#canGoOn[index] === true ? [] : [index]))
    const edges = this.#stuckEdges()
    return sinkComponents({ vertices, edges }).map((members) =>
      members.filter((vertex) => vertex < this.#nodes.length).sort((a, b) => a - b),
    )
  }

  describe(members: readonly number[]): Knot {
    const cycle = shortestCycle(members.slice(0, startsIn(members.length)), this.#stuckEdges())
    const links: Link[] = []
    for (let step = 0; step < cycle.length; step += 2) links.push(this.#link(at(cycle, step), at(cycle, step + 1)))
    return { nodes: members.map((member) => this.#id(member)), cycle: links }
  }

  #link(node: number, via: number): Link {
    const id = this.#id(node)
    const pool = this.#pools[via - this.#nodes.length]
    if (pool !== undefined) return { node: id, by: 'holds', of: pool.key }
    const next = via - this.#nodes.length - this.#pools.length
    const line = at(this.#linesOf, node).find((each) => this.#stuckAhead(each, node) === next)
    const isAwaited = at(this.#awaitedBy, next).some((each) => each.node === node)
    return line === undefined || isAwaited ? { node: id, by: 'end' } : { node: id, by: 'ahead', of: line.key }
  }

  /** From a stuck node to what holds it back, from there to the stuck nodes that it depends on. */
  #stuckEdges(): (vertex: number) => readonly number[] {
    const { length } = this.#nodes
    const known = new Map<number, readonly number[]>()
    return (vertex) => {
      let targets = known.get(vertex)
      if (targets !== undefined) return targets
      const pool = this.#pools[vertex - length]
      if (vertex < length) targets = this.#obstacles(vertex)
      else if (pool === undefined) targets = [vertex - length - this.#pools.length]
      else targets = pool.shares.flatMap(({ isBack, by }) => (isBack ? [] : by))
      known.set(vertex, targets)
      return targets
    }
  }

  #obstacles(node: number): number[] {
    const endOf = (other: number) => this.#nodes.length + this.#pools.length + other
    const obstacles = new Set<number>()
    for (const need of at(this.#nodes, node).ways.flat()) {
      if (need.for === 'node') {
        const other = this.#index.get(need.node)
        if (other !== undefined && this.#canGoOn[other] === false) obstacles.add(endOf(other))
        continue
      }
      const number = this.#poolIndex.get(need.of)
      if (number === undefined) continue
      const pool = at(this.#pools, number)
      if (need.amount > pool.total) continue
      if (need.amount > pool.available) obstacles.add(this.#nodes.length + number)
      else if (need.turn !== null) {
        const ahead = this.#stuckAhead(pool, node)
        if (ahead !== null) obstacles.add(endOf(ahead))
      }
    }
    return [...obstacles]
  }

  /** The first of the line, which everybody behind waits for; null for the first itself. */
  #stuckAhead(pool: Pool, node: number): number | null {
    const first = pool.line[pool.served]
    return first === undefined || first.node === node ? null : first.node
  }

  #poolOf({ key, free, shares }: Resource): Pool {
    const total = shares.reduce((sum, { amount }) => sum + amount, free)
    const pool: Pool = { key, total, available: free, shares: [], line: [], served: 0, loose: [], servedLoose: 0 }
    for (const { amount, by } of shares) {
      const known = by.flatMap((id) => this.#index.get(id) ?? [])
      if (known.length === 0) {
        pool.available += amount
        continue
      }
      const share = { amount, by: known, isBack: false }
      pool.shares.push(share)
      for (const node of known) at(this.#sharesOf, node).push({ pool, share })
    }
    return pool
  }

  /** Enters the needs of one way; returns how many of them are not met by nature. */
  #enter(node: number, way: number, needs: readonly Need[]): number {
    let unmet = 0
    for (const need of needs) {
      if (need.for === 'node') {
        const other = this.#index.get(need.node)
        if (other === undefined) continue
        at(this.#awaitedBy, other).push({ node, way })
        unmet += 1
        continue
      }
      const number = this.#poolIndex.get(need.of)
      if (number === undefined) continue
      const pool = at(this.#pools, number)
      if (need.amount > pool.total) continue
      const waiter = { node, way, amount: need.amount, turn: need.turn ?? 0, isMet: false }
      if (need.turn === null) pool.loose.push(waiter)
      else {
        pool.line.push(waiter)
        at(this.#linesOf, node).push(pool)
      }
      unmet += 1
    }
    return unmet
  }

  #serve(pool: Pool): void {
    for (let first = pool.line[pool.served]; first !== undefined; first = pool.line[pool.served]) {
      if (!first.isMet && first.amount <= pool.available) {
        first.isMet = true
        this.#meet(first.node, first.way)
      }
      if (this.#canGoOn[first.node] !== true) break
      pool.served += 1
    }
    for (let first = pool.loose[pool.servedLoose]; first !== undefined; first = pool.loose[pool.servedLoose]) {
      if (first.amount > pool.available) break
      pool.servedLoose += 1
      this.#meet(first.node, first.way)
    }
  }

  #meet(node: number, way: number): void {
    const ways = at(this.#unmet, node)
    const left = at(ways, way) - 1
    ways[way] = left
    if (left <= 0) this.#mark(node)
  }

  #mark(node: number): void {
    if (this.#canGoOn[node] === true) return
    this.#canGoOn[node] = true
    this.#news.push(node)
  }

  #id(node: number): string {
    return at(this.#nodes, node).id
  }
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index]
  if (value === undefined) throw new Error(`the graph has no place ${index}`)
  return value
}
