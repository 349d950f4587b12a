import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { encodeTraces, traceCorpus } from '../src/testing.ts'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

describe('README.md', () => {
  it('shows the example that the next test runs', async () => {
    const [readme, example] = await Promise.all([
      readFile(path('../README.md'), 'utf8'),
      readFile(path('../examples/receive-traces.ts'), 'utf8'),
    ])
    expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``)
  })

  it('has an example that prints the spans and links it is sent', async () => {
    // The only change is the port: 4318 may be taken.
    const source = await readFile(path('../examples/receive-traces.ts'), 'utf8')
    const listening = 'server.listen(4318, '
    expect(source).toContain(listening)
    const program = `${source.replace(listening, 'server.listen(0, ')}
      server.once('listening', () => console.log((server.address() as import('node:net').AddressInfo).port))`
    const child = spawn(
      process.execPath,
      ['--conditions=@linked-traces/source', '--input-type=module-typescript', '--eval', program],
      { cwd: path('..'), stdio: ['ignore', 'pipe', 'inherit'], timeout: 15_000 },
    )
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const nextLine = async (): Promise<string | undefined> => (await lines.next()).value
    try {
      const port = await nextLine()
      const corpusCase = traceCorpus().find(({ name }) => name === 'every field of a link')
      if (!corpusCase) throw new Error('the corpus has changed')
      const response = await request(`http://127.0.0.1:${port}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: Buffer.from(encodeTraces(corpusCase.request, 'protobuf')),
      })
      await response.body.dump()
      expect([response.statusCode, await nextLine(), await nextLine(), await nextLine()]).toEqual([
        200,
        'span 0 in trace 5b8efff798038103d269b633813fc60c',
        '  linked to trace 0af7651916cd43dd8448eb211c80319c: caller',
        '  linked to trace 5b8efff798038103d269b633813fc60c: undefined',
      ])
    } finally {
      const exited = once(child, 'exit')
      if (child.kill()) await exited
    }
  })
})
