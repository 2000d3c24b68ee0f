/** The module `signalbox` as the scripts of these tests import it: the real SDK, in the time of the simulated engine. */
import './virtual-timers.ts'

export * from '../../../src-main/interpreters/sdk/index.ts'
