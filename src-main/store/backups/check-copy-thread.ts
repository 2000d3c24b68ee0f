/**
 * Entry of the thread that checks a copy: to read a large one takes seconds, for which no run should wait. The copy is a file
 * of its own, so this second reader of SQLite takes no lock of the store away.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { checkCopy } from './check-copy.ts'

parentPort?.postMessage(checkCopy(workerData as string))
