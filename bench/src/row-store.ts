import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Span } from '../../apps/workbench/src/model/span.ts'
import { attributesJson } from '../../apps/workbench/src/query/attribute-json.ts'
import type { SpanGroup, Written } from '../../apps/workbench/src/store/telemetry-store.ts'

const summary = `
  SELECT trace_id, count(*) AS span_count, sum(status = 2) AS error_count, CAST(min(start) AS TEXT) AS start,
    CAST(max("end") AS TEXT) AS "end", group_concat(DISTINCT service) AS services
  FROM span WHERE trace_id = ?`

/** As JavaScript can hold them: nanoseconds of today are beyond its numbers. */
const spanColumns = `trace_id, span_id, parent_span_id, service, name, kind, CAST(start AS TEXT) AS start_nanos,
  CAST("end" AS TEXT) AS end_nanos, status, status_message, flags, trace_state, resource, scope, attributes, events`

const durations = 'count(*) AS spans, sum(status = 2) AS errors, avg("end" - start) AS average'

/**
 * What a plain tool would do, to measure the workbench's store against: a row for each span with indices over its ids, service, name and
 * start, attributes as JSON, and a row for each link with an index at either end. As durable: the same settings of SQLite.
 */
export class RowStore {
  readonly #database: DatabaseSync
  readonly #insertSpan: StatementSync
  readonly #insertLink: StatementSync
  readonly #spansOfTrace: StatementSync
  readonly #linksOfTrace: StatementSync
  readonly #summary: StatementSync

