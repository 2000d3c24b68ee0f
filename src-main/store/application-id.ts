/** "SgBx": marks a file as a store of ours in its header. */
export const APPLICATION_ID = 0x53674278
