import { dirname, isAbsolute, join } from 'node:path'
import type { Callable } from '../../named/calls.ts'
import { shown } from '../check.ts'
import { placeOfCaller } from '../place.ts'

/**
 * What can be called elsewhere: a function, which goes there as its text, without what is around it; or an export of a module:
 * `'./work.ts'` is its default export, `'./work.ts#hash'` that of the name `hash`.
 */
export type CallableElsewhere<Args extends readonly unknown[], Value> = ((...args: Args) => Value) | string

/** As it travels. Paths are relative to the file of the caller. Throws a TypeError for anything else. */
export function callableOf(what: string, callable: unknown): Callable {
  if (typeof callable === 'function') return { by: 'text', text: Function.prototype.toString.call(callable) }
  if (typeof callable !== 'string' || callable.trim() === '')
    throw new TypeError(`${what}: give a function, or a module such as './work.ts#name', not ${shown(callable)}.`)
  const [, path = callable, name = 'default'] = /^(.*?)(?:#([^#/\\]+))?$/s.exec(callable) ?? []
  return { by: 'export', module: resolved(what, path), name }
}

function resolved(what: string, path: string): string {
  if (!/^\.{1,2}[/\\]/.test(path)) return path
  const place = placeOfCaller()?.replace(/:\d+:\d+$/, '')
  if (place === undefined || !isAbsolute(place))
    throw new TypeError(`${what}: it is not known in which folder ${path} would be; give its whole path.`)
  return join(dirname(place), path)
}