  constructor(folder: string) {
    this.#database = new DatabaseSync(join(folder, 'rows.db'))
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA wal_autocheckpoint = 4000;
      PRAGMA cache_size = -32768;
      PRAGMA temp_store = MEMORY;
      CREATE TABLE span (
        trace_id TEXT NOT NULL, span_id TEXT NOT NULL, parent_span_id TEXT NOT NULL,
        service TEXT NOT NULL, name TEXT NOT NULL, kind INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
        status INTEGER NOT NULL, status_message TEXT NOT NULL, flags INTEGER NOT NULL, trace_state TEXT NOT NULL,
        resource TEXT NOT NULL, scope TEXT NOT NULL, attributes TEXT NOT NULL, events TEXT NOT NULL,
        UNIQUE (trace_id, span_id)
      ) STRICT;
      CREATE INDEX span_service ON span (service);
      CREATE INDEX span_name ON span (name);
      CREATE INDEX span_start ON span (start);
      CREATE TABLE link (
        trace_id TEXT NOT NULL, span_id TEXT NOT NULL, position INTEGER NOT NULL,
        target_trace_id TEXT NOT NULL, target_span_id TEXT NOT NULL, flags INTEGER NOT NULL, attributes TEXT NOT NULL,
        PRIMARY KEY (trace_id, span_id, position)
      ) STRICT;
      CREATE INDEX link_target ON link (target_trace_id, target_span_id);
    `)
    const prepare = (sql: string): StatementSync => this.#database.prepare(sql)
    this.#insertSpan = prepare(
      'INSERT OR IGNORE INTO span VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#insertLink = prepare('INSERT INTO link VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#spansOfTrace = prepare(`SELECT ${spanColumns} FROM span WHERE trace_id = ? ORDER BY start, span_id`)
    this.#linksOfTrace = prepare(
      'SELECT * FROM link WHERE trace_id = ?1 UNION ALL SELECT * FROM link WHERE target_trace_id = ?1 AND trace_id <> ?1',
    )
    this.#summary = prepare(summary)
  }

  /** As `TelemetryStore.write`, but for the news of which traces gained spans. */
  async write(exports: Iterable<readonly SpanGroup[]>): Promise<Written> {
    let spanCount = 0
    let duplicateCount = 0
    this.#database.exec('BEGIN IMMEDIATE')
    for (const groups of exports)
      for (const group of groups) {
        const resource = attributesJson(group.resource.attributes)
        const told = [String(resource['service.name']), JSON.stringify(resource), JSON.stringify(group.scope)]
        for (const span of group.spans)
          if (this.#insert(span, told as [string, string, string])) spanCount++
          else duplicateCount++
      }
    this.#database.exec('COMMIT')
    return { spanCount, duplicateCount, traces: [], traceCount: 0 }
  }

  async count(): Promise<void> {}

  /** Spans of a trace and its links both ways. */
  trace(traceId: string) {
    const spans = this.#spansOfTrace.all(traceId).map((row) => ({
      ...row,
      resource: JSON.parse(String(row.resource)) as object,
      attributes: JSON.parse(String(row.attributes)) as object,
      events: JSON.parse(String(row.events)) as object,
    }))
    return { spans, links: this.#linksOfTrace.all(traceId) }
  }

  /** Traces reachable over links in either direction, nearest first, and the links. */
  linkSet(traceId: string, mostTraces: number, mostHops: number) {
    const hops = new Map([[traceId, 0]])
    const links: object[] = []
    for (const [from, distance] of hops) {
      const found = this.#linksOfTrace.all(from)
      links.push(...found)
      if (distance < mostHops)
        for (const { trace_id, target_trace_id } of found)
          for (const next of [String(trace_id), String(target_trace_id)])
            if (!hops.has(next) && hops.size < mostTraces) hops.set(next, distance + 1)
    }
    return {
      traces: [...hops].map(([id, distance]) => ({ ...this.#summary.get(id), trace_id: id, distance })),
      links,
    }
  }

  /** Traces with a span of which the SQL condition `where` holds, the one whose span came last first. */
  traces(where: string, values: readonly string[], limit: number) {
    const ids = new Set<string>()
    const newest = this.#database.prepare(`SELECT trace_id FROM span WHERE ${where} ORDER BY rowid DESC`)
    for (const { trace_id } of newest.iterate(...values)) if (ids.add(String(trace_id)).size === limit) break
    return [...ids].map((id) => this.#summary.get(id))
  }

  /** Newest spans of a service. */
  stream(service: string, limit: number) {
    return this.#database
      .prepare(`SELECT ${spanColumns} FROM span WHERE service = ? ORDER BY rowid DESC LIMIT ?`)
      .all(service, limit)
  }

  /** Services, operations, minutes and errors since `from` (nanoseconds); averages, but no percentiles. */
  dashboard(from: bigint) {
    const grouped = (what: string, by: string): object[] =>
      this.#database.prepare(`SELECT ${what} FROM span WHERE start >= ? GROUP BY ${by}`).all(from)
    return {
      services: grouped(`service, ${durations}`, 'service'),
      operations: grouped(`service, name, kind, ${durations}`, 'service, name, kind'),
      minutes: grouped(`start / 60000000000 AS minute, ${durations}`, 'start / 60000000000'),
      errors: this.#database
        .prepare(
          'SELECT status_message, count(*) AS count FROM span WHERE start >= ? AND status = 2 GROUP BY status_message ORDER BY count DESC LIMIT 10',
        )
        .all(from),
    }
  }

  /** Of the file, all in it. */
  byteCount(): number {
    const { pages } = this.#database.prepare('SELECT page_count AS pages FROM pragma_page_count').get() ?? {}
    return Number(pages) * 4_096
  }

  close(): void {
    this.#database.close()
  }

  /** Whether it was new. */
  #insert(span: Span, [service, resource, scope]: [string, string, string]): boolean {
    const { traceId, spanId, status, events } = span
    const { changes } = this.#insertSpan.run(
      traceId,
      spanId,
      span.parentSpanId,
      service,
      span.name,
      span.kind,
      span.startTimeUnixNano,
      span.endTimeUnixNano,
      status.code,
      status.message,
      span.flags,
      span.traceState,
      resource,
      scope,
      JSON.stringify(attributesJson(span.attributes)),
      events.length === 0
        ? '[]'
        : JSON.stringify(
            events.map(({ timeUnixNano, name, attributes }) => ({
              time: String(timeUnixNano),
              name,
              attributes: attributesJson(attributes),
            })),
          ),
    )
    if (changes === 0) return false
    span.links.forEach((link, position) => {
      const attributes = JSON.stringify(attributesJson(link.attributes))
      this.#insertLink.run(traceId, spanId, position, link.traceId, link.spanId, link.flags, attributes)
    })
    return true
  }
}
