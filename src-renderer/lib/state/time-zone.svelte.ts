let zone: 'local' | 'utc' = $state('local')

const formats = {
  local: new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' }),
  utc: new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' }),
}

/** In which zone the whole window shows moments from now on. */
export function showTimesIn(chosen: 'local' | 'utc'): void {
  zone = chosen
}

/** Date and time of `at` in the person's own manner, with seconds. */
export const formatInstant = (at: number): string => `${formats[zone].format(at)}${zone === 'utc' ? ' UTC' : ''}`
