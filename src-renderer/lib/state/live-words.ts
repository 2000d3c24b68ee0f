/** How the rate of live values is spoken of. */
import type { LiveRate } from './live.svelte.ts'

const words: Record<LiveRate, string> = { 4: 'Four times a second', 2: 'Twice a second', 1: 'Once a second' }

export const rateWords = (rate: LiveRate): string => words[rate]
export const shortRate = (rate: LiveRate): string => `${rate}/s`
