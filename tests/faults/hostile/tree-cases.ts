import { cancelled, childProcess, command, failed, script, succeeded, timedOut, timeoutMs } from './hostile-case.ts'
import type { HostileCase } from './hostile-case.ts'

/** Everybody who sleeps for MARK seconds must be dead when the run has ended, however that comes. */
export const trees: HostileCase[] = [
  {
    name: 'grandchildren in the background',
    definition: command('sleep MARK & (sleep MARK & sleep MARK & wait) & exit 0'),
    expected: succeeded,
  },
  { name: 'nohup and disown', definition: command('nohup sleep MARK > /dev/null 2>&1 & exit 0'), expected: succeeded },
  {
    name: 'setsid with its output closed',
    definition: command('setsid sleep MARK > /dev/null 2>&1 & sleep 0.1; exit 0'),
    expected: succeeded,
  },
  {
    name: 'a double fork with setsid',
    definition: command(`setsid sh -c 'setsid sleep MARK > /dev/null 2>&1 &' ; exit 3`),
    expected: failed(/code 3/),
  },
  {
    name: 'a daemon with a new session and an empty environment',
    definition: command('setsid env -i sleep MARK > /dev/null 2>&1 < /dev/null & sleep 0.1; exit 0'),
    expected: succeeded,
  },
  {
    name: 'a double fork with an empty environment',
    definition: command(`env -i setsid sh -c 'setsid sleep MARK > /dev/null 2>&1 < /dev/null &' ; exit 0`),
    expected: succeeded,
  },
  {
    name: 'daemons of a script that returns',
    definition: script(
      `for (let i = 0; i < 5; i++) spawn('setsid', ['sh', '-c', 'sleep MARK & exec sleep MARK'], { detached: true, stdio: 'ignore', env: {} }).unref(); return 1`,
      { imports: childProcess },
    ),
    expected: succeeded,
  },
  {
    name: 'a daemon of a command that is cancelled',
    definition: command(
      `trap '' TERM; setsid env -i sh -c 'trap "" TERM; sleep MARK & sleep MARK' > /dev/null 2>&1 & echo up; sleep MARK`,
    ),
    cancelAt: 'up',
    expected: cancelled,
  },
  {
    name: 'a daemon of a script that is cancelled',
    definition: script(
      `spawn('setsid', ['sh', '-c', 'setsid sleep MARK & exit'], { detached: true, stdio: 'ignore', env: {} }).unref(); console.log('up'); for (;;);`,
      { imports: childProcess },
    ),
    cancelAt: 'up',
    expected: cancelled,
  },
  {
    name: 'a hundred daemons',
    definition: command('i=0; while [ $i -lt 100 ]; do setsid sleep MARK > /dev/null 2>&1 & i=$((i+1)); done; exit 0'),
    expected: succeeded,
  },
  {
    name: 'a process that forks and leaves, again and again',
    definition: command(
      `cat > hare-MARK.sh <<'END'\nsetsid sh "$0" MARK > /dev/null 2>&1 &\nEND\nsetsid sh hare-MARK.sh MARK > /dev/null 2>&1 & echo up; sleep MARK`,
    ),
    cancelAt: 'up',
    expected: cancelled,
  },
  {
    name: 'a fork bomb of 150',
    definition: command(
      `bomb() { if [ $1 -gt 0 ]; then bomb $(($1 - 1)) & bomb $(($1 - 1)) & fi; sleep MARK; }; bomb 6; wait`,
      { timeoutMs },
    ),
    expected: timedOut,
  },
  {
    name: 'zombies that nobody collects',
    definition: command(`for i in 1 2 3 4 5; do sh -c 'true & exec sleep MARK' & done; echo up; wait`),
    cancelAt: 'up',
    expected: cancelled,
  },
  {
    name: 'a leader that leaves its group',
    definition: command(
      `exec perl -e 'use POSIX; if (fork) { sleep 1; exit } setpgid(0, 0); POSIX::setsid(); exec "sleep", "MARK"'`,
    ),
    expected: succeeded,
  },
  {
    name: 'another tag in its environment',
    definition: command('SIGNALBOX_TAG=nobody/knows/1.1 setsid sleep MARK > /dev/null 2>&1 & sleep 0.1; exit 0'),
    expected: succeeded,
  },
  {
    name: 'a native child whose effect would come late',
    definition: script(`console.log('up'); spawnSync('sh', ['-c', 'sleep 3; echo late > late; sleep 3', 'MARK'])`, {
      imports: childProcess,
    }),
    cancelAt: 'up',
    expected: cancelled,
  },
]
