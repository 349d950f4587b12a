/** What the traces seen in this tab are called, so that a trail can name those that are not shown any more. */
const storageKey = 'linked-traces.trace-labels'
/** The oldest is forgotten. */
const mostLabels = 200

export function rememberTrace(traceId: string, label: string): void {
  const labels = new Map(readLabels())
  if (labels.get(traceId) === label) return
  labels.delete(traceId)
  labels.set(traceId, label)
  sessionStorage.setItem(storageKey, JSON.stringify([...labels].slice(-mostLabels)))
}

/** Its label, or the beginning of its id. */
export function traceLabel(traceId: string): string {
  return new Map(readLabels()).get(traceId) ?? `${traceId.slice(0, 8)}…`
}

function readLabels(): [string, string][] {
  return JSON.parse(sessionStorage.getItem(storageKey) ?? '[]')
}
