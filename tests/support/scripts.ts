import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const sources = {
  'double.ts': `
    import { log, progress } from 'signalbox'
    export default async function (input: { n: number } | null) {
      log('doubling')
      progress(1, 1, 'doubled')
      return { doubled: (input?.n ?? 0) * 2 }
    }`,
  'fail.ts': `
export default function (): never {
  throw new TypeError('no such colour')
}`,
  'wait.ts': `
    import { log, sleep } from 'signalbox'
    export default async function () {
      log('waiting')
      await sleep(60_000)
    }`,
  'stubborn.ts': `
    export default function () {
      console.log('process ' + process.pid)
      process.on('SIGTERM', () => console.log('not yet'))
      return new Promise(() => setInterval(() => undefined, 1000))
    }`,
  'chatter.ts': `
    export default function (input: { lines: number }) {
      for (let n = 1; n <= input.lines; n++) console.log('line ' + n)
    }`,
}

type ScriptName = 'double' | 'fail' | 'wait' | 'stubborn' | 'chatter'

/** Writes small scripts into `folder` and gives the path of each by its name. */
export function writeScripts(folder: string): Record<ScriptName, string> {
  const paths: Record<string, string> = {}
  for (const [name, text] of Object.entries(sources)) {
    const path = join(folder, name)
    writeFileSync(path, text)
    paths[name.replace('.ts', '')] = path
  }
  return paths
}
