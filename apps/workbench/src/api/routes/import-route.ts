import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { ContentEncoding } from '@linked-traces/otlp-receiver'
import { Problem } from '@linked-traces/service/problem'
import { allowOnly } from '@linked-traces/service/problem-routes'
import type { Router } from 'express'
import type { Backend, ImportOutcome } from '../backend.ts'
import { concurrencyLimit } from '../concurrency-limit.ts'
import type { Imported } from '../contract.ts'
import { mostImportedBytes } from '../import-limit.ts'
import { QueryParameters } from '../query-parameters.ts'

/** Imports at a time: each holds its body in memory. */
const mostImports = 2

const encodings: readonly ContentEncoding[] = ['identity', 'gzip', 'deflate', 'br', 'zstd']

/** `/import`. */
export function importRoute(router: Router, backend: Backend): void {
  router
    .route('/import')
    .post(concurrencyLimit(mostImports), async (request, response) => {
      new QueryParameters(request.url).end()
      const encoding = readEncoding(request)
      const imported = await backend.importTraces(await readBody(request), encoding)
      response.json(importedJson(imported))
    })
    .all(allowOnly('POST'))
}

function readEncoding({ headers }: IncomingMessage): ContentEncoding {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    throw new Problem({
      status: 415,
      code: 'unsupported_content_type',
      detail: `Content-Type: expected application/json, received ${JSON.stringify(type ?? null)}.`,
    })
  const sent = headers['content-encoding']?.trim().toLowerCase() || 'identity'
  const encoding = encodings.find((known) => known === sent)
  if (encoding) return encoding
  throw new Problem({
    status: 415,
    code: 'unsupported_content_encoding',
    detail: `Content-Encoding: expected one of ${encodings.join(', ')}, received ${JSON.stringify(sent)}.`,
    headers: { 'accept-encoding': encodings.join(', ') },
  })
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  if (Number(request.headers['content-length']) > mostImportedBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let received = 0
  request.on('data', (chunk: Buffer) => {
    received += chunk.byteLength
    // What comes beyond the limit is read and thrown away, so that the sender gets to hear the answer.
    if (received <= mostImportedBytes) chunks.push(chunk)
    else chunks.length = 0
  })
  try {
    await once(request, 'end')
  } catch (cause) {
    // Nobody is left to be answered; it is no error of ours either.
    throw new Problem({
      status: 400,
      code: 'upload_aborted',
      detail: 'The body did not come to its end.',
      cause,
    })
  }
  if (received > mostImportedBytes) throw tooLarge()
  return Buffer.concat(chunks)
}

function importedJson({ outcome, spanCount, duplicateCount }: ImportOutcome): Imported {
  switch (outcome.outcome) {
    case 'accepted':
      return {
        spanCount,
        duplicateSpans: duplicateCount,
        rejectedSpans: outcome.rejectedItems ?? 0,
        message: outcome.errorMessage ?? '',
      }
    case 'undecodable':
      throw new Problem({ status: 400, code: 'undecodable', detail: outcome.errorMessage })
    case 'too-large':
      throw new Problem({ status: 413, code: 'import_too_large', detail: outcome.errorMessage })
    case 'overloaded':
      throw new Problem({
        status: 503,
        code: 'store_unavailable',
        detail: outcome.errorMessage ?? 'The store cannot take anything now. Try again later.',
        headers: { 'retry-after': String(Math.max(1, Math.ceil(outcome.retryAfterSeconds))) },
      })
  }
}

const tooLarge = (): Problem =>
  new Problem({
    status: 413,
    code: 'import_too_large',
    detail: `An import holds at most ${mostImportedBytes} bytes. Import fewer spans at a time.`,
  })
