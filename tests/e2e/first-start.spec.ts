import { useHost } from './support/host.ts'
import { goTo, openApp, pressRun, runRows, stateOf } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

test.describe.configure({ mode: 'serial' })
const host = useHost()

test('a first start says on every page what will be there and leads to something to do', async ({ page }) => {
  await openApp(page, host)
  await expect(page.getByRole('heading', { name: 'Nothing has run yet' })).toBeVisible()
  await page.getByRole('button', { name: 'Try the sample script' }).click()
  await expect(page.getByText('step += 1')).toBeVisible()

  await goTo(page, 'History')
  await expect(page.getByRole('heading', { name: 'Nothing has finished yet' })).toBeVisible()

  await goTo(page, 'Runs')
  await page.getByRole('button', { name: 'Write a script' }).click()
  await expect(page.getByRole('heading', { name: 'New script' })).toBeVisible()

  await goTo(page, 'Scripts')
  await expect(page.getByRole('heading', { name: 'Write something to run' })).toBeVisible()
  await page.getByRole('button', { name: 'Open the sample script' }).click()
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible()
})

test('25: every page that is empty says what will be there, and its button works; so does that of a filter that hides all', async ({
  page,
}) => {
  await openApp(page, host)
  const empties: { route: string; title: string; button: string; leadsTo: RegExp | string }[] = [
    { route: '/queues', title: 'There are no queues yet', button: 'Make a queue…', leadsTo: 'New queue' },
    { route: '/semaphores', title: 'There are no semaphores yet', button: 'Write a script', leadsTo: /new=script/ },
    {
      route: '/semaphores?kind=lock',
      title: 'There are no locks yet',
      button: 'Write a script',
      leadsTo: /new=script/,
    },
    { route: '/futures', title: 'Nobody has asked for a value yet', button: 'Write a script', leadsTo: /new=script/ },
    {
      route: '/interpreters',
      title: 'No interpreter is there now',
      button: 'Make an interpreter',
      leadsTo: /ers\/\d+/,
    },
    {
      route: '/schedules',
      title: 'There is no job to schedule',
      button: 'Open the sample script',
      leadsTo: /new=sample/,
    },
    { route: '/history', title: 'Nothing has finished yet', button: 'Try the sample script', leadsTo: /new=sample/ },
    {
      route: '/history?state=lost',
      title: 'No finished run fits the filter',
      button: 'Clear the filter',
      leadsTo: /y$/,
    },
    { route: '/scripts?job=no', title: 'There is no job no', button: 'Write a script', leadsTo: /new=script/ },
    { route: '/scripts?example=no', title: 'There is no example no', button: 'See the examples', leadsTo: /tab=ex/ },
  ]
  for (const { route, title, button, leadsTo } of empties)
    await test.step(route, async () => {
      await page.goto(host.page(route))
      await expect(page.getByRole('heading', { name: title })).toBeVisible()
      await page.getByRole('main').getByRole('button', { name: button }).click()
      if (typeof leadsTo !== 'string') await expect(page).toHaveURL(leadsTo)
      else {
        await expect(page.getByRole('dialog', { name: leadsTo })).toBeVisible()
        await page.keyboard.press('Escape')
      }
    })
})

test('the sample script that an empty history offers runs as it is, and is then found there', async ({ page }) => {
  await openApp(page, host)
  await goTo(page, 'History')
  await page.getByRole('button', { name: 'Try the sample script' }).click()
  const { id, output } = await pressRun(page)
  await expect(stateOf(output)).toHaveText('Running')
  await expect(output.getByText(/^step 2 of 8$/)).toBeVisible()
  await goTo(page, 'Runs')
  await expect(runRows(page)).toHaveCount(1)
  await expect(page.getByRole('meter', { name: `Progress of run ${id}` })).toBeVisible()
  await host.untilFinished(id)
  await expect(page.getByRole('heading', { name: 'Nothing is running or waiting' })).toBeVisible()
  await page.getByRole('button', { name: 'See what has finished' }).click()
  await expect(stateOf(runRows(page))).toHaveText('Succeeded')
})

test('a script that was not saved is still there after a reload', async ({ page }) => {
  await openApp(page, host)
  await page.keyboard.press('n')
  await page.getByRole('textbox', { name: 'Script', exact: true }).click()
  await page.keyboard.press('ControlOrMeta+Home')
  await page.keyboard.type('// not lost\n')
  await expect(page.getByText('not saved, kept here')).toBeVisible()
  await page.reload()
  await expect(page.getByText('// not lost')).toBeVisible()
})
