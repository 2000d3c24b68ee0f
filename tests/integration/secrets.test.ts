import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listenTo, serveHome, signalboxOn, startSignalbox } from '../support/command-line.ts'
import { openServer } from '../support/loopback-server.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

const canary = 'canary-7f3a9c+/secret value'
const forms = [
  canary,
  encodeURIComponent(canary),
  ...[0, 1, 2].map((offset) =>
    Buffer.from('x'.repeat(offset) + canary)
      .toString('base64')
      .slice(4, -4),
  ),
]
const isIn = (bytes: Buffer | string) => forms.filter((form) => bytes.includes(form))

/** Says the value in every way a script has. */
const leaky = `
  import { log, progress, queue, secret, spawn } from 'signalbox'
  export default async function () {
    const value = secret('API_KEY')
    log('the key is ' + value, { value })
    console.log(Buffer.from('user:' + value).toString('base64'), encodeURIComponent(value))
    process.stdout.write(value.slice(0, 9)); process.stdout.write(value.slice(9) + '\\n')
    progress(1, 2, 'with ' + value)
    const refused = await queue('out').put({ value }).then(() => 'stored', (error) => error.name)
    const child = await spawn('a-job', { value }).then(() => 'spawned', (error) => error.name)
    void Promise.reject(new Error('late ' + value))
    await new Promise((resolve) => setTimeout(resolve, 50))
    return { value, list: [value], refused, child }
  }`

