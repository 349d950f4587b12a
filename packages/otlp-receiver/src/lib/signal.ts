/** What an export carries, as in its path `/v1/<signal>`. */
export type Signal = 'traces' | 'logs' | 'metrics'

/** What a partial success calls the items of each signal (collector protos, `rejected_*`), and what people do. */
export const itemsOf: Readonly<Record<Signal, { readonly field: string; readonly noun: string }>> = {
  traces: { field: 'rejectedSpans', noun: 'spans' },
  logs: { field: 'rejectedLogRecords', noun: 'log records' },
  metrics: { field: 'rejectedDataPoints', noun: 'data points' },
}
