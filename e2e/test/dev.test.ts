import { once } from 'node:events'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { copyWorkspace } from './support/copy-workspace.ts'
import { ROOT, readmeCommands } from './support/readme-blocks.ts'
import { freePorts, inTerminal, startDev } from './support/start-dev.ts'

const envExample = new URL('../../.env.example', import.meta.url)

const PORTS = ['WORKBENCH_PORT', 'DICE_PORT', 'GATEWAY_PORT'] as const

const READY = /^ {2}ready$.*^ {2}Workbench +\S+$/ms

/** What the gateway answers to `/roll_with_link`, as far as these tests read it. */
interface LinkedRoll {
  readonly traces: Readonly<Record<'gateway' | 'dice', { traceId: string; url: string }>>
}

describe('pnpm dev', { timeout: 120_000 }, () => {
  it('reads .env, moves everything with its port, and says once, without noise, when all is ready', async () => {
    await using copy = await copyWorkspace()
    const ports = await freePorts(...PORTS)
    const { GATEWAY_PORT, ...inEnvFile } = ports
    // The environment wins over the GATEWAY_PORT of .env.
    const moved = Object.entries(inEnvFile).map(([name, value]) => `${name}=${value}`)
    const example = (await readFile(envExample, 'utf8')).replaceAll(/^(WORKBENCH|DICE)_PORT=.*$/gm, '')
    // Some editors on Windows begin a file with a byte order mark.
    await writeFile(join(copy.root, '.env'), `\uFEFF${[...moved, example].join('\n')}`)
    await using dev = await startDev(copy.root, { GATEWAY_PORT })

    await dev.shows(READY)
    const gateway = `http://127.0.0.1:${ports.GATEWAY_PORT}`
    const dice = `http://127.0.0.1:${ports.DICE_PORT}`
    const workbench = `http://127.0.0.1:${ports.WORKBENCH_PORT}`
    const [before, block] = dev.text().split('\n  ready\n')
    expect(before?.trim().split('\n').sort()).toEqual([
      `[dice     ] dice listens on ${dice}`,
      `[gateway  ] gateway listens on ${gateway}`,
      `[workbench] workbench listens on ${workbench}`,
    ])
    expect(block?.trimEnd().split('\n')).toEqual([
      '',
      `  Spans go to  the workbench at ${workbench}`,
      `  Roll         curl ${gateway}/rolldice`,
      `               curl ${gateway}/roll_with_link`,
      `  Workbench    ${workbench}`,
    ])
    // Colour of the prefix: magenta, cyan and green.
    for (const [code, name] of [
      [35, 'workbench'],
      [36, 'dice     '],
      [32, 'gateway  '],
    ]) {
      expect(dev.raw()).toContain(`\x1b[${code}m[${name}]`)
    }

    const response = await fetch(`${gateway}/roll_with_link`, { headers: { accept: 'application/json' } })
    expect(response.status).toBe(200)
    const { traces } = (await response.json()) as LinkedRoll
    expect(traces.gateway.url).toBe(`${workbench}/traces/${traces.gateway.traceId}`)
    await dev.shows(new RegExp(`trace ${traces.gateway.traceId} +3 spans`))
    await dev.shows(new RegExp(`trace ${traces.dice.traceId} +2 spans`))
  })

  it('starts with the command of the README, and ends with Ctrl-C', async () => {
    const [file = '', ...args] = readmeCommands.find((command) => command.endsWith(' dev'))?.split(' ') ?? []
    const ports = await freePorts(...PORTS)
    // Whatever the caller's own .env says.
    const env = { ...process.env, ...ports, WORKBENCH_DATA: ':memory:', WORKBENCH_URL: '', DICE_URL: '' }
    await using dev = inTerminal(file, args, fileURLToPath(ROOT), env)
    await dev.shows(READY)
    expect(await (await fetch(`http://127.0.0.1:${ports.GATEWAY_PORT}/roll_with_link`)).text()).toMatch(
      /: [1-6]$/,
    )
    dev.interrupt()
    await dev.ended
    for (const port of Object.values(ports)) {
      await expect(fetch(`http://127.0.0.1:${port}/readyz`)).rejects.toThrow()
    }
  })

  it('tells in one sentence which port is taken and which variable moves it', async () => {
    await using copy = await copyWorkspace()
    const squatter = createTcpServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    try {
      const { port } = squatter.address() as AddressInfo
      const ports = await freePorts(...PORTS)
      await using dev = await startDev(copy.root, { ...ports, DICE_PORT: String(port) })
      expect(await dev.ended).toMatchObject({ exitCode: 1 })
      expect(dev.text()).toBe(
        `Port ${port} on 127.0.0.1 is taken: end what listens there, or set DICE_PORT to a free port.\n`,
      )
    } finally {
      squatter.close()
    }
  })

  it('tells that two services were given the same port', async () => {
    await using copy = await copyWorkspace()
    const { WORKBENCH_PORT, DICE_PORT } = await freePorts(...PORTS)
    await using dev = await startDev(copy.root, { WORKBENCH_PORT, DICE_PORT, GATEWAY_PORT: DICE_PORT })
    expect(await dev.ended).toMatchObject({ exitCode: 1 })
    expect(dev.text()).toBe(
      `DICE_PORT and GATEWAY_PORT are both ${DICE_PORT}: give each service a port of its own.\n`,
    )
  })

  it('ends with the message of a service that cannot start', async () => {
    await using copy = await copyWorkspace()
    const ports = await freePorts(...PORTS)
    await using dev = await startDev(copy.root, { ...ports, DICE_TIMEOUT_MS: 'soon' })
    expect(await dev.ended).toMatchObject({ exitCode: 1 })
    expect(dev.text()).toMatch(/^\[gateway {2}\] DICE_TIMEOUT_MS: expected .*, received "soon"/m)
    expect(dev.text()).toMatch(
      /^gateway ended with exit code 1 before it was ready: nothing is left running\.$/m,
    )
    expect(dev.text()).not.toMatch(/^\s+at /m)
    for (const port of Object.values(ports)) {
      await expect(fetch(`http://127.0.0.1:${port}/readyz`)).rejects.toThrow()
    }
  })

  it('tells what telemetry cannot be configured with, before anything starts', async () => {
    await using copy = await copyWorkspace()
    const ports = await freePorts(...PORTS)
    await using dev = await startDev(copy.root, { ...ports, AXIOM_TOKEN: 'xaat-0123' })
    expect(await dev.ended).toMatchObject({ exitCode: 1 })
    expect(dev.text()).toContain('AXIOM_DATASET')
    expect(dev.text()).not.toContain('xaat-0123')
    expect(dev.text()).not.toMatch(/^\s+at |listens on/m)
  })

  it('restarts those whose sources were edited, and waits for the edit that mends a broken one', async () => {
    await using copy = await copyWorkspace()
    await using dev = await startDev(copy.root, await freePorts(...PORTS))
    await dev.shows(READY)

    let seen = dev.text().length
    await appendFile(join(copy.root, 'packages/telemetry/src/index.ts'), "console.log('edited telemetry')\n")
    await dev.shows(/^packages.telemetry.src.index\.ts was edited: dice and gateway restart\.$/m, seen)
    await dev.shows(/\[dice {5}\] edited telemetry.*\[dice {5}\] dice listens on/s, seen)
    await dev.shows(/\[gateway {2}\] edited telemetry.*\[gateway {2}\] gateway listens on/s, seen)
    expect(dev.text().slice(seen)).not.toContain('workbench listens on')

    const app = join(copy.root, 'apps/dice/src/app.ts')
    const source = await readFile(app, 'utf8')
    seen = dev.text().length
    await writeFile(app, `${source}throw new Error('broken on purpose')\n`)
    await dev.shows(
      /\[dice {5}\] Error: broken on purpose.*^dice ended with exit code 1; it starts again at the next edit\.$/ms,
      seen,
    )
    seen = dev.text().length
    await writeFile(app, source)
    await dev.shows(/\[dice {5}\] dice listens on/, seen)

    const workbench = join(copy.root, 'packages/otlp-receiver/src/index.ts')
    seen = dev.text().length
    await appendFile(workbench, '\n')
    await dev.shows(/was edited: workbench restarts\.$.*\[workbench\] workbench listens on/ms, seen)
    expect(dev.text().match(/^ {2}ready$/gm)).toHaveLength(1)
  })

  describe('at Ctrl-C', () => {
    /** Stands between gateway and dice, and holds answers back until they are let go. */
    async function startHold(diceUrl: string) {
      const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
      const { promise: released, resolve: release } = Promise.withResolvers<void>()
      const server = createServer(async (request, response) => {
        const answer = await fetch(`${diceUrl}${request.url}`, {
          headers: request.headers as Record<string, string>,
        })
        reach()
        await released
        for (const name of ['content-type', 'traceresponse', 'server-timing']) {
          const value = answer.headers.get(name)
          if (value !== null) response.setHeader(name, value)
        }
        response.writeHead(answer.status).end(await answer.text())
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      return {
        url: `http://127.0.0.1:${port}`,
        reached,
        release,
        async [Symbol.asyncDispose]() {
          release()
          server.closeAllConnections()
          server.close()
        },
      }
    }

    it('answers the request in flight, and the workbench, stopping last, has its spans', async () => {
      await using copy = await copyWorkspace()
      const ports = await freePorts(...PORTS)
      await using hold = await startHold(`http://127.0.0.1:${ports.DICE_PORT}`)
      await using dev = await startDev(copy.root, { ...ports, DICE_URL: hold.url })
      await dev.shows(READY)

      const answer = fetch(`http://127.0.0.1:${ports.GATEWAY_PORT}/roll_with_link`, {
        headers: { accept: 'application/json' },
      })
      await hold.reached
      const seen = dev.text().length
      dev.interrupt()
      await dev.shows(/Stopping/, seen)
      hold.release()

      const response = await answer
      expect(response.status).toBe(200)
      const { traces } = (await response.json()) as LinkedRoll
      expect(await dev.ended).toMatchObject({ exitCode: 0 })
      const after = dev.text().slice(seen)
      expect(after).toContain(`trace ${traces.gateway.traceId}  3 spans`)
      expect(after).toContain(`trace ${traces.dice.traceId}  2 spans`)
      expect(after).toContain(`⇄ calls dice: GET /roll_with_link, trace ${traces.dice.traceId}`)
      // Once each, and no last words of anyone: no error, no code, no stack.
      expect(after.match(/Stopping/g)).toHaveLength(1)
      expect(after).not.toMatch(/error|code|^\s+at /im)
    })

    it('ends everything at once when pressed again', async () => {
      await using copy = await copyWorkspace()
      const ports = await freePorts(...PORTS)
      await using hold = await startHold(`http://127.0.0.1:${ports.DICE_PORT}`)
      await using dev = await startDev(copy.root, { ...ports, DICE_URL: hold.url })
      await dev.shows(READY)

      const answer = fetch(`http://127.0.0.1:${ports.GATEWAY_PORT}/roll_with_link`).catch(() => 'broken off')
      await hold.reached
      dev.interrupt()
      await dev.shows(/Stopping/)
      // A second one within a second would be taken for the first.
      await sleep(1_100)
      dev.interrupt()
      expect(await dev.ended).toMatchObject({ exitCode: 130 })
      expect(await answer).toBe('broken off')
    })
  })
})
