import { expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import TimingFields from '../../src-renderer/lib/components/timing-fields.svelte'
import { newSchedule, readTiming } from '../../src-renderer/lib/state/schedule-draft.ts'
import type { ScheduleDraft } from '../../src-renderer/lib/state/schedule-draft.ts'
import { kept } from './support/kept.svelte.ts'

const field = (label: string) => page.getByLabelText(label)
const labels = () => [...document.querySelectorAll('.field > label, legend')].map((label) => label.textContent)

/** The fields of a schedule with `changes`, whose faults are those of what they say. */
async function openFields(changes: Partial<ScheduleDraft> = {}) {
  const draft = kept({ ...newSchedule('nightly', 'Europe/Berlin'), ...changes })
  await render(TimingFields, {
    draft,
    get faults() {
      return readTiming(draft, 0, null).faults
    },
  })
  return draft
}

const clocks = ['A time that the clocks skip', 'A time that they show twice']
test.each([
  ['Every day at', ['When', 'Time', 'Time zone', ...clocks]],
  ['On days of the week at', ['When', 'Days', 'Time', 'Time zone', ...clocks]],
  ['On a day of the month at', ['When', 'Day of the month', 'Time', 'Time zone', ...clocks]],
  ['In equal intervals', ['When', 'Every', 'Time zone']],
  ['By a cron expression', ['When', 'Cron expression', 'Time zone', ...clocks]],
  ['Once', ['When', 'At', 'Time zone']],
])('"%s" asks for what it needs and nothing else', async (kind, wanted) => {
  await openFields()
  await field('When').selectOptions(kind)
  await expect.poll(labels).toEqual(wanted)
})

test('what is built is shown as cron beside the time, as it changes', async () => {
  const draft = await openFields({ kind: 'weekly' })
  await expect.element(field('Time')).toHaveAccessibleDescription('as cron: 0 9 * * MON,TUE,WED,THU,FRI')
  await field('Mon').click()
  await field('Sun').click()
  await field('Time').fill('23:45')
  await expect.element(field('Time')).toHaveAccessibleDescription('as cron: 45 23 * * TUE,WED,THU,FRI,SUN')
  expect(draft.days).toMatchObject({ Mon: false, Sun: true })
})

test('what was built is where one goes on by hand, and coming back does not lose it', async () => {
  const draft = await openFields({ kind: 'monthly', day: 'last', time: '06:30' })
  await field('When').selectOptions('By a cron expression')
  await expect.element(field('Cron expression')).toHaveValue('30 6 L * *')
  await field('Cron expression').fill('30 6 L * 1-5')
  await field('When').selectOptions('In equal intervals')
  await field('When').selectOptions('By a cron expression')
  await expect.element(field('Cron expression')).toHaveValue('30 6 L * 1-5')
  expect(draft.day).toBe('last')
})

test('faults stand next to the fields they are of, and go with them', async () => {
  await openFields({ kind: 'monthly', day: '32', time: '', zone: '' })
  await expect.element(field('Day of the month')).toHaveAccessibleDescription('From 1 to 31, or last.')
  await expect.element(field('Time')).toHaveAccessibleDescription('A time of day, such as 09:30.')
  await expect.element(field('Time zone')).toHaveAccessibleDescription('A time zone, such as Europe/Berlin, or system.')
  await field('Day of the month').fill('31')
  await field('Time').fill('09:30')
  await field('Time zone').fill('UTC')
  await expect.element(field('Day of the month')).toHaveAttribute('aria-invalid', 'false')
  await expect.element(field('Time')).toHaveAccessibleDescription('as cron: 30 9 31 * *')
  await expect.element(field('Time zone')).toHaveAccessibleDescription('system: wherever the machine is')
})

test('a week without a day says so at the days', async () => {
  const none = { Mon: false, Tue: false, Wed: false, Thu: false, Fri: false, Sat: false, Sun: false }
  await openFields({ kind: 'weekly', days: none })
  await expect.element(page.getByRole('group', { name: 'Days' })).toHaveAccessibleDescription('Choose a day.')
  await field('Sat').click()
  await expect.element(page.getByText('Choose a day.')).not.toBeInTheDocument()
})

test('an interval and a moment are checked as they are typed', async () => {
  const draft = await openFields({ kind: 'interval' })
  await field('Every').fill('0.5s')
  await expect.element(field('Every')).toHaveAccessibleDescription(/one second at least/)
  await field('When').selectOptions('Once')
  await expect.element(field('At')).toHaveAccessibleDescription('Choose a date and a time.')
  await field('At').fill('2027-03-28T02:30')
  await expect.element(field('At')).toHaveAttribute('aria-invalid', 'false')
  expect(draft).toMatchObject({ every: '0.5s', at: '2027-03-28T02:30' })
})

test('zones are offered, and what the clocks change is chosen in words', async () => {
  const draft = await openFields()
  const offered = [...document.querySelectorAll<HTMLOptionElement>('datalist option')].map(({ value }) => value)
  expect(offered[0]).toBe('system')
  expect(offered).toContain('America/New_York')
  await field('A time that the clocks skip').selectOptions('is left out')
  await field('A time that they show twice').selectOptions('counts both times')
  expect(draft).toMatchObject({ gap: 'skip', twice: 'both' })
})
