import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { describe, expect, it, vi } from 'vitest'
import { runNode, runToEnd, SOURCE } from './run-node.ts'

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'linked-traces-spool-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** A port where nobody listens, for now. */
async function reservePort() {
  const reserved = await startTestReceiver()
  await reserved.close()
  return reserved
}

const spoolingTo = (url: string, folder: string, more: NodeJS.ProcessEnv = {}) => {
  return { env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, LINKED_TRACES_SPOOL: folder, ...more } }
}

/** Whole files: what was being written at a kill is less than a flush interval. */
async function files(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).filter((name) => /\.json(\.claimed)?$/.test(name))
}

describe('LINKED_TRACES_SPOOL', () => {
  it.concurrent.each([
    ['comes to its end', 'ends-a-span-then-ends.ts'],
    ['exits', 'ends-a-span-then-calls-exit.ts'],
    ['crashes', 'ends-a-span-then-throws.ts'],
  ])('keeps what a process that %s cannot deliver, and the next process delivers it', async (_, fixture) => {
    await using folder = await temporaryFolder()
    const { url, port } = await reservePort()
    const { stderr } = await runToEnd(fixture, spoolingTo(url, folder.path))
    expect(stderr).not.toContain('did not get')
    expect(await files(folder.path)).toHaveLength(1)
    await using backend = await startTestReceiver({ port })
    const next = runNode('tells-its-health.ts', { ...spoolingTo(url, folder.path), flags: [SOURCE] })
    await backend.waitForSpans(1)
    await next.says('"exported":1,"queued":0,"spooled":0')
    next.kill('SIGTERM')
    expect(await next.ended).toMatchObject({ signal: 'SIGTERM', stderr: '' })
    expect(backend.spans().map(({ name }) => name)).toEqual(['last'])
    expect(await files(folder.path)).toEqual([])
  })

  it.concurrent('brings every span through an outage, a restart in it and a kill, and none twice', async () => {
    await using folder = await temporaryFolder()
    const { url, port } = await reservePort()
    const options = { ...spoolingTo(url, folder.path, { OTEL_BSP_SCHEDULE_DELAY: '50' }), flags: [SOURCE] }
    const spansOnDisk = async () => {
      const spans = (await files(folder.path)).map((name) => Number(name.match(/\.(\d+)\.json$/)?.[1] ?? 0))
      return spans.reduce((sum, number) => sum + number, 0)
    }
    const made = (child: { stdout(): string }) => Number(child.stdout().trim().split('\n').at(-1) ?? 0)
    const until = async (condition: () => Promise<boolean>) => {
      await vi.waitFor(async () => expect(await condition()).toBe(true), { timeout: 20_000, interval: 20 })
    }

    const restarted = runNode('ends-a-span-every-5-ms.ts', options)
    await until(async () => (await spansOnDisk()) >= 100)
    restarted.kill('SIGTERM')
    await restarted.ended
    const fromFirst = made(restarted)
    // All of it, to the last span.
    expect(await spansOnDisk()).toBe(fromFirst)

    const killed = runNode('ends-a-span-every-5-ms.ts', options)
    await until(async () => made(killed) >= 100)
    const beforeLastFlush = made(killed)
    await until(async () => (await spansOnDisk()) >= fromFirst + beforeLastFlush)
    killed.kill('SIGKILL')
    await killed.ended

    // What it may just have taken is free for others after a minute: that minute is over.
    for (const name of await files(folder.path)) {
      if (name.endsWith('.claimed')) await utimes(join(folder.path, name), 0, 0)
    }

    await using backend = await startTestReceiver({ port })
    const healer = runNode('ends-a-span-every-5-ms.ts', options)
    await until(async () => (await files(folder.path)).length === 0)
    healer.kill('SIGTERM')
    await healer.ended
    const names = backend.spans().map(({ name, resource }) => `${resource['process.pid']} ${name}`)
    expect(new Set(names).size).toBe(names.length)
    const of = (run: number) => names.filter((name) => name.startsWith(`${run} `)).length
    expect(of(restarted.pid)).toBe(fromFirst)
    expect(of(killed.pid)).toBeGreaterThanOrEqual(beforeLastFlush)
    expect(of(healer.pid)).toBe(made(healer))
  })

  it.concurrent('goes on in memory, and says so once, when the folder cannot be written to', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'not-a-folder')
    await writeFile(file, '')
    const { url, port } = await reservePort()
    const child = runNode('ends-a-span-every-5-ms.ts', {
      ...spoolingTo(url, file, { OTEL_BSP_SCHEDULE_DELAY: '50' }),
      flags: [SOURCE],
    })
    await child.complains('cannot be spooled for: ENOTDIR')
    await using backend = await startTestReceiver({ port })
    await backend.waitForSpans(1, 20_000)
    child.kill('SIGTERM')
    const { stderr } = await child.ended
    expect(stderr.match(/spooled/g)).toHaveLength(1)
    expect(backend.spans().length).toBe(Number(child.stdout().trim().split('\n').at(-1)))
  })

  it.concurrent('sends nothing to a dataset that was kept for another', async () => {
    await using folder = await temporaryFolder()
    const { url, port } = await reservePort()
    const to = (dataset: string) => ({
      env: {
        AXIOM_TOKEN: 'xaat-1',
        AXIOM_DATASET: dataset,
        AXIOM_EDGE_URL: url,
        LINKED_TRACES_SPOOL: folder.path,
      },
    })
    await runToEnd('ends-a-span-then-ends.ts', to('one'))
    await using backend = await startTestReceiver({ port })
    await runToEnd('ends-a-span-then-ends.ts', to('two'))
    expect(backend.requests.map(({ headers }) => headers['x-axiom-dataset'])).toEqual(['two'])
    expect(await files(folder.path)).toHaveLength(1)
  })
})
