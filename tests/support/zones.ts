/** Zones whose clocks change in all the ways that there are: by half an hour, at midnight, in Ramadan, in the south, never. */
export const zones = [
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Los_Angeles',
  'America/St_Johns',
  'America/Havana',
  'America/Santiago',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Beirut',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
]

/** Each of these moments of a year (`03-28T20:00Z`) in each of three years. */
export const clockChangeEves = (moments: string[]): string[] =>
  [2025, 2026, 2027].flatMap((year) => moments.map((moment) => `${year}-${moment}`))
