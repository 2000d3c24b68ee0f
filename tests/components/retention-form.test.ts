import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { Retention, Storage } from '../../src-preload/contract.ts'
import RetentionForm from '../../src-renderer/lib/components/retention-form.svelte'
import { fakeApp, renderInApp } from './support/fake-app.ts'

const field = (label: string) => page.getByLabelText(label)
const save = page.getByRole('button', { name: 'Save the limits' })
const status = page.getByRole('status')
const day = 86_400_000
/** As they are asked for; what is not there is no limit. */
type Limits = { [Limit in keyof Retention]?: Retention[Limit] | undefined }

/** The form over a store with these limits; a limit on the number of runs would remove what is beyond it of 500. */
async function openForm(retention: Partial<Retention> = {}) {
  const saved: Limits[] = []
  const previewed: Limits[] = []
  const storage = ({ maxAgeMs = null, maxRuns = null, maxBytes = null }: Limits): Storage => ({
    retention: { maxAgeMs, maxRuns, maxBytes },
    finishedRuns: 500,
    oldestAt: null,
    fileBytes: 4_096,
    usedBytes: 2_048,
    logBytes: 100,
    overdue: 0,
    removed: { runs: 12_345, at: null },
  })
  const app = fakeApp({
    history: {
      storage: () => Promise.resolve(storage(retention)),
      previewRetention: (limits) => {
        previewed.push(limits)
        return Promise.resolve({ runs: Math.max(0, 500 - (limits.maxRuns ?? 500)) })
      },
      setRetention: (limits) => (saved.push(limits), Promise.resolve(storage(limits))),
    },
  })
  await renderInApp(RetentionForm, {}, app)
  await expect.element(page.getByText('12,345')).toBeVisible()
  return { saved, previewed }
}

test('limits are shown as a person would write them, and none as nothing', async () => {
  await openForm({ maxAgeMs: 30 * day, maxRuns: 100_000, maxBytes: 2e9 })
  await expect.element(field('Keep for')).toHaveValue('30d')
  await expect.element(field('Keep so many runs')).toHaveValue('100000')
  await expect.element(field('Keep within')).toHaveValue('2 GB')
  await openForm({ maxBytes: 1_500e6 })
  await expect.element(field('Keep within').last()).toHaveValue('1500 MB')
  await expect.element(field('Keep for').last()).toHaveValue('')
})

test('what the limits would remove is said before they are saved', async () => {
  const { saved } = await openForm()
  await expect.element(status).toHaveTextContent('No run is beyond these limits of age and number.')
  await field('Keep so many runs').fill('80')
  await expect.element(status).toMatchTextContent(/^420 runs are beyond these limits and would be removed/)
  expect(saved).toEqual([])
})

test.each([
  ['Keep for', '30s', 'Write for example 30d or 12h; a minute at least.'],
  ['Keep for', 'a while', 'Write for example 30d or 12h; a minute at least.'],
  ['Keep so many runs', '1e3', 'Write a whole number.'],
  ['Keep so many runs', '-1', 'Write a whole number.'],
  ['Keep within', '2', 'Write for example 500 MB or 2 GB; 1 MB at least.'],
  ['Keep within', '0.5 MB', 'Write for example 500 MB or 2 GB; 1 MB at least.'],
])(
  '%s "%s" is at fault beside the field, asks for nothing and says nothing of what would go',
  async (label, text, fault) => {
    const { saved, previewed } = await openForm({ maxRuns: 80 })
    await expect.element(status).toMatchTextContent(/^420 runs/)
    const asked = previewed.length
    await field(label).fill(text)
    await expect.element(field(label)).toHaveAccessibleDescription(fault)
    await expect.element(save).toBeDisabled()
    await expect.element(status).toHaveTextContent('')
    await userEvent.keyboard('{Enter}')
    expect(saved).toEqual([])
    expect(previewed).toHaveLength(asked)
  },
)

test('all three are saved together, an empty one as no limit', async () => {
  const { saved } = await openForm({ maxRuns: 7 })
  await field('Keep for').fill('1d 12h')
  await field('Keep so many runs').fill('')
  await field('Keep within').fill('1.5 gb')
  await save.click()
  expect(saved).toEqual([{ maxAgeMs: 1.5 * day, maxRuns: null, maxBytes: 1.5e9 }])
  await expect.element(field('Keep within')).toHaveValue('1500 MB')
})
