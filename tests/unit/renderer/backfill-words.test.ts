import { describe, expect, it } from 'vitest'
import { backfillWords, readRange } from '../../../src-renderer/lib/state/backfill-words.ts'
import { formatIn } from '../../../src-renderer/lib/state/schedule-words.ts'

const zone = 'Europe/Berlin'
const at = (hour: number) => Date.UTC(2026, 10, 20, hour)
const slots = (run: number | null, ...hours: number[]) =>
  hours.map((hour, index) => ({ at: at(hour), run: run === null ? null : run + index }))

describe('what a backfill says', () => {
  it('tells before how many slots get a run, in the zone of the schedule', () => {
    const words = backfillWords({ slots: slots(null, 1, 2, 3), more: false, keptFrom: null }, at(0), zone)
    expect(words).toEqual([
      `3 slots without a run, from ${formatIn(zone, at(1))} to ${formatIn(zone, at(3))}: each gets one.`,
    ])
  })

  it('tells afterwards what was made, and that more is left', () => {
    const words = backfillWords({ slots: slots(40, 1), more: true, keptFrom: null }, at(0), zone)
    expect(words).toEqual([
      `1 slot got a run, at ${formatIn(zone, at(1))}.`,
      'There are more: backfill again for those after the last of these.',
    ])
  })

  it('says that nothing is missing, and what nobody can know any more', () => {
    expect(backfillWords({ slots: [], more: false, keptFrom: at(2) }, at(0), zone)).toEqual([
      'Every slot in that time has had its run.',
      `What became of slots before ${formatIn(zone, at(2))} is not kept any more: they get no run.`,
    ])
    expect(backfillWords({ slots: [], more: false, keptFrom: at(2) }, at(3), zone)).toHaveLength(1)
  })
})

describe('a range', () => {
  it.each([
    ['', '2026-11-20T10:00', { from: 'Choose a date and a time.' }],
    ['2026-11-20T10:00', 'soon', { until: 'Choose a date and a time.' }],
    ['2026-11-20T10:00', '2026-11-20T10:00', { until: 'The end has to be after the beginning.' }],
  ])('from %j until %j is refused at its field', (from, until, faults) => {
    expect(readRange(from, until)).toEqual({ range: null, faults })
  })

  it('is read by the clocks of this machine', () => {
    const { range } = readRange('2026-11-20T10:00', '2026-11-20T11:30')
    expect(range).toEqual({
      from: new Date(2026, 10, 20, 10).getTime(),
      until: new Date(2026, 10, 20, 11, 30).getTime(),
    })
  })
})
