import type { Wait } from '../../../src-preload/contract.ts'
import { routeHash } from './route.ts'

/** Where what is waited for is shown, with `run` pointed out among those who wait; null where there is no such place. */
export function waitRoute(wait: Wait, run: number): string | null {
  const { resource } = wait
  const here: [string, string] = ['run', String(run)]
  switch (wait.kind) {
    case 'semaphore':
      return resource === null ? null : routeHash('/semaphores', [['name', resource], here])
    case 'lock':
    case 'event':
    case 'condition':
    case 'barrier':
      return resource === null ? null : routeHash('/semaphores', [['kind', wait.kind], ['name', resource], here])
    case 'queue_get':
    case 'queue_put':
    case 'queue_join':
      return resource === null ? null : routeHash(`/queues/${encodeURIComponent(resource)}`, [here])
    case 'future':
      return resource === null ? null : routeHash('/futures', [['name', resource], here])
    case 'run':
      return routeHash(`/runs/${wait.run}`)
    case 'interpreter':
      return routeHash(`/interpreters/${wait.interpreter}`)
    case 'paused_job':
      return routeHash('/scripts', [['job', wait.job]])
    case 'time':
    case 'slot':
    case 'draining':
    case 'disk_full':
    case 'key':
    case 'task':
    case 'sleep':
    case 'promise':
    case 'machine':
    case 'secrets':
      return null
    default:
      return wait satisfies never
  }
}
