import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { Locator } from 'vitest/browser'
import type { LogLine, LogMessage } from '../../src-preload/contract.ts'
import LogView from '../../src-renderer/lib/components/log-view.svelte'
import { fakeApp, renderInApp } from './support/fake-app.ts'
import type { Answers } from './support/fake-app.ts'
import { ack, FakeFeed } from './support/fake-feed.ts'

type LogOptions = {
  total?: number
  held?: number
  opensAt?: number
  change?: (line: LogLine) => LogLine
  isOver?: boolean
  /** Lines that are asked for come after this. */
  answersAfter?: Promise<void>
}
type Ask = Parameters<NonNullable<NonNullable<Answers['runs']>['logs']>>[0]

const lineOf = (n: number): LogLine => ({ n, at: n * 1_000, attempt: 1, level: 'info', text: `line ${n}` })
const linesOf = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => lineOf(from + at))

const list = page.getByRole('group', { name: 'Log of run 7' })
const search = page.getByRole('searchbox', { name: 'Search the log' })
const follow = page.getByRole('button', { name: /Follow \(G\)/ })
const scroller = () => list.element() as HTMLElement

/**
 * The log of a run that has written `total` lines, of which the window opens with the last `held`; `change` makes of
 * each line what a test needs.
 */
async function openLog(options: LogOptions = {}) {
  const { total = 400, change = (line) => line, isOver = false } = options
  const { held = total, opensAt = total } = options
  const state = { total, version: 1, asked: [] as Ask[], copied: [] as string[] }
  const message = (lines: LogLine[], skipped = 0): LogMessage => ({
    type: 'lines',
    feed: 'log',
    version: state.version,
    lines: lines.map(change),
    skipped,
    total: state.total,
    end: isOver,
  })
  const feed = new FakeFeed(() => [message(linesOf(total - held + 1, total))])
  const logs = async (ask: Ask) => {
    state.asked.push(ask)
    await options.answersAfter
    const from = Math.max(1, ask.from ?? 1)
    const to = Math.min(state.total, from + (ask.limit ?? 1_000) - 1)
    return { lines: linesOf(from, to).map(change), total: state.total }
  }
  Object.defineProperty(navigator, 'clipboard', {
    configurable: true,
    value: { writeText: (text: string) => Promise.resolve(state.copied.push(text)) },
  })
  const app = fakeApp({ runs: { logs }, feeds: { logs: feed.open, ack } })
  await renderInApp(LogView, { id: 7 }, app)
  if (total > 0) await expect.poll(inSight).toContain(opensAt)
  /** The run writes `skipped` lines so fast that the host leaves them out, and `count` more. */
  const write = (count: number, skipped = 0) => {
    const from = state.total + skipped + 1
    state.total += skipped + count
    state.version += 1
    feed.send(message(linesOf(from, state.total), skipped))
  }
  return { app, state, write }
}

const inSight = (): number[] => {
  const { top, bottom } = scroller().getBoundingClientRect()
  return [...scroller().querySelectorAll<HTMLElement>('.number')].flatMap((number) => {
    const place = number.getBoundingClientRect()
    return place.top >= top - 1 && place.bottom <= bottom + 1 ? [Number(number.textContent)] : []
  })
}
const isAtEnd = () => scroller().scrollTop + scroller().clientHeight >= scroller().scrollHeight - 4
/** A turn of the wheel or a key scrolls for some frames. */
async function settled(): Promise<void> {
  for (let before = NaN; scroller().scrollTop !== before;) {
    before = scroller().scrollTop
    for (let frame = 0; frame < 6; frame += 1) await new Promise(requestAnimationFrame)
  }
}
/** For a moment after lines came in above, the list corrects its place. */
async function scrollUntil(top: number, seen: Locator): Promise<void> {
  await expect.poll(() => ((scroller().scrollTop = top), seen.query())).not.toBeNull()
}
const number = (n: number) => page.getByRole('button', { name: `Line ${n}` })
const chosen = () => [...document.querySelectorAll('.line.chosen .number')].map((each) => Number(each.textContent))

test('it opens at the end, draws only what is near, and follows what is written', async () => {
  const { write } = await openLog({ total: 1_000 })
  await expect.poll(isAtEnd).toBe(true)
  expect(inSight().at(-1)).toBe(1_000)
  expect(scroller().querySelectorAll('.line').length).toBeLessThan(80)
  write(500)
  await expect.poll(() => inSight().at(-1)).toBe(1_500)
  await expect.element(follow).not.toBeInTheDocument()
})

