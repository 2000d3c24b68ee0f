import { openStore } from '../../src-main/store/open.ts'
import { tempFolder } from './temp-folder.ts'

/** A folder whose store was opened and closed once, with `runs` runs in it. */
export function usedHome(runs = 0): string {
  const home = tempFolder()
  const { db, close } = openStore(home, 'test')
  db.exec(`INSERT INTO definitions (id, hash, body) VALUES (1, 'h', '{}');
           INSERT INTO lanes (id, executor) VALUES (1, 'async');`)
  const insert = db.prepare(
    `INSERT INTO runs (id, lane_id, definition_id, name, origin, priority, lifecycle, created_at, queued_at, input)
     VALUES (?, 1, 1, 'n', 'manual', 0, 'queued', 0, 0, '1')`,
  )
  db.transaction(() => {
    for (let id = 1; id <= runs; id += 1) insert.run(id)
  })()
  close()
  return home
}
