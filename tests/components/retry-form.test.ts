import { expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import RetryForm from '../../src-renderer/lib/components/retry-form.svelte'
import { DraftShelf } from '../../src-renderer/lib/state/draft-shelf.svelte.ts'
import { ScriptDesk } from '../../src-renderer/lib/state/script-desk.svelte.ts'
import { fakeApp } from './support/fake-app.ts'

const field = (label: string) => page.getByLabelText(label)

async function openForm(): Promise<ScriptDesk> {
  const desk = new ScriptDesk(fakeApp().connection, new DraftShelf(), { is: 'new', what: 'script' }, null)
  await render(RetryForm, { desk })
  return desk
}

test('the rest is asked for once there are retries, and none of it is lost meanwhile', async () => {
  const desk = await openForm()
  await expect.element(field('Backoff')).not.toBeInTheDocument()
  await field('Retries').fill('3')
  await field('Backoff').fill('5s')
  await field('Retries').fill('0')
  await expect.element(field('Backoff')).not.toBeInTheDocument()
  expect(desk.reading.definition?.retry).toBeNull()
  await field('Retries').fill('2')
  await expect.element(field('Backoff')).toHaveValue('5s')
  expect(desk.reading.definition?.retry).toEqual({
    maxAttempts: 3,
    backoff: { kind: 'fixed', delayMs: 5_000 },
    maxDelayMs: 3_600_000,
    jitter: 0,
    on: null,
    never: [],
  })
})

test.each([
  ['Retries', '1.5', 'A whole number from 0 to 999.'],
  ['Retries', '1000', 'A whole number from 0 to 999.'],
  ['Backoff', '10m..1s', '5s, or 1s..10m, or 1s*3..10m, or one by one 1s, 5s, 30s.'],
  ['Backoff', '5 parsecs', '5s, or 1s..10m, or 1s*3..10m, or one by one 1s, 5s, 30s.'],
  ['Jitter', '2', 'none, equal, full, or a number from 0 to 1.'],
  ['Retry on', '300', 'Names of errors, exit codes, timeout, status:5xx; with commas between.'],
  ['Never on', 'not a name', 'Names of errors with commas between.'],
])('%s "%s" is at fault, and says at the field what it can be', async (label, text, fault) => {
  const desk = await openForm()
  await field('Retries').fill('3')
  const usual = (field(label).element() as HTMLInputElement).value
  await field(label).fill(text)
  await expect.element(field(label)).toHaveAccessibleDescription(fault)
  await expect.element(field(label)).toHaveAttribute('aria-invalid', 'true')
  expect(document.querySelectorAll('[aria-invalid="true"]')).toHaveLength(1)
  expect(desk.reading.definition).toBeNull()
  await field(label).fill(usual)
  await expect.element(field(label)).toHaveAttribute('aria-invalid', 'false')
  expect(desk.reading.definition).not.toBeNull()
})
