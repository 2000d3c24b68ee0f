import { rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { launchLimits } from '../../../src-main/interpreters/launch-limits.ts'
import { SupervisedProcess } from '../../../src-main/interpreters/supervised-process.ts'
import type { FromSupervisor } from '../../../src-main/interpreters/supervisor-protocol.ts'
import { Sweeper } from '../../../src-main/interpreters/sweeper.ts'
import { TempFolders } from '../../../src-main/interpreters/temp-folders.ts'
import { TempWatch } from '../../../src-main/interpreters/temp-watch.ts'
import { noResourceLimits } from '../../../src-preload/resource-limits.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'

test('a program that removes its folder for temporary files at once is still held, and its end is told', async () => {
  const root = tempFolder()
  const said: FromSupervisor[] = []
  const shared = {
    life: 'store/life',
    environment: { PATH: process.env['PATH'] },
    sweeper: new Sweeper(),
    temps: new TempFolders(root, 'life'),
    usage: null,
    tempUse: new TempWatch(() => Promise.resolve([0]), { monoMs: () => 0, after: () => () => undefined }),
  }
  const upstream = {
    report(message: FromSupervisor) {
      said.push(message)
      // As a program does that is faster than we are.
      if (message.type === 'launched') rmdirSync(join(root, 'life', '1'))
    },
    relay: () => undefined,
    forget: () => undefined,
  }
  const launch = {
    file: '/bin/sh',
    args: ['-c', 'exit 3'],
    cwd: root,
    env: {},
    stdin: null,
    label: '1.1',
    hasChannel: false,
    limits: launchLimits(noResourceLimits),
  }
  new SupervisedProcess(1, launch, shared, upstream)
  await until('its end is told', () => said.some(({ type }) => type === 'gone'))
  expect(said).toMatchObject([{ type: 'launched' }, { type: 'gone', code: 3 }])
  await shared.temps.close()
})
