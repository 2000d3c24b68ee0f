import { expectAccessible, expectAccessibleInEveryLook } from './support/axe.ts'
import { scriptText, useHost } from './support/host.ts'
import { keepScreenshots } from './support/screenshot.ts'
import { openAt } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()
const asks = (name: string) =>
  scriptText(
    `import { future } from 'signalbox'
export default async function () {
  return await future('${name}')
}`,
    { executor: 'async' },
  )

/** A run that waits for the future of that name. */
async function waitFor(name: string): Promise<number> {
  const id = await host.submit(asks(name), { name: `asks for ${name}` })
  await host.untilRun(id, ({ waits }) => waits.some(({ kind }) => kind === 'future'), 'waits')
  return id
}

test('25: nothing yet, and nothing that awaits an answer, are two things', async ({ page }) => {
  await openAt(page, host, '/futures')
  await expect(page.getByRole('heading', { name: 'Nobody has asked for a value yet' })).toBeVisible()
  await expectAccessible(page)
  await host.client.futures.resolve({ name: 'early', value: 1 })
  await expect(page.getByRole('heading', { name: 'No future awaits an answer' })).toBeVisible()
  await page.getByRole('button', { name: 'Show all' }).click()
  await page.getByRole('link', { name: 'early' }).click()
  await expect(page.getByRole('region', { name: 'Future early' })).toContainText('by person')
  await page.getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByRole('heading', { name: 'Nobody has asked for a value yet' })).toBeVisible()
})

test('22 and 24: a value of each kind is given by keyboard, a wrong one is explained beside its field', async ({
  page,
}) => {
  const runs = { text: await waitFor('a text'), number: await waitFor('a number'), json: await waitFor('a value') }
  const resultOf = async (id: number) => {
    await host.untilFinished(id)
    return (await host.client.runs.get({ id })).result
  }
  await openAt(page, host, '/futures')
  await expect(page.getByRole('link', { name: 'a text' })).toBeVisible()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  const form = page.getByRole('form')
  await expect(form).toHaveAccessibleName('Answer a text')
  await form.getByLabel('Text').fill('ship it')
  await expect(form).toContainText('gives "ship it"')
  await form.getByRole('button', { name: 'Answer, 1 waiting' }).press('Enter')
  expect(await resultOf(runs.text)).toBe('ship it')

  await page.getByRole('link', { name: 'a number' }).press('Enter')
  await form.getByRole('button', { name: 'Number' }).press('Enter')
  await form.getByLabel('Number').fill('twelve')
  await page.keyboard.press('Enter')
  await expect(form.getByText('Enter a number, such as 12.5.')).toBeVisible()
  await form.getByLabel('Number').fill('12.5')
  await page.keyboard.press('Enter')
  expect(await resultOf(runs.number)).toBe(12.5)

  await page.getByRole('link', { name: 'a value' }).press('Enter')
  await form.getByRole('button', { name: 'JSON' }).press('Enter')
  await form.getByLabel('JSON value').fill('{ "ok": [true, null] }')
  await form.getByRole('button', { name: 'Answer, 1 waiting' }).press('Enter')
  expect(await resultOf(runs.json)).toEqual({ ok: [true, null] })
})

test('a future is rejected with an error that the script gets', async ({ page }) => {
  const run = await waitFor('approval')
  await openAt(page, host, '/futures?name=approval')
  const form = page.getByRole('form', { name: 'Answer approval' })
  await form.getByRole('button', { name: 'Reject' }).click()
  await form.getByLabel('Error').fill('two words')
  await form.getByRole('button', { name: 'Reject it' }).click()
  await expect(form.getByText('The name of an error is one word, such as TypeError.')).toBeVisible()
  await form.getByLabel('Error').fill('RangeError')
  await form.getByLabel('Message').fill('too expensive')
  await form.getByRole('button', { name: 'Reject it' }).click()
  await host.untilFinished(run)
  expect((await host.client.runs.get({ id: run })).errorMessage).toBe('RangeError: too expensive')
  await expect(page.getByRole('region', { name: 'Future approval' })).toContainText('RangeError: too expensive')
})

test('22: the futures break no rule of WCAG 2.2 AA', async ({ page }) => {
  test.slow() // the whole page is checked several times over
  const runs = [await waitFor('release'), await waitFor('release'), await waitFor('budget')]
  await openAt(page, host, '/futures?state=all')
  await page.getByRole('link', { name: 'release' }).click()
  await expect(page.getByRole('list', { name: 'Who waits for release' }).getByRole('listitem')).toHaveCount(2)
  await keepScreenshots(page, 'futures')
  await expectAccessibleInEveryLook(page)
  for (const kind of ['Yes or no', 'Reject']) {
    await page.getByRole('form').getByRole('button', { name: kind, exact: true }).click()
    await expectAccessibleInEveryLook(page)
  }
  for (const id of runs) await host.client.runs.cancel({ id })
})
