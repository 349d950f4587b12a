import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { here, runToEnd, SOURCE } from './run-node.ts'
import { CERTIFICATE, serveTls } from './serve-tls.ts'

/** Answers plain requests itself, and tunnels the others; keeps whom it was asked for, and by whom. */
async function startProxy() {
  const asked: string[] = []
  const tunnels = new Set<Duplex>()
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization']}`)
    request
      .resume()
      .once('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
  })
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url} ${request.headers['proxy-authorization']}`)
    tunnels.add(socket)
    const { hostname, port } = new URL(`http://${request.url}`)
    const upstream = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://user:hunter2@127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      for (const tunnel of tunnels) tunnel.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const CREDENTIALS = `Basic ${Buffer.from('user:hunter2').toString('base64')}`
const ends = ['ends-a-span-then-ends.ts', 'ends-a-span-then-calls-exit.ts']

describe("exports where Node is told to use the environment's proxies", () => {
  it.each(ends)('go through the proxy for http: %s', async (fixture) => {
    await using proxy = await startProxy()
    const env = {
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: proxy.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.invalid:4318',
    }
    expect(await runToEnd(fixture, { env })).toMatchObject({ signal: null, stderr: '' })
    expect(proxy.asked).toEqual([`POST http://collector.invalid:4318/v1/traces ${CREDENTIALS}`])
  })

  it.each(ends)(
    'go through a tunnel for https, and only the destination sees what is in them: %s',
    async (fixture) => {
      await using proxy = await startProxy()
      const headers: unknown[] = []
      await using backend = await serveTls((request, response) => {
        headers.push(request.headers['proxy-authorization'], request.headers['x-api-key'])
        request.resume().once('end', () => response.end())
      })
      const env = {
        NODE_USE_ENV_PROXY: '1',
        HTTPS_PROXY: proxy.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${backend.port}`,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=secret',
        OTEL_EXPORTER_OTLP_CERTIFICATE: CERTIFICATE,
      }
      expect(await runToEnd(fixture, { env })).toMatchObject({ signal: null, stderr: '' })
      expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${backend.port} ${CREDENTIALS}`])
      expect(headers).toEqual([undefined, 'secret'])
    },
  )

  it('are checked that way by the doctor, who shows no password', async () => {
    await using proxy = await startProxy()
    const env = { HTTP_PROXY: proxy.url, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.invalid:4318' }
    const doctor = (more: NodeJS.ProcessEnv) => {
      return runToEnd(here('../src/linked-traces.ts'), {
        flags: [SOURCE],
        env: { ...env, ...more },
        args: ['doctor'],
      })
    }
    const used = await doctor({ NODE_USE_ENV_PROXY: '1' })
    expect(used).toMatchObject({ code: 0, stderr: '' })
    expect(used.stdout).toContain(
      "✓ proxy   as Node's settings say (HTTP_PROXY, HTTPS_PROXY, NO_PROXY)\n  ✓ export",
    )
    const unused = await doctor({})
    expect(unused.code).toBe(1)
    expect(unused.stdout).toContain('HTTP_PROXY: not used by Node. Set NODE_USE_ENV_PROXY=1')
    expect(used.stdout + unused.stdout).not.toContain('hunter2')
  })
})
