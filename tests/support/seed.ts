import fc from 'fast-check'

/**
 * Random programs are new ones each time they run here, and the same ones each time on CI: a change is not turned down for a
 * program that has nothing to do with it. `SIGNALBOX_SEED=n` runs those of another seed; a failure prints the seed it is found with.
 */
const seed = process.env['SIGNALBOX_SEED'] ?? (process.env['CI'] === undefined ? undefined : '1')
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) })
