import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { startPages } from '../support/real-work.ts'
import { readClipboard } from './support/clipboard.ts'
import { useHost } from './support/host.ts'
import { goTo, openApp, pressRun, runPage, stateOf, writeScript } from './support/window.ts'
import { expect, test } from './support/window-test.ts'

const host = useHost()
const fetchPages = readFileSync(join(import.meta.dirname, '../../examples/fetch-pages.ts'), 'utf8')

test('a script on the async executor fetches 200 pages and returns what came back', async ({ page }) => {
  const server = await startPages()
  try {
    await openApp(page, host)
    await writeScript(page, fetchPages, { base: server.base, pages: 200 })
    await page.getByLabel('Executor').selectOption('async')
    const { id, output } = await pressRun(page)
    await expect(stateOf(output)).toHaveText('Succeeded')
    await output.getByRole('link', { name: 'Result', exact: true }).click()
    await expect(runPage(page, id)).toContainText('script · async')
    const result = runPage(page, id).getByRole('region', { name: 'Result' })
    await expect(result).toContainText('pages: 200')
    await expect(result).toContainText('bytes: 201000')
    await expect(result).toContainText('200: 200')
    expect(server.asked()).toBe(200)
    await result.getByRole('button', { name: 'Copy the result as JSON' }).click()
    await expect
      .poll(async () => JSON.parse(await readClipboard(page)) as unknown)
      .toEqual({ pages: 200, bytes: 201_000, statuses: { 200: 200 } })
  } finally {
    await server.close()
  }
})

test('a command that pipes a file through gzip is saved as a job and run from the window, again and again', async ({
  page,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-gzip-'))
  try {
    const content = 'the same line, many times over\n'.repeat(20_000)
    const [source, target] = [join(folder, 'big file.txt'), join(folder, 'big file.txt.gz')]
    writeFileSync(source, content)

    await openApp(page, host)
    await goTo(page, 'Scripts')
    await page.getByRole('link', { name: 'New command' }).click()
    await page.getByLabel('Command line').fill('cat "$SOURCE" | gzip -c > "$SOURCE.gz" && wc -c < "$SOURCE.gz"')
    await page.getByLabel('Environment').fill(`SOURCE=${source}`)
    await page.getByRole('button', { name: 'Save as job…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Save as a job' })
    await dialog.getByLabel('Name').fill('pack the file')
    await dialog.getByRole('button', { name: 'Save' }).click()

    await expect(page.getByRole('heading', { name: 'pack the file', level: 1 })).toBeVisible()
    const { output } = await pressRun(page)
    await expect(stateOf(output)).toHaveText('Succeeded')
    const packed = readFileSync(target)
    expect(gunzipSync(packed).toString()).toBe(content)
    await expect(output.getByText(String(packed.length), { exact: true })).toBeVisible()

    rmSync(target)
    await page.keyboard.press('ControlOrMeta+K')
    await page.getByRole('combobox', { name: 'Command' }).fill('run pack')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Open' }).click()
    await expect(stateOf(page.getByRole('region', { name: /^Run \d+$/ }))).toHaveText('Succeeded')
    await expect(page.getByRole('link', { name: 'pack the file' })).toBeVisible()
    expect(gunzipSync(readFileSync(target)).toString()).toBe(content)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
