/** Named interpreters ask the engine as runs do, under negative numbers. */
export const partyOf = (interpreter: number): number => -interpreter
export const interpreterOfParty = (run: number): number => -run
