import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOtlpReceiver, type OtlpReceiverOptions } from '../create-otlp-receiver.ts'
import type { ExportInfo } from '../decoding-sink.ts'
import { encodingOf } from '../http/request-format.ts'
import { type ReceivedSpan, receivedSpans } from './received-span.ts'

/** One request the receiver got, whatever became of it. */
export type ReceivedRequest = {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  /** From its content type. */
  readonly encoding: 'json' | 'protobuf' | undefined
  /** The spans in it that were accepted. */
  readonly spans: readonly ReceivedSpan[]
  /** Log records or data points in it that were accepted. */
  readonly otherItems: number
  /** Undefined until it is answered. */
  readonly status: number | undefined
}

/**
 * What the next request is answered with instead of the truth: never (`hang`), a closed connection (`drop`), or a given
 * answer. With `delayMillis` alone the truth, later.
 */
export type ScriptedAnswer =
  | 'hang'
  | 'drop'
  | {
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string | Uint8Array
      readonly delayMillis?: number
    }

/** A receiver on a port of its own that keeps what it gets. */
export type TestReceiver = {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly port: number
  readonly requests: readonly ReceivedRequest[]
  /** Every span accepted so far, in the order of arrival. */
  spans(): readonly ReceivedSpan[]
  /** Resolves with all spans once `enough` says so (or that many are there); fails, naming them, after `milliseconds`. */
  waitForSpans(
    enough: number | ((spans: readonly ReceivedSpan[]) => boolean),
    milliseconds?: number,
  ): Promise<readonly ReceivedSpan[]>
  /** Resolves with all requests once `enough` says so (or that many have come, answered or not). */
  waitForRequests(
    enough: number | ((requests: readonly ReceivedRequest[]) => boolean),
    milliseconds?: number,
  ): Promise<readonly ReceivedRequest[]>
  /** Answers the next requests with these, one each, before the truth is told again. */
  respondWith(...answers: readonly ScriptedAnswer[]): void
  /** Answers every request with this, once what `respondWith` asked for is used up; undefined: with the truth. */
  respondAlwaysWith(answer: ScriptedAnswer | undefined): void
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

type Recording = { -readonly [K in keyof ReceivedRequest]: ReceivedRequest[K] } & { spans: ReceivedSpan[] }

/** Starts a receiver for tests on 127.0.0.1; `port` 0 (the default) takes a free one. */
export const startTestReceiver = async (
  options: Omit<OtlpReceiverOptions, 'sink'> & { readonly port?: number } = {},
): Promise<TestReceiver> => {
  const { port = 0, ...receiverOptions } = options
  const requests: Recording[] = []
  const script: ScriptedAnswer[] = []
  let always: ScriptedAnswer | undefined
  const watchers = new Set<() => void>()
  const changed = (): void => {
    for (const look of [...watchers]) look()
  }
  // The headers object is the request's identity: it is what a sink sees of it.
  const recordings = new WeakMap<IncomingHttpHeaders, Recording>()
  const countItems = ({ headers, itemCount }: ExportInfo): undefined => {
    const recording = recordings.get(headers)
    if (recording) recording.otherItems += itemCount
    changed()
  }
  const receiver = createOtlpReceiver({
    ...receiverOptions,
    sink: {
      traces: (request, { headers }) => {
        recordings.get(headers)?.spans.push(...receivedSpans(request.resourceSpans))
        changed()
        return undefined
      },
      logs: countItems,
      metrics: countItems,
    },
  })

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const scripted = script.shift() ?? always
    if (scripted === 'hang') return
    if (scripted === 'drop') {
      request.socket.destroy()
      return
    }
    if (scripted?.delayMillis !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, scripted.delayMillis))
    }
    if (scripted?.status === undefined) {
      receiver(request, response)
      return
    }
    // The whole body first, as a server that answers after processing does.
    request.resume()
    await once(request, 'end')
    response.writeHead(scripted.status, scripted.headers).end(scripted.body)
  }

  const server = createServer((request, response) => {
    const recording: Recording = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      encoding: encodingOf(request.headers['content-type']),
      spans: [],
      otherItems: 0,
      status: undefined,
    }
    requests.push(recording)
    recordings.set(request.headers, recording)
    response.once('finish', () => {
      recording.status = response.statusCode
      changed()
    })
    changed()
    answer(request, response).catch(() => response.destroy())
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo

  const spans = (): readonly ReceivedSpan[] => requests.flatMap((request) => request.spans)

  const waitFor = async <T>(
    look: () => readonly T[],
    enough: number | ((items: readonly T[]) => boolean),
    milliseconds: number,
    describe: () => string,
  ): Promise<readonly T[]> => {
    const isEnough = (items: readonly T[]): boolean =>
      typeof enough === 'number' ? items.length >= enough : enough(items)
    const { promise, resolve, reject } = Promise.withResolvers<readonly T[]>()
    const check = (): void => {
      try {
        const items = look()
        if (isEnough(items)) resolve(items)
      } catch (error) {
        reject(error)
      }
    }
    const deadline = setTimeout(
      () => reject(new Error(`Not what was waited for after ${milliseconds} ms. ${describe()}`)),
      milliseconds,
    )
    watchers.add(check)
    check()
    try {
      return await promise
    } finally {
      clearTimeout(deadline)
      watchers.delete(check)
    }
  }

  const close = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    requests,
    spans,
    waitForSpans: (enough, milliseconds = 10_000) =>
      waitFor(spans, enough, milliseconds, () => listSpans(spans(), requests)),
    waitForRequests: (enough, milliseconds = 10_000) =>
      waitFor<ReceivedRequest>(
        () => requests,
        enough,
        milliseconds,
        () => listRequests(requests),
      ),
    respondWith: (...answers) => {
      script.push(...answers)
    },
    respondAlwaysWith: (answer) => {
      always = answer
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

const listSpans = (spans: readonly ReceivedSpan[], requests: readonly ReceivedRequest[]): string => {
  const lines = spans.map(
    (span) =>
      `  ${span.resource['service.name'] ?? 'unknown_service'}: ${span.name} (trace ${span.traceId}, span ${span.spanId}, ` +
      `parent ${span.parentSpanId || 'none'}, ${span.links.length} links)`,
  )
  return [`${spans.length} spans arrived:`, ...lines, listRequests(requests)].join('\n')
}

const listRequests = (requests: readonly ReceivedRequest[]): string =>
  [
    `${requests.length} requests came:`,
    ...requests.map(({ method, url, status }) => `  ${method} ${url} -> ${status ?? 'unanswered'}`),
  ].join('\n')
