import type { Destination } from './telemetry-config.ts'

/** Where spans go, in a few words for people: without secrets, and without a query, which could hold one. */
export function describeDestination({
  kind,
  url,
  dataset,
}: Pick<Destination, 'kind' | 'url' | 'dataset'>): string {
  const { origin, pathname } = new URL(url)
  const base = `${origin}${pathname.replace(/\/v1\/traces$/, '')}`
  switch (kind) {
    case 'axiom':
      return `Axiom dataset ${dataset} at ${base}`
    case 'workbench':
      return `the workbench at ${base}`
    case 'otlp':
      return `OTLP endpoint ${origin}${pathname}`
  }
}