const waysUp: [string, () => Promise<void>][] = [
  ['the wheel', () => userEvent.wheel(list, { delta: { y: -60 } })],
  ['the arrow', async () => (scroller().focus(), userEvent.keyboard('{ArrowUp}{ArrowUp}'))],
  ['Page up', async () => (scroller().focus(), userEvent.keyboard('{PageUp}'))],
  ['Home', async () => (scroller().focus(), userEvent.keyboard('{Home}'))],
  ['the scrollbar', async () => void (scroller().scrollTop -= 200)],
]
for (const [way, goUp] of waysUp) {
  test(`any way upward stops following, and what is read stays where it is: ${way}`, async () => {
    const { write } = await openLog()
    await expect.poll(isAtEnd).toBe(true)
    await goUp()
    await expect.element(follow).toBeVisible()
    await settled()
    const before = { first: inSight()[0], top: scroller().scrollTop }
    write(50)
    await expect.element(page.getByRole('button', { name: '50 new lines · Follow (G)' })).toBeVisible()
    write(30)
    await expect.element(page.getByRole('button', { name: '80 new lines · Follow (G)' })).toBeVisible()
    expect({ first: inSight()[0], top: scroller().scrollTop }).toEqual(before)
  })
}

test('following begins again by the button, by its key, and by scrolling back to the end', async () => {
  const { write } = await openLog()
  const again: (() => Promise<void>)[] = [
    () => follow.click(),
    () => userEvent.keyboard('{Shift>}g{/Shift}'),
    async () => void (scroller().scrollTop = scroller().scrollHeight),
  ]
  for (const way of again) {
    await userEvent.wheel(list, { delta: { y: -300 } })
    await expect.element(follow).toBeVisible()
    await settled()
    await way()
    await expect.element(follow).not.toBeInTheDocument()
    write(10)
    await expect.poll(isAtEnd).toBe(true)
  }
})

