import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeFiles, sha256sumOf } from '../support/real-work.ts'
import { useHost } from './support/host.ts'
import { recordTexts } from './support/recorded-texts.ts'
import { goTo, openApp, pressRun, runPage, runRow, stateOf, writeScript } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

test.describe.configure({ mode: 'serial' })

const host = useHost()
const hashFolder = readFileSync(join(import.meta.dirname, '../../examples/hash-folder.ts'), 'utf8')
/** Works until it is told to stop, and then needs a second to put things away. */
const longScript = `import { log, progress, sleep } from 'signalbox'
import { setTimeout as putAway } from 'node:timers/promises'
export default async function () {
  try {
    for (let step = 1; ; step += 1) {
      log.info('still here', { step })
      progress(step, null, 'waiting for nothing')
      await sleep('100ms')
    }
  } finally {
    log.info('putting things away')
    await putAway(1_000)
  }
}
`
let folder: string
let hashed = 0
let cancelled = 0

test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-files-'))
})
test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a pasted script that hashes 2,000 files is seen to queue, run, log, progress and finish', async ({ page }) => {
  const bytes = makeFiles(folder, 2_000)
  const digest = sha256sumOf(folder)
  const freeSlots = await host.occupySlots()
  await openApp(page, host)
  await writeScript(page, hashFolder, { folder })

  const { id, output } = await pressRun(page)
  hashed = id
  await expect(stateOf(output)).toHaveText('Queued')
  await expect(output).toContainText(/no free process slot \(\d+ of \d+ in use\) · next in line/)

  const texts = await recordTexts(output)
  await freeSlots()
  await expect(stateOf(output)).toHaveText('Succeeded')
  const shown = await texts()
  expect(shown.some((text) => text.includes('Running'))).toBe(true)
  expect(shown.some((text) => /Running.*[\d,]+ \/ 2,000 · part-\d+/.test(text))).toBe(true)
  await expect(output.getByText(/hashing.*2000/)).toBeVisible()

  await output.getByRole('link', { name: 'Result', exact: true }).click()
  const result = runPage(page, id).getByRole('region', { name: 'Result' })
  await expect(result).toContainText('files: 2000')
  await expect(result).toContainText(`bytes: ${bytes}`)
  await expect(result).toContainText(`digest: "${digest}"`)
})

test('a long script is cancelled from its page by key, stops, and keeps the reason', async ({ page }) => {
  await openApp(page, host)
  await writeScript(page, longScript)
  const { id, output } = await pressRun(page)
  cancelled = id
  await expect(stateOf(output)).toHaveText('Running')
  await output.getByRole('link', { name: `Run ${id}` }).click()

  const place = runPage(page, id)
  await expect(place.getByText('still here').first()).toBeVisible()
  await page.keyboard.press('c')
  const dialog = page.getByRole('dialog', { name: `Cancel run ${id}?` })
  await dialog.getByLabel('Reason (optional)').fill('seen enough')
  await dialog.getByRole('button', { name: 'Cancel the run' }).click()

  await expect(stateOf(place)).toHaveText('Stopping')
  await expect(place.getByText(/^cancel requested: .*“seen enough”$/)).toBeVisible()
  await expect(stateOf(place)).toHaveText('Cancelled')
  await expect(place.getByText('putting things away')).toBeVisible()
  await page.getByRole('tab', { name: 'Overview' }).click()
  await expect(place.getByRole('region', { name: 'Error' })).toContainText('seen enough')
})

test('after a restart of the host both runs are found in the history with all they had', async ({ page }) => {
  await host.end('SIGTERM')
  await host.start()
  await openApp(page, host)
  await goTo(page, 'History')
  await expect(stateOf(runRow(page, hashed))).toHaveText('Succeeded')
  await expect(stateOf(runRow(page, cancelled))).toHaveText('Cancelled')

  await runRow(page, hashed).getByRole('link').click()
  await expect(runPage(page, hashed).getByRole('region', { name: 'Result' })).toContainText(sha256sumOf(folder))
  await page.getByRole('tab', { name: /^Log/ }).click()
  await expect(runPage(page, hashed).getByText(/hashing.*2000/)).toBeVisible()

  await page.goBack()
  await runRow(page, cancelled).getByRole('link').click()
  await expect(runPage(page, cancelled)).toContainText('seen enough')
  await page.getByRole('tab', { name: /^Log/ }).click()
  await expect(runPage(page, cancelled).getByText('still here').first()).toBeVisible()
})
