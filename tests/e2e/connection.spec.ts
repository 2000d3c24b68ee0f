import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { shellLine, useHost } from './support/host.ts'
import { openApp, runRow, stateOf } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()
/** What Chromium itself writes when a socket is refused or nobody answers. */
const refusedByHost = /WebSocket connection to .* failed|Failed to load resource: .*(ERR_CONNECTION_REFUSED|401|403)/

test.beforeEach(({ faults }) => faults.allow(refusedByHost))

test('an address without its key, or with another, shows how to get the right one and nothing else', async ({
  page,
}) => {
  const { origin } = new URL(host.url)
  await page.goto(`${origin}/`)
  await expect(page.getByRole('heading', { name: 'This address lacks its key' })).toBeVisible()
  await expect(page.getByText('signalbox serve')).toBeVisible()
  await expect(page.getByRole('navigation')).toHaveCount(0)

  await page.goto('about:blank')
  await page.goto(`${origin}/#token=${'0'.repeat(64)}`)
  await expect(page.getByRole('heading', { name: 'The key of this address is no longer valid' })).toBeVisible()
  await expect(page.getByText(`${origin}/#token=…`)).toBeVisible()
})

test('a link opened in another tab takes the key over from the one that is open', async ({ page, context }) => {
  const id = await host.submit(shellLine('true'), { name: 'seen twice' })
  await host.untilFinished(id)
  await openApp(page, host)
  const other = await context.newPage()
  await other.goto(host.page(`/runs/${id}`))
  await expect(other.getByRole('heading', { name: 'seen twice' })).toBeVisible()
  await page.close()
  await other.reload()
  await expect(other.getByRole('heading', { name: 'seen twice' })).toBeVisible()
})

test('a page of another origin cannot connect even with the key, nor show the app in a frame', async ({
  page,
  faults,
}) => {
  faults.allow(/frame-ancestors/)
  const { origin, host: address, hash } = new URL(host.url)
  const foreign = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html')
    response.end(`<!doctype html><title>foreign</title><iframe src="${origin}/"></iframe>`)
  })
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve))
  try {
    await page.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`)
    const answer = await page.evaluate(
      ([url, token]) =>
        new Promise((resolve) => {
          const socket = new WebSocket(url, ['signalbox.v1', `token.${token}`])
          socket.onopen = () => resolve('connected')
          socket.onerror = () => resolve('refused')
        }),
      [`ws://${address}/rpc`, hash.replace('#token=', '')] as const,
    )
    expect(answer).toBe('refused')
    await expect(page.frameLocator('iframe').getByRole('heading')).toHaveCount(0)
  } finally {
    foreign.closeAllConnections()
    foreign.close()
  }
})

test('5: when the host is killed the page says so, keeps what it knew, and asks for the new address once one is back', async ({
  page,
}) => {
  const id = await host.submit(shellLine('exec sleep 600'), { name: 'survivor' })
  await openApp(page, host)
  await expect(stateOf(runRow(page, id))).toHaveText('Running')
  const port = Number(new URL(host.url).port)

  await host.end('SIGKILL')
  await expect(page.getByText(/^Signalbox cannot be reached. What is shown is \d+ s old/)).toBeVisible()
  await expect(page.getByRole('contentinfo', { name: 'Engine' })).toContainText(/Unreachable for \d+ s/)
  await expect(runRow(page, id)).toBeVisible()

  await host.start(port)
  await expect(page.getByRole('heading', { name: 'The key of this address is no longer valid' })).toBeVisible()
  await openApp(page, host)
  await expect(stateOf(runRow(page, id))).toHaveText('Running')
  await expect(runRow(page, id).getByRole('cell').nth(6)).toHaveText('1')
  await host.client.runs.cancel({ id })
  await host.untilFinished(id)
})

test('5: when the host hangs what is shown is marked as stale with its age, and no more once it answers', async ({
  page,
}) => {
  const id = await host.submit(shellLine('exec sleep 600'), { name: 'goes on' })
  await openApp(page, host)
  await expect(stateOf(runRow(page, id))).toHaveText('Running')
  const engine = page.getByRole('contentinfo', { name: 'Engine' })
  await expect(engine).toContainText('Running')
  host.signal('SIGSTOP')
  try {
    await expect(page.getByText(/Signalbox has not answered for \d+ s/)).toBeVisible({
      timeout: 12_000,
    })
    await expect(engine).toContainText(/Silent for \d+ s\s*stale: last known values/)
    await expect(runRow(page, id)).toBeVisible()
  } finally {
    host.signal('SIGCONT')
  }
  await expect(engine).not.toContainText('stale')
  await expect(page.getByText(/has not answered/)).toHaveCount(0)
  await host.client.runs.cancel({ id })
  await host.untilFinished(id)
})

test('a link that breaks for a moment is taken up again without a word from the person', async ({ page }) => {
  const sockets: { close(): Promise<void> }[] = []
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    socket.connectToServer()
    sockets.push(socket)
  })
  await openApp(page, host)
  await sockets[0]?.close()
  await expect.poll(() => sockets.length).toBe(2)
  await expect(page.getByText('Signalbox cannot be reached.')).toHaveCount(0)
  const id = await host.submit(shellLine('exec sleep 600'), { name: 'seen after all' })
  await expect(stateOf(runRow(page, id))).toHaveText('Running')
  await host.client.runs.cancel({ id })
  await host.untilFinished(id)
})