test('a secret reaches the attempts that need it, and nothing else', async () => {
  const home = tempFolder()
  const scripts = tempFolder()
  const leakyFile = join(scripts, 'leaky.ts')
  writeFileSync(leakyFile, leaky.replace("void Promise.reject(new Error('late ' + value))", ''))
  const throwingFile = join(scripts, 'throwing.ts')
  writeFileSync(
    throwingFile,
    `import { secret } from 'signalbox'
    export default () => { throw new Error('bad key ' + secret('API_KEY'), { cause: new Error(secret('API_KEY')) }) }`,
  )
  const server = await openServer((request, response) => response.end(JSON.stringify(request.headers)))

  const host = await serveHome(home)
  const signalbox = signalboxOn(home)
  const { say, json } = listenTo(signalbox)
  const set = await startSignalbox(['secret', 'set', 'API_KEY'], { home, input: `${canary}\n` }).whenEnded
  expect(set).toMatchObject({ code: 0, stderr: '' })

  for (const executor of ['process', 'thread', 'async']) {
    await say('job', 'add', leakyFile, '--name', `leaky-${executor}`, '--executor', executor, '--secret', 'API_KEY')
  }
  await say('job', 'add', throwingFile, '--name', 'throwing', '--secret', 'API_KEY')
  const command = 'printf "%s" "$KEY" | sha256sum; echo "$KEY"; printf "%s" "$KEY" | base64; echo "$KEY" >&2'
  await say('job', 'add', '--command', command, '--name', 'command', '--secret', 'KEY=API_KEY')
  const request = ['--http', 'GET', server.url, '--header', 'Authorization: Bearer {{API_KEY}}']
  await say('job', 'add', 'request', ...request, '--secret', 'API_KEY')
  const lines = 'tr "\\0" "\\n" < /proc/self/environ; sleep 2'
  await say('job', 'add', '--command', lines, '--name', 'without')

  const names = ['leaky-process', 'leaky-thread', 'leaky-async', 'throwing', 'command', 'request', 'without']
  const ids: Record<string, number> = {}
  for (const name of names) ids[name] = Number(await say('submit', name))
  type Run = { lifecycle: string; outcome: string; result: never; error: { message: string } | null }
  const seen: string[] = []
  const run = async (name: string) => {
    const detail = await json<Run>('show', String(ids[name]))
    seen.push(JSON.stringify(detail), await say('logs', String(ids[name])))
    return detail
  }
  await until(
    'all have finished',
    async () => {
      // Meanwhile the arguments of all processes are looked through.
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        try {
          expect(isIn(readFileSync(`/proc/${pid}/cmdline`))).toEqual([])
        } catch (error) {
          if (!(error instanceof Error && 'code' in error)) throw error
        }
      }
      const unfinished = await json<{ lifecycle: string }[]>('ls')
      return unfinished.every(({ lifecycle }) => lifecycle === 'finished')
    },
    50_000,
  )

  for (const executor of ['process', 'thread', 'async']) {
    const { outcome, result } = await run(`leaky-${executor}`)
    expect({ outcome, result }).toEqual({
      outcome: 'succeeded',
      result: { value: '***', list: ['***'], refused: 'SecretError', child: 'SecretError' },
    })
  }
  expect((await run('throwing')).error?.message).toBe('bad key ***')
  expect((await run('command')).outcome).toBe('succeeded')
  const { createHash } = await import('node:crypto')
  // It was the very value.
  expect(seen.at(-1)).toContain(createHash('sha256').update(canary).digest('hex'))
  expect((await run('request')).outcome).toBe('succeeded')
  expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${canary}`)
  expect((await run('without')).outcome).toBe('succeeded')

  seen.push(
    await say('secret', 'ls'),
    await say('secret', 'ls', '--json'),
    await say('job', 'show', 'command', '--json'),
  )
  expect(seen.flatMap(isIn)).toEqual([])
  expect(await json('secret', 'ls')).toMatchObject([
    { name: 'API_KEY', jobs: ['command', 'leaky-async', 'leaky-process', 'leaky-thread', 'request', 'throwing'] },
  ])
  expect(await signalbox('secret', 'rm', 'API_KEY')).toMatchObject({
    code: 1,
    stderr: /is needed by "command"/ as never,
  })

  const filesOf = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesOf(path) : entry.isFile() ? [path] : []
    })
  const inFiles = () => filesOf(home).flatMap((path) => isIn(readFileSync(path)).map((form) => ({ path, form })))
  const stopped = await host.stop()
  expect(isIn(stopped.stdout + stopped.stderr)).toEqual([])
  expect(inFiles()).toEqual([])

  // The next life has it again.
  const next = await serveHome(home)
  try {
    ids['again'] = Number(await say('submit', 'command'))
    await until('it has finished', async () => (await json<Run>('show', String(ids['again']))).lifecycle === 'finished')
    expect(await say('logs', String(ids['again']))).toContain(createHash('sha256').update(canary).digest('hex'))
  } finally {
    await next.stop()
  }
}, 120_000)

test('wrong use says what to do, and never the value', async () => {
  const home = tempFolder()
  const host = await serveHome(home)
  try {
    const signalbox = signalboxOn(home)
    const set = (input: string, ...words: string[]) =>
      startSignalbox(['secret', 'set', ...words], { home, input }).whenEnded
    const refusals = [
      await set('abc\n', 'SHORT'),
      await set('long enough', '9name'),
      await signalbox('secret', 'set', 'API_KEY', 'the-value-itself'),
      await signalbox('secret', 'rm', 'NOBODY'),
      await signalbox('job', 'add', '--command', 'true', '--secret', '9=x'),
      await set('null\0byte', 'NULL'),
    ]
    expect(refusals.map(({ code, stderr }) => ({ code, isOneLine: stderr.trim().split('\n').length === 1 }))).toEqual(
      [2, 2, 2, 1, 2, 2].map((code) => ({ code, isOneLine: true })),
    )
    expect(refusals.map(({ stderr }) => stderr).join('')).not.toMatch(/the-value-itself|null.byte/)
    await signalbox('job', 'add', '--command', 'true', '--name', 'needy', '--secret', 'GONE')
    const { stdout } = await signalbox('submit', 'needy')
    const show = async () => (await signalbox('show', stdout.trim())).stdout
    await until('it has failed', async () => (await show()).includes('SecretError'))
    expect(await show()).toMatch(/There is no secret named "GONE"[^]*secret set/)
  } finally {
    await host.stop()
  }
})

test('when the key is lost for good the secrets are given up and set anew, and the runs that waited begin', async () => {
  const home = tempFolder()
  const file = join(home, 'secrets.key')
  const setSecret = (name: string, value: string) =>
    startSignalbox(['secret', 'set', name], { home, input: value }).whenEnded
  const first = await serveHome(home)
  const { say } = listenTo(signalboxOn(home))
  await setSecret('API_KEY', 'the first value')
  await setSecret('OLD', 'another value')
  await say('job', 'add', '--command', 'test "$API_KEY" = "set anew"', '--name', 'needy', '--secret', 'API_KEY')
  await first.stop()
  writeFileSync(file, 'damaged')

  const host = await serveHome(home)
  try {
    const signalbox = signalboxOn(home)
    const run = (await say('submit', 'needy')).trim()
    const lost = 'If it is lost for good, give its secrets up and set them anew: signalbox secret reset'
    for (const words of [['show', run], ['ps'], ['secret', 'ls']]) expect(await say(...words)).toContain(lost)
    expect(await say('ls')).toMatch(/ queued +needy .*waiting for its secrets/)
    expect(await setSecret('API_KEY', 'set anew')).toMatchObject({ code: 1, stderr: expect.stringContaining(lost) })

    const asked = await signalbox('secret', 'reset')
    expect(asked).toMatchObject({ code: 2, stdout: '' })
    expect(asked.stderr).toMatch(
      /holds no key[^]*This would give up the values of API_KEY {2}\(for needy\), OLD; .* Say --yes/,
    )
    expect(readFileSync(file, 'utf8')).toBe('damaged')

    expect(await say('secret', 'reset', '--yes')).toBe(
      '2 secrets are given up. Set each anew:\n  signalbox secret set API_KEY  (for needy)\n  signalbox secret set OLD\n' +
        'What needs secrets waits until the last one is set, or removed (secret rm).\n',
    )
    const aside = readdirSync(home).filter((name) => name.startsWith('secrets.key.given-up-'))
    expect(aside.map((name) => readFileSync(join(home, name), 'utf8'))).toEqual(['damaged'])
    expect(await signalbox('secret', 'reset', '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The secrets can be opened') as string,
    })
    expect(await setSecret('API_KEY', 'set anew')).toMatchObject({ code: 0 })
    expect(await say('show', run)).toMatch(/^state +queued$[^]*"OLD" was given up and not set anew yet/m)
    await say('secret', 'rm', 'OLD')
    await until('it has succeeded', async () => (await say('show', run)).includes('succeeded'))
    expect(await say('secret', 'ls')).toMatch(/^API_KEY +\S+ \S+ +set +needy$/m)
  } finally {
    await host.stop()
  }
})
