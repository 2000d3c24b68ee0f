import { expectAccessible } from './support/axe.ts'
import { scriptText, useHost } from './support/host.ts'
import { keepScreenshot } from './support/screenshot.ts'
import { editor, goTo, openApp, openAt, paste, pressRun, runPage, stateOf, writeScript } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()

const resize = `type Place = { folder: string; keep?: boolean }
type Input = {
  /** Where the photos are. */
  from: Place
  size: number // longest side, in pixels
  format: 'jpg' | 'webp'
  tags: string[]
  /** @default 2 */
  tries?: number
}
export default async function resize(input: Input) {
  return input
}
`

test('24: the run form is generated from the parameters; what is wrong stands beside its field', async ({ page }) => {
  await openApp(page, host)
  await writeScript(page, resize)
  const form = page.getByRole('form', { name: 'Input' })
  await expect(form.getByRole('group', { name: 'from' })).toContainText('Where the photos are.')
  await expect(form.getByLabel('size', { exact: true })).toHaveAccessibleDescription('longest side, in pixels')
  await expect(form.getByLabel('tries')).toHaveAccessibleDescription('Left out: 2.')

  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(form.getByLabel('folder')).toHaveAccessibleDescription('Is needed.')
  await expect(form.getByLabel('folder')).toBeFocused()
  await expect(page.getByRole('region', { name: /^Run \d+$/ })).toHaveCount(0)

  await form.getByLabel('folder').fill('/photos')
  await form.getByLabel('size', { exact: true }).fill('large')
  await expect(form.getByLabel('size', { exact: true })).toHaveAccessibleDescription('Must be a number.')
  await form.getByLabel('size', { exact: true }).fill('1280')
  await form.getByLabel('format').selectOption('webp')
  for (const tag of ['sea', 'sun']) {
    await form.getByRole('button', { name: 'Add to tags' }).click()
    await form
      .getByRole('textbox', { name: /^tags \d$/ })
      .last()
      .fill(tag)
  }
  await form.getByRole('button', { name: 'Remove tags 1' }).click()
  await expectAccessible(page)
  await keepScreenshot(page, 'script-form')

  const { id, output } = await pressRun(page)
  await expect(stateOf(output)).toHaveText('Succeeded')
  expect((await host.client.runs.get({ id })).result).toEqual({
    from: { folder: '/photos' },
    size: 1280,
    format: 'webp',
    tags: ['sun'],
  })
  await output.getByRole('link', { name: 'Result', exact: true }).click()
  await expect(runPage(page, id).getByRole('region', { name: 'Result' })).toContainText('folder: "/photos"')
})

test('form and JSON are two views of one input; a type that no control fits is written as JSON in its field', async ({
  page,
}) => {
  await openApp(page, host)
  await writeScript(page, 'export default (input: { n: number; more: Map<string, number> }) => input\n', { n: 3 })
  const views = page.getByRole('group', { name: 'Input as' })
  await views.getByRole('button', { name: 'Form' }).click()
  const form = page.getByRole('form', { name: 'Input' })
  await expect(form.getByLabel('n', { exact: true })).toHaveValue('3')
  await form.getByLabel('more').fill('{ "a": ')
  await expect(form.getByLabel('more')).toHaveAccessibleDescription(/^Not JSON/)
  await form.getByLabel('more').fill('{ "a": 1 }')
  await views.getByRole('button', { name: 'JSON' }).click()
  await expect(editor(page, 'Input as JSON')).toContainText('"a": 1')
  // In JSON anything may be given: a script's types are not checked where it runs.
  await paste(page, 'Input as JSON', '{ "n": "three" }')
  const { id, output } = await pressRun(page)
  await expect(stateOf(output)).toHaveText('Succeeded')
  expect((await host.client.runs.get({ id })).result).toEqual({ n: 'three' })
})

