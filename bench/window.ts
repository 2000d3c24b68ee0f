/**
 * The window at work: its page of queues in Chromium, while two runs pass 1,000 items a second through 500 queues. How long
 * a frame takes (p95) and the longest task of the page, over ten seconds; `eventsPerSecond` is what the host counted.
 * Frames are drawn by the processor here, without a graphics card.
 */
import { chromium } from '@playwright/test'
import config from '../playwright.config.ts'
import type { Client } from '../src-preload/contract.ts'
import { connectToHost } from '../src-main/cli/connection.ts'
import { endHost, startHostProcess } from './host-process.ts'
import { inRounds, print, spread } from './rounds.ts'

const QUEUES = 500
const RUNS = 2
const FOR_MS = 10_000

/** Of each run: 250 puts and as many takes a second, however long they take. */
const CHURN = `import { queue, sleep } from 'signalbox'
export default async function ({ from, to }: { from: number; to: number }) {
  const names = Array.from({ length: to - from }, (_, n) => 'queue ' + String(from + n).padStart(3, '0'))
  for (const name of names) await queue(name, { maxsize: 50 }).put(0)
  const pass = async (n: number) => {
    const own = queue(names[n % names.length]!)
    await own.put(n)
    await own.tryGet()
  }
  const began = Date.now()
  for (let n = 0; ; ) {
    const passes: Promise<void>[] = []
    while (n < (Date.now() - began) / 4) passes.push(pass(n++))
    await Promise.all([...passes, sleep(20)])
  }
}`

async function startChurn(client: Client): Promise<void> {
  const code = { from: 'text' as const, name: 'churn.ts', text: CHURN }
  const definition = { kind: 'script' as const, code, executor: 'async' as const }
  for (let part = 0; part < RUNS; part += 1) {
    const input = { from: (part * QUEUES) / RUNS, to: ((part + 1) * QUEUES) / RUNS }
    await client.runs.submit({ what: 'definition', definition, input })
  }
}

type Figures = { p95: number; longest: number; frames: number }

/** For the page. */
const WATCH_FRAMES = `(async () => {
  const frames = []
  const tasks = []
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
    type: 'longtask',
  })
  let last = performance.now()
  const end = last + ${FOR_MS}
  await new Promise((resolve) => {
    const frame = (now) => {
      frames.push(now - last)
      last = now
      if (now < end) requestAnimationFrame(frame)
      else resolve()
    }
    requestAnimationFrame(frame)
  })
  frames.sort((a, b) => a - b)
  return { p95: frames[Math.floor(frames.length * 0.95)] ?? 0, longest: Math.max(0, ...tasks), frames: frames.length }
})()`

const options = config.projects?.[0]?.use?.launchOptions
const rounds = await inRounds(3, async (folder) => {
  const host = await startHostProcess(folder)
  const { client, close } = await connectToHost(folder)
  const browser = await chromium.launch(options)
  try {
    await startChurn(client)
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(host.url)
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Queues' }).click()
    await page.locator('tr[data-row="queue 000"]').waitFor()
    await page.getByText(String(QUEUES), { exact: true }).waitFor()
    const figures = await page.evaluate<Figures>(WATCH_FRAMES)
    const { rows } = await client.queues.list({ limit: QUEUES })
    const events = rows.reduce((sum, { inPerSecond, outPerSecond }) => sum + inPerSecond + outPerSecond, 0)
    return { ...figures, events }
  } finally {
    await browser.close()
    close()
    await endHost(host, 'SIGTERM')
  }
})

print('window', {
  queues: QUEUES,
  frameP95Ms: spread(rounds.map(({ p95 }) => p95)),
  longestTaskMs: spread(rounds.map(({ longest }) => longest)),
  frames: spread(rounds.map(({ frames }) => frames)),
  eventsPerSecond: spread(rounds.map(({ events }) => events)),
})
