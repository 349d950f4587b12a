/** Traces behind the one that is shown, oldest first; more are forgotten. */
const longestTrail = 8

/** The traces that the reader came through, from the parameter `via`. */
export function readTrail(query: URLSearchParams): string[] {
  return (query.get('via') ?? '').split(',').filter((id) => /^[0-9a-f]{32}$/.test(id))
}

/** The parameter `via` for going from `traceId` to `next`. A trace that was come through before is gone back to. */
export function trailTo(next: string, traceId: string, trail: readonly string[]): string | null {
  if (next === traceId) return trail.length === 0 ? null : trail.join(',')
  const whole = [...trail, traceId]
  const back = whole.indexOf(next)
  const kept = (back < 0 ? whole : whole.slice(0, back)).slice(-longestTrail)
  return kept.length === 0 ? null : kept.join(',')
}
