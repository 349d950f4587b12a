import { hash } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Resource, Scope } from '../../model/span.ts'
import { ProtobufWriter } from './protobuf-writer.ts'
import { writeResource, writeScope } from './span-encoder.ts'

/** Entries each cache holds before it starts anew. */
const mostCached = 50_000
/** Longer names are cut where they name an operation or message; the span itself keeps them. In UTF-16 units. */
const longestName = 200

/**
 * Numbers for what many spans share. An entry is made when first met and counts the spans that use it, so that it can leave
 * with the last of them.
 */
export class Dictionaries {
  readonly #selectOperation: StatementSync
  readonly #insertOperation: StatementSync
  readonly #selectMessage: StatementSync
  readonly #insertMessage: StatementSync
  readonly #bodies: { readonly [table in BodyTable]: { select: StatementSync; insert: StatementSync } }
  readonly #scratch = new ProtobufWriter()
  /** Bound: {@link mostCached} in each, then they start anew. */
  readonly #operations = new Map<string, Map<string, (number | undefined)[]>>()
  #operationCount = 0
  readonly #messages = new Map<string, number>()
  readonly #bodyIds = { resource: new Map<string, number>(), scope: new Map<string, number>() }

  constructor(database: DatabaseSync) {
    this.#selectOperation = database.prepare(
      'SELECT id FROM operation WHERE service = ? AND name = ? AND kind = ?',
    )
    this.#insertOperation = database.prepare('INSERT INTO operation (service, name, kind) VALUES (?, ?, ?)')
    this.#selectMessage = database.prepare('SELECT id FROM error_message WHERE text = ?')
    this.#insertMessage = database.prepare('INSERT INTO error_message (text) VALUES (?)')
    const body = (table: BodyTable) => ({
      select: database.prepare(`SELECT id FROM ${table} WHERE hash = ?`),
      insert: database.prepare(`INSERT INTO ${table} (hash, body) VALUES (?, ?)`),
    })
    this.#bodies = { resource: body('resource'), scope: body('scope') }
  }

  /** Forgets what a rolled back transaction may have added, and what was removed. */
  clear(): void {
    this.#operations.clear()
    this.#operationCount = 0
    this.#messages.clear()
    this.#bodyIds.resource.clear()
    this.#bodyIds.scope.clear()
  }

  /** Number of what spans of this service, name and kind do. */
  operation(service: string, name: string, kind: number): number {
    let byName = this.#operations.get(service)
    if (!byName) {
      byName = new Map()
      this.#operations.set(service, byName)
    }
    let byKind = byName.get(name)
    if (!byKind) {
      byKind = []
      byName.set(name, byKind)
    }
    const known = kind >= 0 && kind <= 5 ? kind : 0
    const cached = byKind[known]
    if (cached !== undefined) return cached
    const key = [cut(service), cut(name), known] as const
    const row = this.#selectOperation.get(...key)
    const id = row ? (row.id as number) : Number(this.#insertOperation.run(...key).lastInsertRowid)
    if (++this.#operationCount > mostCached) this.clear()
    byKind[known] = id
    return id
  }

  /** Number of an error's message. */
  message(text: string): number {
    const key = cut(text)
    const cached = this.#messages.get(key)
    if (cached !== undefined) return cached
    const row = this.#selectMessage.get(key)
    const id = row ? (row.id as number) : Number(this.#insertMessage.run(key).lastInsertRowid)
    if (this.#messages.size >= mostCached) this.#messages.clear()
    this.#messages.set(key, id)
    return id
  }

  resource(resource: Resource, schemaUrl: string): number {
    this.#scratch.position = 0
    writeResource(this.#scratch, resource, schemaUrl)
    return this.#body('resource')
  }

  scope(scope: Scope, schemaUrl: string): number {
    this.#scratch.position = 0
    writeScope(this.#scratch, scope, schemaUrl)
    return this.#body('scope')
  }

  #body(table: BodyTable): number {
    const bytes = this.#scratch.view(0)
    const digest = hash('sha256', bytes, 'buffer')
    const key = digest.toString('latin1')
    const ids = this.#bodyIds[table]
    const cached = ids.get(key)
    if (cached !== undefined) return cached
    const { select, insert } = this.#bodies[table]
    const row = select.get(digest)
    const id = row ? (row.id as number) : Number(insert.run(digest, bytes).lastInsertRowid)
    if (ids.size >= mostCached) ids.clear()
    ids.set(key, id)
    return id
  }
}

type BodyTable = 'resource' | 'scope'

const cut = (text: string): string =>
  text.length > longestName ? `${text.slice(0, longestName - 1)}…`.toWellFormed() : text
