export function TraceScreen(_: { readonly traceId: string; readonly query: URLSearchParams }) {
  return null
}
