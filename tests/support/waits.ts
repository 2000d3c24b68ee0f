import type { Wait } from '../../src-preload/contract.ts'

/** A wait of a run as a whole for which nobody stands in line and which nobody holds, with what the test says of it. */
export const waitOf = <Kind extends Wait['kind']>(
  wait: { kind: Kind } & Omit<Extract<Wait, { kind: Kind }>, keyof typeof nobody> & Partial<Wait>,
): Wait => ({ ...nobody, ...wait }) as Wait

const nobody = { by: null, resource: null, since: 0, ahead: null, holders: [], holderCount: 0, expectedAt: null }
