/** The answer to a future as a person enters it. */
import type { Json } from '../../../src-preload/contract.ts'
import { readJson } from './draft.ts'

export const answerKinds = [
  { id: 'text', label: 'Text' },
  { id: 'number', label: 'Number' },
  { id: 'yes-no', label: 'Yes or no' },
  { id: 'nothing', label: 'Nothing' },
  { id: 'json', label: 'JSON' },
  { id: 'reject', label: 'Reject' },
] as const
export type AnswerKind = (typeof answerKinds)[number]['id']
export type Answer = { kind: AnswerKind; text: string; isYes: boolean; errorName: string }

export type ReadAnswer =
  | { is: 'value'; value: Json }
  | { is: 'error'; name: string; message: string }
  | { is: 'fault'; field: 'text' | 'errorName'; fault: string }

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** What the entry means, or what is wrong with it. An empty text is a text, an empty number is none. */
export function readAnswer({ kind, text, isYes, errorName }: Answer): ReadAnswer {
  const fault = (field: 'text' | 'errorName', words: string): ReadAnswer => ({ is: 'fault', field, fault: words })
  switch (kind) {
    case 'text':
      return { is: 'value', value: text }
    case 'number': {
      const number = Number(text.trim())
      if (!decimal.test(text.trim()) || !Number.isFinite(number)) return fault('text', 'Enter a number, such as 12.5.')
      return { is: 'value', value: number }
    }
    case 'yes-no':
      return { is: 'value', value: isYes }
    case 'nothing':
      return { is: 'value', value: null }
    case 'json': {
      const parsed = readJson(text)
      if (text.trim() === '') return fault('text', 'Enter a JSON value, such as {"approved": true}.')
      return parsed.fault === null ? { is: 'value', value: parsed.value } : fault('text', parsed.fault)
    }
    case 'reject':
      if (!/^[A-Za-z_$][\w$]*$/.test(errorName.trim()))
        return fault('errorName', 'The name of an error is one word, such as TypeError.')
      if (text.trim() === '') return fault('text', 'Say why: the message is what the script gets.')
      return { is: 'error', name: errorName.trim(), message: text.trim() }
    default:
      return kind satisfies never
  }
}

/** What the answer is as the script gets it, to be seen before it is sent. */
export function answerPreview(answer: ReadAnswer): string {
  if (answer.is === 'fault') return ''
  if (answer.is === 'error') return `throws ${answer.name}: ${answer.message}`
  const text = JSON.stringify(answer.value)
  return `gives ${text.length > 120 ? `${text.slice(0, 119)}…` : text}`
}
