import { readFileSync } from 'node:fs'
import type { Link, SpanContext } from '@opentelemetry/api'
import { ROOT_CONTEXT, SamplingDecision, SpanKind } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../src/lib/config/resolve-config.ts'
import { LinkedSampler } from '../src/lib/sampling/linked-sampler.ts'
import { RootRate } from '../src/lib/sampling/root-rate.ts'
import { thresholdOf } from '../src/lib/sampling/threshold.ts'

const page = readFileSync(new URL('../../../docs/sampling.md', import.meta.url), 'utf8')

/** The rows of the table whose first column has this heading, the heading among them, as plain text. */
function table(heading: string): string[][] {
  const block = page.split('\n\n').find((each) => each.startsWith(`| ${heading} |`)) ?? ''
  const lines = block.split('\n').filter((line) => !line.startsWith('|---'))
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.replaceAll('`', '').trim()),
  )
}

describe('docs/sampling.md', () => {
  it('begins with settings that there are', () => {
    const [, command = ''] = /```sh\n(.*)\n```/.exec(page) ?? []
    const env = Object.fromEntries(
      [...command.matchAll(/(\w+)=(\S+)/g)].map(([, key, value]) => [key, value]),
    )
    expect(resolveConfig({}, env, {})).toMatchObject({
      sampler: { name: 'linked_probability', ratio: 0.1 },
      notices: [],
    })
  })

  const [[, ...services] = [], ...traces] = table("Randomness of the gateway's trace")

  it.each(traces)('is right about the traces linked to one of randomness %s', (randomness, ...said) => {
    let links: Link[] = []
    const seen = services.map((service, index) => {
      const sampler = new LinkedSampler({ mode: 'probability', ratio: Number(service.split(' ').at(-1)) })
      // Only the first trace's id ends in it.
      const traceId = index === 0 ? `4bf92f3577b34da6a3${randomness}` : `${index}`.repeat(32)
      const { decision, traceState } = sampler.shouldSample(
        ROOT_CONTEXT,
        traceId,
        '',
        SpanKind.SERVER,
        {},
        links,
      )
      const isKept = decision === SamplingDecision.RECORD_AND_SAMPLED
      const context: SpanContext = { traceId, spanId: '00f067aa0ba902b7', traceFlags: isKept ? 3 : 2 }
      if (traceState) context.traceState = traceState
      links = [{ context }]
      return [isKept ? 'kept' : 'dropped', traceState?.serialize()].filter(Boolean).join(', ')
    })
    expect(seen).toEqual(said)
  })

  it('shows four traces through three services', () => {
    expect([traces.length, services.length]).toEqual([4, 3])
  })

  it.each(table('Ratio').slice(1))(
    'is right that a ratio of %s is a threshold of %s',
    (ratio, th = '', count) => {
      expect(thresholdOf(Number(ratio))).toBe(th)
      const standsFor = 2 ** 56 / (2 ** 56 - Number.parseInt(th.padEnd(14, '0'), 16))
      expect(standsFor).toBeCloseTo(Number(count), String(count).split('.')[1]?.length ?? 6)
    },
  )

  it('is right about what a burst may keep', () => {
    const [, limit = '', kept = '', of = ''] = /(\d+) × \(1 .*? is (\d+) of ([\d,]+)/s.exec(page) ?? []
    const rate = new RootRate(Number(limit), () => 0)
    let sum = 0
    for (let root = 0; root < Number(of.replace(',', '')); root += 1) sum += rate.next()
    expect(Math.round(sum / 10) * 10).toBe(Number(kept))
  })
})
