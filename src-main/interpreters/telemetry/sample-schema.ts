import * as v from 'valibot'

const whole = v.pipe(v.number(), v.integer(), v.minValue(0))

/** A `Sample`, as the engine takes it: it comes from where user code runs. */
export const sampleSchema = v.strictObject({
  thread: whole,
  heapUsed: whole,
  heapLimit: whole,
  rss: whole,
  loopUtilisation: v.nullable(v.pipe(v.number(), v.minValue(0))),
  loopDelayP99Ms: v.nullable(v.pipe(v.number(), v.minValue(0))),
  runs: v.pipe(v.array(whole), v.maxLength(20)),
  runsDone: whole,
})