const pressG = () => window.dispatchEvent(new KeyboardEvent('keydown', { key: 'G', code: 'KeyG', shiftKey: true }))
/** Longer than a list may insist on where it was sent to. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 400))

test('the end that is asked for just after a line is where the log stays', async () => {
  history.replaceState(null, '', '#/runs/7?tab=logs&line=150')
  await openLog({ opensAt: 150 })
  pressG()
  await expect.poll(isAtEnd).toBe(true)
  await aWhile()
  expect(inSight().at(-1)).toBe(400)
  await expect.element(follow).not.toBeInTheDocument()
})

test('a line that comes after the end was asked for moves nothing', async () => {
  history.replaceState(null, '', '#/runs/7?tab=logs&line=500')
  const answer = Promise.withResolvers<void>()
  const { state } = await openLog({ total: 5_000, held: 1_000, answersAfter: answer.promise })
  await expect.poll(() => state.asked.length).toBe(1)
  pressG()
  answer.resolve()
  await aWhile()
  expect(inSight().at(-1)).toBe(5_000)
  await expect.element(follow).not.toBeInTheDocument()
})

test('a log of a run that is over offers nothing to follow', async () => {
  await openLog({ isOver: true })
  await userEvent.wheel(list, { delta: { y: -300 } })
  await expect.poll(isAtEnd).toBe(false)
  await expect.element(follow).not.toBeInTheDocument()
})

test('lines are chosen by a click and a Shift click, also over lines that are not drawn, and copied', async () => {
  const { app, state } = await openLog({ total: 2_000 })
  await number(1_990).click()
  expect(chosen()).toEqual([1_990])
  expect(app.router.current.query.get('line')).toBe('1990')
  scroller().scrollTop = 0
  await number(3).click({ modifiers: ['Shift'] })
  await expect.element(number(4)).toBeVisible()
  expect(chosen().slice(0, 3)).toEqual([3, 4, 5])
  await page.getByRole('button', { name: 'Copy the chosen lines' }).click()
  expect(state.copied).toEqual([
    linesOf(3, 1_990)
      .map(({ text }) => text)
      .join('\n'),
  ])
  expect(state.asked).toEqual([])
})

test('a second Shift click moves the end of the range, and a click begins a new one', async () => {
  await openLog()
  await number(395).click()
  await number(398).click({ modifiers: ['Shift'] })
  await number(392).click({ modifiers: ['Shift'] })
  expect(chosen()).toEqual([392, 393, 394, 395])
  await number(400).click()
  expect(chosen()).toEqual([400])
})

test('a gap says how much is missing, loads the part of it that is next to what is read, and ends', async () => {
  const { state } = await openLog({ total: 2_500, held: 1_000 })
  scroller().scrollTop = 0
  await expect.element(page.getByText(/^1,500 lines are not loaded here/)).toBeVisible()
  await page.getByRole('button', { name: 'Load 1,000' }).click()
  await scrollUntil(0, page.getByText(/^500 lines are not loaded here/))
  await page.getByRole('button', { name: 'Load 500' }).click()
  await scrollUntil(0, number(1))
  await expect.element(page.getByRole('button', { name: /^Load/ })).not.toBeInTheDocument()
  expect(state.asked).toEqual([
    { id: 7, from: 501, limit: 1_000 },
    { id: 7, from: 1, limit: 500 },
  ])
})

test('a link to a line that is not loaded fetches what is around it, chooses it, and a copy has all in between', async () => {
  history.replaceState(null, '', '#/runs/7?tab=logs&line=500')
  const { state } = await openLog({ total: 5_000, held: 1_000, opensAt: 500 })
  await expect.poll(() => chosen()).toEqual([500])
  expect(state.asked).toEqual([{ id: 7, from: 200, limit: 600 }])
  await expect.element(follow).toBeVisible()
  await scrollUntil(Number.MAX_SAFE_INTEGER, number(5_000))
  await number(4_998).click({ modifiers: ['Shift'] })
  await page.getByRole('button', { name: 'Copy the chosen lines' }).click()
  await expect
    .poll(() => state.copied)
    .toEqual([
      linesOf(500, 4_998)
        .map(({ text }) => text)
        .join('\n'),
    ])
  expect(state.asked.slice(1)).toEqual([{ id: 7, from: 500, limit: 4_499 }])
})

const counter = () => document.querySelector('.counter')?.textContent
const match = () => document.querySelector('.line.match .number')?.textContent

test('the search counts its matches and goes through them both ways and round, also where nothing is drawn', async () => {
  const change = (line: LogLine) => (line.n % 300 === 0 ? { ...line, text: `a Needle, and a needle: ${line.n}` } : line)
  const { write } = await openLog({ total: 1_000, change })
  await userEvent.keyboard('/')
  await expect.element(search).toHaveFocus()
  await userEvent.keyboard('needle')
  await expect.poll(counter).toBe('– / 3')
  const walk: unknown[] = []
  for (const keys of [
    '{Enter}',
    '{Enter}',
    '{Enter}',
    '{Enter}',
    '{Shift>}{Enter}{/Shift}',
    '{Shift>}{Enter}{/Shift}',
  ]) {
    await userEvent.keyboard(keys)
    await expect.poll(() => inSight().map(String)).toContain(match())
    walk.push([match(), counter()])
  }
  expect(walk).toEqual([
    ['300', '1 / 3'],
    ['600', '2 / 3'],
    ['900', '3 / 3'],
    ['300', '1 / 3'],
    ['900', '3 / 3'],
    ['600', '2 / 3'],
  ])
  expect([...document.querySelectorAll('.line.match mark')].map((mark) => mark.textContent)).toEqual([
    'Needle',
    'needle',
  ])
  write(300)
  await expect.poll(counter).toBe('2 / 4')
})

test('the first step back of a search is to its last match, and without a match there is no step', async () => {
  await openLog({ change: (line) => (line.n > 390 ? { ...line, text: `late ${line.n}` } : line) })
  await search.fill('late')
  await userEvent.keyboard('{Shift>}{Enter}{/Shift}')
  expect(counter()).toBe('10 / 10')
  await search.fill('nowhere')
  await expect.poll(counter).toBe('– / 0')
  await expect.element(page.getByRole('button', { name: 'Next match (Enter)' })).toBeDisabled()
  await userEvent.keyboard('{Enter}')
  expect(counter()).toBe('– / 0')
})

test('Escape leaves the search and gives the keys to the log', async () => {
  await openLog()
  await search.fill('line 39')
  await expect.poll(counter).toBe('– / 11')
  await userEvent.keyboard('{Escape}')
  await expect.element(search).toHaveValue('')
  await expect.element(list).toHaveFocus()
  await expect.poll(() => document.querySelectorAll('mark').length).toBe(0)
})

test('levels choose lines, by buttons and by words, and what is searched and copied are those that are shown', async () => {
  const change = (line: LogLine): LogLine => ({ ...line, level: line.n % 10 === 0 ? 'error' : 'info' })
  const { state } = await openLog({ total: 100, change })
  await page.getByRole('button', { name: 'info' }).click()
  await expect.poll(() => document.querySelectorAll('.line').length).toBe(10)
  await search.fill('line 1')
  await expect.poll(counter).toBe('– / 2')
  await page.getByRole('button', { name: 'Copy the lines shown' }).click()
  expect(state.copied[0]?.split('\n')).toHaveLength(10)
  await search.fill('level:info,nothing line 1')
  await expect
    .poll(() => document.querySelector('p[role="status"]')?.textContent)
    .toMatch(/^There is no level "nothing". There are: debug, info,/)
  await expect.poll(counter).toBe('– / 10')
  await search.fill('level:debug')
  const none = page.getByText(/^No line has one of the chosen levels\./)
  await expect.element(none).toBeVisible()
  await page.getByRole('button', { name: 'Show all levels' }).click()
  await expect.element(none).not.toBeInTheDocument()
  await expect.poll(() => inSight().length).toBeGreaterThan(10)
})

test('escape sequences become colours, and HTML and control characters stay text', async () => {
  const texts = ['\x1b[31mred\x1b[0m plain', '<img src=x><b>bold</b>', 'bell \x07 and \u202e back']
  const { state } = await openLog({ total: 3, change: (line) => ({ ...line, text: texts[line.n - 1] ?? '' }) })
  const shown = () => [...document.querySelectorAll('.line .text')].map((text) => text.textContent)
  expect(shown()).toEqual(['red plain', '<img src=x><b>bold</b>', 'bell ␇ and <U+202E> back'])
  expect(document.querySelector('.ansi-1')?.textContent).toBe('red')
  expect(document.querySelectorAll('.line img, .line b')).toHaveLength(0)
  await page.getByRole('button', { name: 'Copy the lines shown' }).click()
  expect(state.copied[0]?.split('\n')).toEqual(shown())
})

test('while values are paused what is written is held back, and comes when they go on', async () => {
  const { app, write } = await openLog()
  app.live.toggle()
  write(20)
  await expect.poll(() => app.live.held).toBe(20)
  expect(inSight().at(-1)).toBe(400)
  app.live.toggle()
  await expect.poll(() => inSight().at(-1)).toBe(420)
})

test('25: a run that wrote nothing says so, now or for ever, and leads on', async () => {
  await openLog({ total: 0, isOver: true })
  await expect.element(page.getByText(/^This run wrote nothing\./)).toBeVisible()
  await expect.element(page.getByRole('link', { name: 'See its result' })).toHaveAttribute('href', '#/runs/7')
  await openLog({ total: 0 })
  await expect.element(page.getByText(/^Nothing has been written yet\./)).toBeVisible()
  await expect.element(page.getByRole('link', { name: 'See what it does' })).toHaveAttribute('href', '#/runs/7')
})

test('lines that the host left out are told with number, age and reason until they were fetched', async () => {
  const { app, write } = await openLog()
  write(20, 1_500)
  await expect.poll(() => inSight().at(-1)).toBe(1_920)
  app.live.now = Date.now() + 7_000
  const notice = page.getByText(/^1,500 lines were left out, the last \d+ s ago: they\s+came faster than a window/)
  await expect.element(notice).toBeVisible()
  await page.getByRole('button', { name: 'Go there' }).click()
  await expect.element(page.getByText(/^1,500 lines were left out: they came too fast/)).toBeVisible()
  await page.getByRole('button', { name: 'Load 1,000' }).click()
  await expect.element(page.getByText(/^500 lines were left out, the last/)).toBeVisible()
  await page.getByRole('button', { name: 'Go there' }).click()
  await page.getByRole('button', { name: 'Load 500' }).click()
  await expect.element(page.getByText(/were left out/)).not.toBeInTheDocument()
})

test('5: a log that is lost says why and since when, also while it is asked for anew, until it is live again', async () => {
  const opened = new FakeFeed<LogMessage>(() => [
    { type: 'lines', feed: 'log', version: 1, lines: linesOf(1, 3), skipped: 0, total: 3, end: false },
  ])
  let refusals = 0
  let isBack = false
  const open = () => {
    if (refusals === 0 || isBack) return opened.open()
    refusals += 1
    return Promise.reject(new Error('the engine starts again'))
  }
  const app = fakeApp({ feeds: { logs: open, ack } })
  await renderInApp(LogView, { id: 7 }, app)
  await expect.poll(inSight).toEqual([1, 2, 3])
  refusals = 1
  const lostAt = Date.now()
  opened.end()
  await expect.poll(() => refusals).toBeGreaterThan(2)
  app.live.now = lostAt + 8_000
  await expect
    .element(page.getByText(/^Stale\. The log stopped updating \d+ s ago: the engine starts again/))
    .toBeVisible()
  isBack = true
  await expect.element(page.getByText(/stopped updating/)).not.toBeInTheDocument()
})
