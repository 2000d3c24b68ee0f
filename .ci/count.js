/** Adds up what vitest and Playwright reported: `N passed, N failed`. The argument is the exit code of `npm test`. */
import { existsSync, readFileSync } from 'node:fs'

const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null)
const vitest = read('artefacts/vitest.json')
const playwright = read('artefacts/playwright.json')

const passed = (vitest?.numPassedTests ?? 0) + (playwright?.stats.expected ?? 0) + (playwright?.stats.flaky ?? 0)
const counted = (vitest?.numFailedTests ?? 0) + (playwright?.stats.unexpected ?? 0)
const failed = counted === 0 && process.argv[2] !== '0' ? 1 : counted
console.log(`${passed} passed, ${failed} failed`)
