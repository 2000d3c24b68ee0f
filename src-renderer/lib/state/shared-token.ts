/**
 * The token among the tabs of one browser. It lives in each tab's own storage, so a link opened in another tab would
 * find none; a tab of the same origin that is open hands it over. Other origins cannot listen.
 */
const channelName = 'signalbox.token'
const answerMs = 300

type Said = { is: 'wanted' } | { is: 'token'; token: string }

/** Answers other tabs until the returned function is called. Only a token that the host has taken is worth lending. */
export function lendToken(token: string): () => void {
  const channel = new BroadcastChannel(channelName)
  channel.addEventListener('message', ({ data }: MessageEvent<Said>) => {
    if (data.is === 'wanted') channel.postMessage({ is: 'token', token } satisfies Said)
  })
  return () => channel.close()
}

/** The token of another open tab; null when none answers. */
export async function borrowToken(): Promise<string | null> {
  const channel = new BroadcastChannel(channelName)
  const answer = new Promise<string | null>((resolve) => {
    channel.addEventListener('message', ({ data }: MessageEvent<Said>) => data.is === 'token' && resolve(data.token))
    setTimeout(() => resolve(null), answerMs)
  })
  channel.postMessage({ is: 'wanted' } satisfies Said)
  const token = await answer
  channel.close()
  return token
}