test('24: unsaved changes survive a reload and a crash of the page, and are told about', async ({ page }) => {
  await host.client.jobs.save({ name: 'kept', definition: scriptText('export default () => 1\n') })
  await openAt(page, host, '/scripts?job=kept')
  await paste(page, 'Script', 'export default () => 2 // not saved\n')
  await expect(page.getByText('unsaved changes; Run uses what is saved')).toBeVisible()
  await page.reload()
  await expect(editor(page, 'Script')).toContainText('not saved')
  await expect(page.getByText('unsaved changes; Run uses what is saved')).toBeVisible()

  // The time after which a draft is kept is over when its words stand in the storage.
  await page.waitForFunction(() => localStorage.getItem('signalbox.drafts')?.includes('not saved'))
  const other = await page.context().newPage()
  await page.close()
  await openAt(other, host, '/scripts?job=kept')
  await expect(editor(other, 'Script')).toContainText('not saved')
  await expect(other.getByRole('link', { name: /kept/ })).toContainText('unsaved')
  await goTo(other, 'Scripts')
})

test('an example is run as it is, and opened to be changed and saved', async ({ page }) => {
  await openAt(page, host, '/scripts')
  await page.getByRole('link', { name: 'Examples' }).click()
  await expect(page.getByRole('heading', { name: 'Examples', level: 1 })).toBeVisible()
  await page.getByRole('button', { name: 'Run gather-order' }).click()
  await expect(stateOf(page.getByRole('region', { name: /^Run \d+$/ }))).toHaveText('Succeeded', { timeout: 15_000 })
  await expect(page.getByRole('region', { name: 'Result' })).toContainText('error')
  await page.goBack()
  await page.getByRole('button', { name: 'Open three-at-a-time' }).click()
  await expect(page.getByRole('heading', { name: 'Example three-at-a-time' })).toBeVisible()
  await expect(editor(page, 'Script')).toContainText('executor: async')
  await page.getByRole('button', { name: 'Save as job…' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('three')
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'three', level: 1, exact: true })).toBeVisible()
  expect((await host.client.jobs.get({ name: 'three' })).executor).toBe('async')
})

test('versions of a job are compared, and an earlier one is restored', async ({ page }) => {
  const save = (text: string, timeoutMs: number | null) =>
    host.client.jobs.save({ name: 'tidy', definition: { ...scriptText(text), timeoutMs }, replace: true })
  const lines = Array.from({ length: 30 }, (_, n) => `const line${n} = ${n}`)
  await save(`${lines.join('\n')}\nexport default () => 'first'\n`, null)
  await save(`${lines.join('\n')}\nexport default () => 'second'\n`, 60_000)
  await openAt(page, host, '/scripts?job=tidy')
  await page.getByRole('button', { name: 'Versions' }).click()
  const shown = page.getByRole('region', { name: 'Version 2', exact: true })
  await expect(shown).toContainText('compared with version 1')
  await expect(shown.getByRole('row', { name: /^Time limit/ })).toHaveText(/Time limit\s*none\s*1m/)
  await expect(shown.getByRole('textbox')).toContainText("'second'")
  await expect(shown.getByRole('textbox')).toContainText("'first'")
  await expect(shown.getByRole('textbox')).toContainText('unchanged lines')
  await expectAccessible(page)
  await keepScreenshot(page, 'script-versions')

  await page.getByRole('list', { name: 'Versions' }).getByRole('button', { name: 'Version 1' }).click()
  await page.getByRole('button', { name: 'Restore this version' }).click()
  await expect(page.getByText('Version 1 is what tidy runs from now on')).toBeVisible()
  await expect(page.getByRole('list', { name: 'Versions' }).getByRole('button')).toHaveText([
    /^Version 3 saved now/,
    /^Version 2/,
    /^Version 1/,
  ])
  const { definition } = await host.client.jobs.get({ name: 'tidy' })
  expect([
    definition.timeoutMs,
    definition.kind === 'script' && definition.code.from === 'text' && definition.code.text,
  ]).toEqual([null, `${lines.join('\n')}\nexport default () => 'first'\n`])
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await expect(editor(page, 'Script')).toContainText("'first'")
})
