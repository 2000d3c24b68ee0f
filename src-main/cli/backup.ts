import type { Command } from 'commander'
import type { BackupRow, Backups } from '../../src-preload/contract.ts'
import { homePaths } from '../home.ts'
import { askToGoOn } from './ask.ts'
import { refusalCode } from './failure.ts'
import { printJson, printLine, printTable } from './output.ts'
import { circumstancesOf, withHost } from './verb.ts'
import { bytesInWords, timeInWords } from './words.ts'

const kindInWords: Record<BackupRow['kind'], string> = {
  daily: 'daily',
  asked: 'asked for',
  upgrade: 'before an upgrade',
}

/** `backup`: verified copies of the store. With a host it is asked for one; without, the store is opened for it. */
export function addBackup(program: Command): void {
  const backup = program.command('backup').description('copy the store, and list the copies')
  backup
    .command('make', { isDefault: true })
    .description('make a copy now and read it from end to end')
    .action(async (_options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const row = await withOrWithoutHost(
        () => withHost(home, (client) => client.backups.make()),
        () => makeWithoutHost(home),
      )
      if (json) printJson(row)
      else printLine(`${row.file} was made and verified, ${bytesInWords(row.bytes)}, in ${homePaths(home).backups}`)
    })

  backup
    .command('ls')
    .description('list the copies there are, the newest first')
    .action(async (_options: object, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const backups = await withOrWithoutHost(
        () => withHost(home, (client) => client.backups.list()),
        () => listWithoutHost(home),
      )
      if (json) printJson(backups)
      else print(backups)
    })
}

/** `restore`: a copy takes the place of the store, which is set aside. */
export function addRestore(program: Command): void {
  program
    .command('restore')
    .description('put a copy of the store in its place; the host must not run')
    .argument('<backup>', '"latest", a name of "backup ls", or the path of a file')
    .option('--yes', 'do not ask')
    .action(async (asked: string, { yes }: { yes?: boolean }, command: Command) => {
      const { home, json } = circumstancesOf(command)
      const { findBackup, prepareRestore } = await import('../store/backups/restore.ts')
      const restoring = prepareRestore(home, findBackup(home, asked), `restore, process ${process.pid}`)
      const { source, facts } = restoring
      try {
        if (yes !== true) await confirm(source, facts.unfinished)
      } catch (error) {
        restoring.abandon()
        throw error
      }
      const setAside = restoring.commit(Date.now())
      if (json) return printJson({ restored: source, setAside, ...facts })
      printLine(`${source} was restored.`)
      if (setAside !== null) printLine(`The store that was there is in ${setAside}`)
    })
}

function confirm(source: string, unfinished: number): Promise<void> {
  const runs = `${unfinished} ${unfinished === 1 ? 'run' : 'runs'} that had not finished then will go on or run again.`
  const what = `This puts ${source} in place of the store.${unfinished === 0 ? '' : ` ${runs}`}`
  return askToGoOn({ what, alone: what }, 'yes')
}

async function withOrWithoutHost<T>(asked: () => Promise<T>, alone: () => Promise<T>): Promise<T> {
  try {
    return await asked()
  } catch (error) {
    if (refusalCode(error) !== 'NO_HOST') throw error
    return alone()
  }
}

async function makeWithoutHost(home: string): Promise<BackupRow> {
  const { openStore } = await import('../store/open.ts')
  const { copyNow } = await import('../store/backups/make-backup.ts')
  const store = openStore(home, `backup, process ${process.pid}`)
  try {
    return copyNow(store.db, homePaths(home).backups, 'asked', Date.now())
  } finally {
    store.close()
  }
}

async function listWithoutHost(home: string): Promise<Backups> {
  const { listBackups } = await import('../store/backups/backup-files.ts')
  const folder = homePaths(home).backups
  return { folder, rows: listBackups(folder), isMaking: false, failure: null }
}

function print({ folder, rows, isMaking, failure }: Backups): void {
  if (rows.length === 0) printLine(`There is no backup in ${folder}. Make one with: signalbox backup`)
  else {
    printTable(
      ['FILE', 'MADE', 'SIZE', 'WHY'],
      rows.map(({ file, at, bytes, kind }) => [file, timeInWords(at), bytesInWords(bytes), kindInWords[kind]]),
      [2],
    )
  }
  if (isMaking) printLine('One is being made.')
  if (failure !== null) printLine(`The last try, ${timeInWords(failure.at)}, failed: ${failure.why}`)
}
