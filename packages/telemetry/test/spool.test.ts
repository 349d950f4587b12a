import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { describe, expect, it } from 'vitest'
import { findFaults, runOutage } from './outage.ts'
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
  return (await readdir(folder, { recursive: true })).filter((name) => /\.protobuf(\.claimed)?$/.test(name))
}

/** Mounts 64 KiB of memory at a folder, for one process alone, and runs it. */
const ON_A_SMALL_DISK = ['-rm', 'sh', '-c', 'mount -t tmpfs -o size=64k tmpfs "$0" && exec "$@"']
const mayMount =
  spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()], { stdio: 'ignore' }).status === 0

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

  it.concurrent('brings every span through an outage, a restart in it and two kills, and none twice', async () => {
    // For minutes, with `pnpm --filter @linked-traces/bench outage`.
    const accounts = await runOutage({
      outageMillis: 16_000,
      spansPerSecond: 200,
      flushMillis: 200,
      hurried: true,
    })
    expect(findFaults(accounts)).toEqual([])
    expect(accounts.map(({ end }) => end)).toEqual(['SIGTERM', 'SIGKILL', 'SIGKILL', 'SIGTERM'])
    // The first kill has to be worth its name.
    expect(accounts[1]?.owed).toBeGreaterThan(100)
  }, 120_000)

  it.concurrent('begins with nothing from the disk while a process ends: nobody would wait for the answer', async () => {
    await using folder = await temporaryFolder()
    const { url, port } = await reservePort()
    const spooling = spoolingTo(url, folder.path, {
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '2',
      OTEL_BSP_SCHEDULE_DELAY: '60000',
    })
    await runToEnd('ends-a-span-then-ends.ts', spooling)
    expect(await files(folder.path)).toHaveLength(1)

    await using backend = await startTestReceiver({ port })
    backend.respondWith({ status: 503, headers: { 'retry-after': '60' } }, { delayMillis: 1500 })
    const child = runNode('ends-a-span-at-a-signal-and-goes-on.ts', spooling)
    await child.says('ready')
    await backend.waitForRequests(([fromDisk]) => fromDisk?.status === 503)
    child.kill('SIGUSR2')
    await backend.waitForRequests(2)
    // The last span is delivered at once, while the two before it have no answer yet: the backend is back.
    child.kill('SIGUSR2')
    child.kill('SIGTERM')
    expect(await child.ended).toMatchObject({ signal: 'SIGTERM' })
    expect(backend.requests.map(({ spans }) => spans.map(({ name }) => name))).toEqual([
      [],
      ['first', 'second'],
      ['second'],
    ])
    expect(await files(folder.path)).toHaveLength(1)
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

  it.skipIf(!mayMount)(
    `goes on in memory when the disk is full, says so once, and loses nothing in silence${mayMount ? '' : ' (skipped: a tmpfs cannot be mounted here)'}`,
    async () => {
      await using folder = await temporaryFolder()
      const { url, port } = await reservePort()
      const child = runNode('makes-spans-at-a-rate.ts', {
        ...spoolingTo(url, folder.path, { OTEL_BSP_SCHEDULE_DELAY: '100' }),
        node: 'unshare',
        flags: [...ON_A_SMALL_DISK, folder.path, process.execPath, SOURCE],
        args: ['200'],
      })
      await child.complains('cannot be spooled for: ENOSPC')
      await using backend = await startTestReceiver({ port })
      await child.complains('takes spans again')
      const before = backend.spans().length
      await backend.waitForSpans(before + 100, 20_000)
      child.kill('SIGTERM')
      const { code, stdout, stderr } = await child.ended
      expect(code).toBe(0)
      expect(stderr.match(/cannot be spooled/g)).toHaveLength(1)
      const { made, counted, spooled } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
      const names = backend.spans().map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
      expect(names.length + counted + spooled).toBe(made)
    },
  )

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
