import { readFileSync } from 'node:fs'
import type { Link, SpanContext } from '@opentelemetry/api'
import { ROOT_CONTEXT, SamplingDecision, SpanKind } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../src/lib/config/resolve-config.ts'
import { LinkedSampler } from '../src/lib/sampling/linked-sampler.ts'
import { RootRate } from '../src/lib/sampling/root-rate.ts'
import { isKept, thresholdOf } from '../src/lib/sampling/threshold.ts'

const docs = new URL('../../../docs/', import.meta.url)
const page = readFileSync(new URL('sampling.md', docs), 'utf8')
const picture = readFileSync(new URL('pictures/sampling.svg', docs), 'utf8')

/** Where a randomness or a threshold is on the line in the picture. */
const onLine = (digits: string) => 190 + (640 * Number.parseInt(digits.padEnd(14, '0'), 16)) / 2 ** 56

/** The values of attributes of each element of the picture that has this class. */
function elements(name: string, ...attributes: string[]): number[][] {
  const tags = [...picture.matchAll(/<\w+ [^>]*>/g)].map(([tag]) => tag)
  const found = tags.filter((tag) => tag.includes(`class="${name}"`))
  return found.map((tag) =>
    attributes.map((attribute) => Number(new RegExp(` ${attribute}="([\\d.]+)"`).exec(tag)?.[1])),
  )
}

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

  it('has them in its picture where they are on the line, and each kept from its service’s threshold on', () => {
    const randomness = traces.map(([digits = '']) => digits).toSorted()
    const shown = [...picture.matchAll(/<text x="([\d.]+)" y="218">([\da-f]{14})</g)]
    expect(shown.map(([, , digits]) => digits)).toEqual(randomness)
    expect(shown.map(([, x]) => x)).toEqual(randomness.map((digits) => onLine(digits).toFixed(1)))

    const thresholds = services.map((service) => thresholdOf(Number(service.split(' ').at(-1))) ?? '')
    expect([...picture.matchAll(/>th:(\w+)</g)].map(([, threshold]) => threshold)).toEqual(thresholds)
    const bars = elements('kept', 'x', 'width').slice(0, services.length)
    expect(bars).toEqual(thresholds.map((threshold) => [onLine(threshold), 830 - onLine(threshold)]))

    const dots = (kept: boolean) =>
      randomness.flatMap((digits) =>
        thresholds.flatMap((threshold, service) =>
          isKept(digits, threshold) === kept ? [[Number(onLine(digits).toFixed(1)), 73 + 48 * service]] : [],
        ),
      )
    expect(elements('on', 'cx', 'cy')).toEqual(dots(true))
    expect(elements('off', 'cx', 'cy')).toEqual(dots(false))
  })

  it.each([
    ['probability', 'as below', 'ot=th:8'],
    ['follow', 'with `linked_follow` nothing', undefined],
  ] as const)('is right about a root whose link has no randomness to share, in mode %s', (mode, said, ot) => {
    const row = page.split('\n').find((line) => line.startsWith('| a root, linked to a trace without'))
    expect(row?.split('|').at(-2)).toContain(said)
    const sampler = new LinkedSampler({ mode, ratio: 0.5 })
    const context = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }
    const root = sampler.shouldSample(ROOT_CONTEXT, 'f'.repeat(32), '', SpanKind.SERVER, {}, [{ context }])
    expect(root.decision).toBe(SamplingDecision.RECORD_AND_SAMPLED)
    expect(root.traceState?.serialize()).toBe(ot)
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
