import { expectAccessible } from './support/axe.ts'
import { scriptText, useHost } from './support/host.ts'
import { openAt, runPage } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()

test('what was cut off and must not begin again needs a person, until one has looked or runs it again', async ({
  page,
}) => {
  const script = scriptText('export default () => new Promise((resolve) => setTimeout(resolve, 600_000))')
  await host.client.jobs.save({ name: 'send the letters', definition: { ...script, onInterrupted: 'abandon' } })
  const ids: number[] = []
  for (let n = 0; n < 2; n += 1) ids.push((await host.client.runs.submit({ what: 'job', job: 'send the letters' })).id)
  const [first = 0, second = 0] = ids
  for (const id of ids) await host.untilRun(id, ({ startedAt }) => startedAt !== null, 'has begun')
  await host.end('SIGKILL')
  await host.start()

  await openAt(page, host, '/overview')
  const items = page.getByRole('region', { name: 'Needs attention' }).getByRole('listitem')
  // Under the pointer it would keep what is over.
  const leaveTheList = () => page.getByRole('banner').hover()
  await expect(items).toHaveCount(2)
  await expect(items.nth(1)).toContainText(`Abandoned send the letters · run ${first}`)
  await expect(items.nth(1)).toContainText('nobody knows whether its work was done')
  await items.nth(1).getByRole('button', { name: 'See the run' }).click()

  const run = runPage(page, first)
  const note = run.getByRole('status').filter({ hasText: 'nobody knows' })
  await expect(note).toContainText('the host died while it ran. It is not to begin again by itself.')
  await expectAccessible(page)
  await note.getByRole('button', { name: 'I have looked at it' }).click()
  await expect(note).toContainText('Looked at ')
  await expect(note).not.toContainText('It needs you')
  await expect(note.getByRole('button')).toHaveCount(0)

  await page.goto(host.page('/overview'))
  await leaveTheList()
  await expect(items).toHaveCount(1)
  await items.getByRole('button', { name: 'See the run' }).click()
  await expect(runPage(page, second)).toBeVisible()
  await page.getByRole('button', { name: 'Run again', exact: true }).click()
  const again = (await host.client.runs.list({ limit: 1 })).rows[0]?.id ?? 0
  await expect(runPage(page, again)).toBeVisible()
  await page.goto(host.page(`/runs/${second}`))
  await page
    .getByRole('status')
    .getByRole('link', { name: `run ${again}` })
    .click()
  await expect(runPage(page, again)).toBeVisible()
  await page.goto(host.page('/overview'))
  await leaveTheList()
  await expect(page.getByText('Nothing needs you.')).toBeVisible()
  await host.client.runs.cancel({ id: again })
})

test('the rule is chosen in the form of a job, where a line says what it means', async ({ page }) => {
  await openAt(page, host, '/scripts?job=send the letters')
  const rule = page.getByLabel('When it is cut off')
  await expect(rule).toHaveValue('abandon')
  await expect(page.getByText('Then it needs you: look at what it has done')).toBeVisible()
  await rule.selectOption('queue it again')
  await expect(page.getByText('It may then do its work twice')).toBeVisible()
})
