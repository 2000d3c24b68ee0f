const factor = Number(process.env['SIGNALBOX_ROUNDS'] ?? 1)
if (!(factor > 0)) throw new Error(`SIGNALBOX_ROUNDS=${factor} is no number of rounds; give one above 0, such as 10`)

/** How many random programs a test plays: `usual` are enough for a change; `SIGNALBOX_ROUNDS=10` plays ten times as many. */
export const rounds = (usual: number): number => Math.ceil(usual * factor)
