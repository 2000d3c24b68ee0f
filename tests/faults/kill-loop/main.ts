/**
 * `npm run faults -- SIZE [SEED]`: kills the host again and again and compares what was seen with what is stored, then does the
 * same to programs with one mistake each, which must be found out. Prints a JSON line for each part; exits 1 when something is
 * wrong, and says where everything is kept. `smoke` is what the tests do, `merge` takes minutes, `nightly` hours.
 */
import { copyTree, ownTree } from '../../support/mutants.ts'
import { runFailpoints } from './failpoints.ts'
import { runKillLoop } from './loop.ts'
import { catchMistake, lateReports, mistakes } from './mistakes.ts'
import { isSize, sizes } from './sizes.ts'
import { runSoak } from '../soak/soak.ts'

const [name = 'smoke', seedWord, part = 'all'] = process.argv.slice(2)
const seed = Number(seedWord ?? Date.now() % 1_000_000)
if (!isSize(name) || !Number.isInteger(seed)) {
  console.error(
    `Write: npm run faults -- ${Object.keys(sizes).join('|')} [SEED] [PART], where PART is loop, late, steps, mistakes or soak`,
  )
  process.exit(2)
}
const size = sizes[name]
const isWanted = (each: string) => part === 'all' || part === each
let isWrong = false

function tell(what: string, report: { violations: unknown[] } & Record<string, unknown>): void {
  isWrong ||= report.violations.length > 0
  console.log(JSON.stringify({ part: what, ...report, violations: report.violations.slice(0, 20) }))
}
const follow = (words: string) => process.stderr.write(`${words}\n`)

if (isWanted('loop')) tell('kill loop', await runKillLoop({ root: ownTree.root, seed, ...size.loop, onLife: follow }))
if (isWanted('late')) {
  const tree = copyTree([lateReports])
  tell('late reports', await runKillLoop({ root: tree.root, seed, ...size.late, onLife: follow }))
  tree.remove()
}
if (isWanted('steps')) {
  for (const failpoints of size.failpoints) {
    tell('steps', await runFailpoints({ root: ownTree.root, ...failpoints, onLife: follow }))
  }
}
if (isWanted('mistakes')) {
  for (const mistake of mistakes) {
    const { isCaught, by, rounds } = await catchMistake(mistake, seed, size.rounds)
    const violations = isCaught ? [] : [{ rule: 'host', what: `"${mistake.name}" is not found out` }]
    tell(`mistake: ${mistake.name}`, { isCaught, by, rounds, violations })
  }
}
if (isWanted('soak')) tell('soak', await runSoak({ root: ownTree.root, seed, ...size.soak, onLook: follow }))
process.exitCode = isWrong ? 1 : 0
