import { oc, type } from '@orpc/contract'
import * as v from 'valibot'
import { limits, secretNamePattern } from './limits.ts'

/** The messages name no value: what is refused may be one. */
export const secretNameSchema = v.pipe(
  v.string(),
  v.maxLength(limits.name, `the name of a secret has at most ${limits.name} characters`),
  v.regex(secretNamePattern, 'the name of a secret has letters, digits, _ . and -, and begins with a letter or _'),
)

const secretValue = v.pipe(
  v.string('the value of a secret is a text'),
  v.check((text) => text.length >= limits.secretUnits[0], 'the value is too short to be recognised in a log'),
  v.check(
    (text) => text.length <= limits.secretUnits[1],
    `the value has more than ${limits.secretUnits[1]} characters`,
  ),
  v.check((text) => !text.includes('\0'), 'the value has a null character, which no environment can hold'),
)

/** The secrets that a job's attempts are given, each under the name `env`. */
export const neededSecretsSchema = v.pipe(
  v.array(
    v.strictObject({
      env: v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a variable has letters, digits and _')),
      name: secretNameSchema,
    }),
  ),
  v.maxLength(limits.secretsOfJob, `at most ${limits.secretsOfJob} secrets`),
  v.check((all) => new Set(all.map(({ env }) => env)).size === all.length, 'names a variable twice'),
)

/** A secret as it is shown: never its value, which nobody gets but an attempt. `problem`: why not even that one gets it. */
export type SecretRow = {
  name: string
  createdAt: number
  updatedAt: number
  jobs: string[]
  problem: { message: string; hint: string } | null
}

export const secretContract = {
  secrets: {
    /** Replaces the value of one that is there. Attempts that run keep the old one. */
    set: oc.input(v.strictObject({ name: secretNameSchema, value: secretValue })).output(type<SecretRow>()),
    /** Asks for their key now, as somebody has unlocked where it is kept. SECRETS_LOCKED: it cannot be had yet. */
    open: oc.output(type<{ opened: true }>()),
    list: oc.output(type<SecretRow[]>()),
    /**
     * Gives up all secrets, whose key is lost for good; `names` are all of them. A new key is made for what is set from now on.
     * Each has to be set anew, or removed, before anything that needs secrets begins. Refused while they can be opened.
     */
    reset: oc.input(v.strictObject({ names: v.array(secretNameSchema) })).output(type<SecretRow[]>()),
    /** Refused while jobs need it. */
    remove: oc.input(v.strictObject({ name: v.string() })).output(type<{ removed: true }>()),
  },
}
