import { once } from 'node:events'
import {
  createServer,
  IncomingMessage,
  type RequestListener,
  type ServerOptions,
  ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { context as contextApi, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bindExchange, watchListeners } from './exchange.ts'

const NAME = createContextKey('name')
let forget: () => void

beforeEach(() => {
  contextApi.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  forget = watchListeners()
})

afterEach(() => {
  forget()
  contextApi.disable()
})

/** Answers one request, bound to a context that is named, and waits until all is over. */
async function answerOne(listener: RequestListener, options: ServerOptions = {}): Promise<void> {
  const server = createServer(options, (request, response) => {
    bindExchange(request, response, ROOT_CONTEXT.setValue(NAME, 'the request'))
    listener(request, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  await (
    await fetch(url, { method: 'POST', body: 'what the parser tells of, outside of any context' })
  ).text()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}

function endWhen(isTime: () => boolean, response: ServerResponse): void {
  if (isTime()) response.end()
  else setImmediate(endWhen, isTime, response)
}

describe('bindExchange', () => {
  it.each(['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const)(
    'runs a listener in the context that comes by %s',
    async (method) => {
      const seen: unknown[] = []
      await answerOne((request, response) => {
        request[method]('data', () => seen.push(contextApi.active().getValue(NAME)))
        request.resume()
        response[method]('close', () => seen.push(contextApi.active().getValue(NAME)))
        endWhen(() => seen.length > 0, response)
      })
      expect(seen).toEqual(['the request', 'the request'])
    },
  )

  it('runs listeners in the context that classes of the application add themselves', async () => {
    const seen: unknown[] = []
    class OwnRequest extends IncomingMessage {
      constructor(...args: ConstructorParameters<typeof IncomingMessage>) {
        super(...args)
        this.on('data', () => seen.push(contextApi.active().getValue(NAME)))
      }
    }
    class OwnResponse extends ServerResponse {
      constructor(...args: ConstructorParameters<typeof ServerResponse>) {
        super(...args)
        this.on('close', () => seen.push(contextApi.active().getValue(NAME)))
      }
    }
    const options = { IncomingMessage: OwnRequest, ServerResponse: OwnResponse } as ServerOptions
    await answerOne((_request, response) => endWhen(() => seen.length > 0, response), options)
    expect(seen).toEqual(['the request', 'the request'])
  })

  it('leaves a request as Node made it when nobody but Node listens to it', async () => {
    let unheard: IncomingMessage | undefined
    await answerOne((request, response) => {
      unheard = request
      response.end()
    })
    expect(unheard?.closed).toBe(true)
    expect(unheard?.emit).toBe(IncomingMessage.prototype.emit)
  })
})

describe('watchListeners', () => {
  it('is taken back without a trace', () => {
    const names = () => [IncomingMessage, ServerResponse].map(({ prototype }) => Object.keys(prototype))
    const watched = names()
    forget()
    expect(names().flat()).not.toContain('on')
    forget = watchListeners()
    expect(names()).toEqual(watched)
  })
})
