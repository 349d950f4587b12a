import type { OperationStatistics } from '../../../src/api/contract.ts'

/** What is told of a service; durations are decimal nanoseconds. */
export type ServiceTotals = {
  readonly serviceName: string
  readonly spanCount: number
  readonly errorCount: number
  /** A percentile cannot be added up from those of operations: `null` where that is all there is. */
  readonly durations: { readonly avgNano: string; readonly p95Nano: string | null }
}

/** Services, busiest first, from the statistics of their operations. */
export function servicesOfOperations(operations: readonly OperationStatistics[]): readonly ServiceTotals[] {
  const services = new Map<string, { spanCount: number; errorCount: number; nanos: bigint }>()
  for (const { serviceName, spanCount, errorCount, durations } of operations) {
    const totals = services.get(serviceName) ?? { spanCount: 0, errorCount: 0, nanos: 0n }
    totals.spanCount += spanCount
    totals.errorCount += errorCount
    totals.nanos += BigInt(spanCount) * BigInt(durations.avgNano)
    services.set(serviceName, totals)
  }
  return [...services]
    .map(([serviceName, { spanCount, errorCount, nanos }]) => ({
      serviceName,
      spanCount,
      errorCount,
      durations: { avgNano: String(nanos / BigInt(Math.max(1, spanCount))), p95Nano: null },
    }))
    .sort((a, b) => b.spanCount - a.spanCount || (a.serviceName < b.serviceName ? -1 : 1))
}
