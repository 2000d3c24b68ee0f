import { afterEach, expect, it, vi } from 'vitest'
import { formatLogTime, showHoursAs, showTimesIn } from '../../../src-renderer/lib/state/time-zone.svelte.ts'

const night = Date.UTC(2026, 10, 29, 18, 35, 7, 42)
const noon = Date.UTC(2026, 10, 29, 6, 30)

afterEach(() => {
  vi.restoreAllMocks()
  showTimesIn('local')
  showHoursAs('system')
})

it('the times of log lines follow the zone and the hours that the person chose', () => {
  vi.spyOn(Date.prototype, 'getTimezoneOffset').mockReturnValue(-330)
  const shown = () => [night, noon].map(formatLogTime)
  expect(shown()).toEqual(['00:05:07.042', '12:00:00.000'])
  showHoursAs('12')
  expect(shown()).toEqual(['12:05:07.042 AM', '12:00:00.000 PM'])
  showTimesIn('utc')
  expect(shown()).toEqual(['06:35:07.042 PM', '06:30:00.000 AM'])
  showHoursAs('24')
  expect(shown()).toEqual(['18:35:07.042', '06:30:00.000'])
})
