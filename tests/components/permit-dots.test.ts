import { expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-svelte'
import PermitDots from '../../src-renderer/lib/components/permit-dots.svelte'

/** `●` a permit that is out, `○` a free one, `!` one that is out beyond those there are. */
const dots = () =>
  [...document.querySelectorAll('i')]
    .map(({ classList }) => (classList.contains('beyond') ? '!' : classList.contains('held') ? '●' : '○'))
    .join('')

test.each([
  [0, 0, ''],
  [0, 4, '○○○○'],
  [3, 4, '●●●○'],
  [4, 4, '●●●●'],
  [6, 4, '●●●●!!'],
  [2, 0, '!!'],
  [16, 16, '●●●●●●●●●●●●●●●●'],
])('%i of %i permits out', async (held, permits, drawn) => {
  await render(PermitDots, { name: 'api', held, permits })
  expect(dots()).toBe(drawn)
  const words = page.getByRole('img', { name: `${held} of ${permits} permits of api are out` })
  await expect.element(words).toBeInTheDocument()
})

test.each([
  [0, 17, 0, 'running'],
  [5, 20, 0.25, 'running'],
  [20, 20, 1, 'waiting'],
  [40, 20, 1, 'waiting'],
  [17, 0, 0, 'waiting'],
])('more than can be told apart are a bar: %i of %i', async (held, permits, share, look) => {
  await render(PermitDots, { name: 'api', held, permits })
  const meter = page.getByRole('meter', { name: 'Permits of api that are out' })
  expect(dots()).toBe('')
  await expect.element(meter).toHaveAttribute('aria-valuenow', String(held))
  await expect.element(meter).toHaveAttribute('data-state-look', look)
  const fill = meter.element().querySelector('.fill')?.getBoundingClientRect().width ?? 0
  expect(fill / meter.element().getBoundingClientRect().width).toBeCloseTo(share, 1)
})
