import { execFileSync } from 'node:child_process'

/** Bare spawns per second, as `spawn(command)` does them (three pipes), from a process that does nothing else. */
export function bareSpawns(command: string[], count: number): number {
  const program = `
    const { spawn } = require('node:child_process')
    const [command, ...args] = ${JSON.stringify(command)}
    async function measure(parallel) {
      let left = ${count}
      const one = () => new Promise((done) => spawn(command, args).on('exit', done))
      const loop = async () => { while (left-- > 0) await one() }
      const start = performance.now()
      await Promise.all(Array.from({ length: parallel }, loop))
      return ${count} / (performance.now() - start) * 1000
    }
    (async () => {
      const rates = []
      for (const parallel of [2, 4, 8]) rates.push(await measure(parallel))
      console.log(Math.max(...rates))
    })()`
  return Number(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }))
}
