/** Opens the store of a data folder and closes it: says when it begins, so that whoever kills it knows where it is. */
import { writeSync } from 'node:fs'
import { openStore } from '../../src-main/store/open.ts'

writeSync(1, 'begins\n')
openStore(process.argv[2] ?? '', 'migrating process').close()
