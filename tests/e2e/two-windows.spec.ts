import { shellLine, useHost } from './support/host.ts'
import { openApp, openAt, runPage, runRow, stateOf } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()

test('two windows of one host show different places live, and a pause in one holds nothing in the other', async ({
  page,
  context,
}) => {
  const id = await host.submit(shellLine('exec sleep 600'), { name: 'seen by both' })
  const other = await context.newPage()
  await openApp(page, host)
  await openAt(other, host, `/runs/${id}`)
  await expect(stateOf(runRow(page, id))).toHaveText('Running')
  await expect(stateOf(runPage(other, id))).toHaveText('Running')

  await page.keyboard.press('p')
  const paused = { name: /^Paused/ }
  await expect(page.getByRole('button', paused)).toBeVisible()
  await host.client.runs.cancel({ id })
  await host.untilFinished(id)
  await expect(stateOf(runPage(other, id))).toHaveText('Cancelled')
  await expect(other.getByRole('button', paused)).toHaveCount(0)
  await expect(page.getByRole('button', { name: /^Paused · [1-9]/ })).toBeVisible()
  await expect(stateOf(runRow(page, id)), 'what is paused stays as it was').toHaveText('Running')

  await page.keyboard.press('p')
  await expect(runRow(page, id)).toHaveCount(0)
  await expect(runPage(other, id), 'each window keeps its own place').toBeVisible()
})
