/**
 * One process of a peer: the module named first is opened with the settings named second, and does what the messages of
 * `peer-process.ts` say. Plain JavaScript, as are the peers' modules: one of them needs a Node that strips no types, and
 * their packages are not there when this folder is type-checked.
 */
const [, , module, settings] = process.argv
const { open } = await import(module)
const peer = await open(JSON.parse(settings))

/** Of the machine's monotonic clock, which is the same in all its processes. */
const nowUs = () => Number(process.hrtime.bigint() / 1000n)

const requests = {
  fill: ({ count }) => peer.fill(count),
  async drain({ count, way }) {
    const start = performance.now()
    await peer.drain(count, way)
    return (count / (performance.now() - start)) * 1_000
  },
  listen: () => peer.listen(() => process.send({ startedAtUs: nowUs() })),
  async submit() {
    const calledAtUs = nowUs()
    await peer.submit()
    return { calledAtUs }
  },
}

process.on('message', async ({ id, what, ...details }) => {
  try {
    process.send({ id, value: (await requests[what](details)) ?? null })
  } catch (error) {
    process.send({ id, error: String(error?.stack ?? error) })
  }
})
// Whoever asks has gone, however it went.
process.on('disconnect', () => process.exit())
process.send({ ready: true })
