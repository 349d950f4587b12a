import { mkdir } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { launch } from '../test/support/browser.ts'
import { type Service, startService } from '../test/support/start-service.ts'
import { picturesFolder, schemes, takePicture } from './take-picture.ts'

/*
 * Takes the pictures of docs/workbench.md: three real services at the addresses the README names, which must
 * be free, so that a reader sees in them what is on their own screen.
 */

const gatewayUrl = 'http://127.0.0.1:8080'
const workbenchUrl = 'http://127.0.0.1:4318'
const destination = { WORKBENCH_URL: workbenchUrl, OTEL_EXPORTER_OTLP_ENDPOINT: workbenchUrl }

/** How long requests are sent, in milliseconds: charts have a point for every minute. */
const trafficMillis = 150_000

let browser: Browser
let workbench: Service
let dice: Service
let gateway: Service

const startDice = () => startService('dice', { ...destination, DICE_PORT: '8081' })

beforeAll(async () => {
  await mkdir(picturesFolder, { recursive: true })
  browser = await launch()
  workbench = await startService('workbench', { WORKBENCH_PORT: '4318' })
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await gateway?.[Symbol.asyncDispose]()
  await dice?.[Symbol.asyncDispose]()
  await workbench?.[Symbol.asyncDispose]()
}, 60_000)

describe('First run', () => {
  it.each(schemes)('%s', async (scheme) => {
    await takePicture(browser, 'first-run', scheme, workbenchUrl, 615, async (page) => {
      await page.getByRole('heading', { name: 'Waiting for the first span' }).waitFor()
    })
  })
})

describe('With traces', () => {
  let traces: { readonly gateway: string; readonly dice: string }
  let callId: string
  /** Requests for some minutes, sent once for the pictures that need them; their time, as a view's address holds it. */
  let traffic: Promise<string> | undefined
  const sent = (): Promise<string> => (traffic ??= timeOfTraffic())

  beforeAll(async () => {
    dice = await startDice()
    gateway = await startService('gateway', { ...destination, GATEWAY_PORT: '8080' })
    traces = await rollToShow()
    callId = await idOfCall(traces.gateway)
  }, 60_000)

  describe.each(schemes)('%s', (scheme) => {
    it('Linked traces', async () => {
      await takePicture(
        browser,
        'linked-traces',
        scheme,
        `${workbenchUrl}/linked/${traces.gateway}`,
        640,
        async (page) => {
          await page.locator('.edge-label').waitFor()
          await page.locator('.connector').waitFor()
        },
      )
    })

    it('Trace', async () => {
      const address = `${workbenchUrl}/traces/${traces.gateway}?span=${callId}&tab=links`
      await takePicture(browser, 'trace', scheme, address, 480, async (page) => {
        await page.getByRole('link', { name: 'View span' }).waitFor()
      })
    })

    it('Stream', { timeout: trafficMillis + 60_000 }, async () => {
      await sent()
      await takePicture(browser, 'stream', scheme, workbenchUrl, 400, async (page) => {
        await page.locator('.tail-status', { hasText: /^Live/ }).waitFor()
        await page.locator('.tail-line').first().waitFor()
      })
    })

    it('Traces', { timeout: trafficMillis + 60_000 }, async () => {
      await sent()
      await takePicture(browser, 'traces', scheme, `${workbenchUrl}/traces`, 700, async (page) => {
        await page.getByRole('link', { name: 'GET /roll_with_link' }).first().waitFor()
      })
    })

    it('Dashboard', { timeout: trafficMillis + 60_000 }, async () => {
      const time = await sent()
      await takePicture(
        browser,
        'dashboard',
        scheme,
        `${workbenchUrl}/dashboard?${time}`,
        830,
        async (page) => {
          await page.getByRole('heading', { name: 'Slowest Operations' }).waitFor()
        },
      )
    })
  })
})

/** One request of a visitor: plain rolls, linked ones, and now and then a path that is not there. */
async function request(i: number): Promise<void> {
  const path = i % 17 === 9 ? '/roll_twice' : i % 3 === 0 ? '/roll_with_link' : '/rolldice'
  await (await fetch(gatewayUrl + path)).text()
}

async function timeOfTraffic(): Promise<string> {
  const from = Date.now()
  await sendTraffic()
  return new URLSearchParams({ from: `${from}000000`, to: `${Date.now()}000000` }).toString()
}

/** Sends requests, in waves; near their end dice is away for some seconds, as in a careless deployment. */
async function sendTraffic(): Promise<void> {
  const start = Date.now()
  let away: Promise<void> | undefined
  for (let i = 0; Date.now() - start < trafficMillis; i++) {
    const passed = (Date.now() - start) / trafficMillis
    if (passed > 0.96) away ??= restartDice()
    await request(i)
    await wait(500 + 300 * Math.sin(passed * 4 * Math.PI))
  }
  await away
}

async function restartDice(): Promise<void> {
  await dice[Symbol.asyncDispose]()
  await wait(3_000)
  dice = await startDice()
}

async function rollWithLink(): Promise<{ readonly gateway: string; readonly dice: string }> {
  const response = await fetch(`${gatewayUrl}/roll_with_link`, { headers: { accept: 'application/json' } })
  const { traces } = (await response.json()) as Record<
    'traces',
    Record<'gateway' | 'dice', { traceId: string }>
  >
  await whole(traces.gateway.traceId, 3)
  await whole(traces.dice.traceId, 2)
  return { gateway: traces.gateway.traceId, dice: traces.dice.traceId }
}

/**
 * A roll whose spans can be told apart. Not every one is: of the first, dice's span may end long after the gateway has its answer, and later
 * ones take so little time that all that is seen is the gateway's.
 */
async function rollToShow(): Promise<{ readonly gateway: string; readonly dice: string }> {
  for (let roll = 0; roll < 60; roll++) {
    const traces = await rollWithLink()
    const [own = [], other = []] = await Promise.all(
      [traces.gateway, traces.dice].map(async (traceId) => (await storedTrace(traceId))?.spans),
    )
    const whole = own.find(({ kind }) => kind === 'server')
    const call = own.find(({ kind }) => kind === 'client')
    const rolled = other.find(({ kind }) => kind === 'server')
    if (!whole || !call || !rolled) continue
    const isWithin =
      BigInt(call.startTimeUnixNano) < BigInt(rolled.startTimeUnixNano) &&
      BigInt(rolled.endTimeUnixNano) < BigInt(call.endTimeUnixNano)
    if (isWithin && Number(rolled.durationNano) > 0.2 * Number(whole.durationNano)) return traces
  }
  throw new Error(
    'None of 60 rolls shows dice within its call: the machine is too busy. Take the pictures again.',
  )
}

type StoredTrace = {
  readonly spans: readonly {
    readonly spanId: string
    readonly name: string
    readonly kind: string
    readonly startTimeUnixNano: string
    readonly endTimeUnixNano: string
    readonly durationNano: string
  }[]
}

async function whole(traceId: string, spans: number): Promise<void> {
  await vi.waitFor(async () => expect((await storedTrace(traceId))?.spans.length).toBe(spans), 20_000)
}

async function storedTrace(traceId: string): Promise<StoredTrace | undefined> {
  const response = await fetch(`${workbenchUrl}/api/traces/${traceId}`)
  return response.ok ? ((await response.json()) as StoredTrace) : undefined
}

/** The gateway's call of dice, which holds the link. */
async function idOfCall(traceId: string): Promise<string> {
  const call = (await storedTrace(traceId))?.spans.find(({ name }) => name === 'GET')
  if (call === undefined) throw new Error(`Trace ${traceId} has no span GET.`)
  return call.spanId
}
