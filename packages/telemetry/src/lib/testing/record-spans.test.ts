import { SamplingDecision } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { recordSpans, SpanRecorderError } from './record-spans.ts'

const names = (spans: readonly { readonly name: string }[]) => spans.map(({ name }) => name)

function recording(options?: { limit?: number }) {
  const recorder = recordSpans(options)
  const tracer = new TracerProvider({ spanProcessors: [recorder] }).getTracer('test')
  const end = (...ended: string[]) => {
    for (const name of ended) tracer.startSpan(name).end()
  }
  return { recorder, tracer, end }
}

describe('recordSpans', () => {
  it('records the spans of any tracer provider as they end', () => {
    const { recorder, tracer, end } = recording()
    const open = tracer.startSpan('open')
    end('a', 'b')
    expect(names(recorder.spans)).toEqual(['a', 'b'])
    open.end()
    expect(names(recorder.spans)).toEqual(['a', 'b', 'open'])
  })

  it('forgets them when it is cleared', () => {
    const { recorder, end } = recording()
    end('a')
    const before = recorder.spans
    recorder.clear()
    end('b')
    expect(names(before)).toEqual(['a'])
    expect(names(recorder.spans)).toEqual(['b'])
  })

  it('leaves out spans that are recorded but not sampled, as exporters do', () => {
    const recorder = recordSpans()
    const sampler = {
      shouldSample: () => ({ decision: SamplingDecision.RECORD }),
      toString: () => 'record only',
    }
    new TracerProvider({ sampler, spanProcessors: [recorder] }).getTracer('test').startSpan('a').end()
    expect(recorder.spans).toEqual([])
  })

  it('waits for spans that end later', async () => {
    const { recorder, end } = recording()
    setImmediate(() => end('a'))
    setImmediate(() => end('b'))
    expect(names(await recorder.waitFor((spans) => spans.length === 2))).toEqual(['a', 'b'])
  })

  it('does not wait for what is there', async () => {
    const { recorder, end } = recording()
    end('a')
    expect(names(await recorder.waitFor((spans) => spans.length === 1, 0))).toEqual(['a'])
  })

  it('says what was recorded instead of the spans it has waited for', async () => {
    const { recorder, end } = recording()
    const waiting = recorder.waitFor((spans) => spans.length === 2, 20)
    end('a')
    await expect(waiting).rejects.toThrow(SpanRecorderError)
    await expect(waiting).rejects.toMatchObject({
      code: 'SPANS_NOT_RECORDED',
      message: expect.stringMatching(
        /^The spans waited for were not recorded within 20 ms\. Recorded:\n\ntrace 1\n.+: a$/,
      ),
    })
  })

  it('passes on what a condition throws, not to the application that ends a span', async () => {
    const { recorder, end } = recording()
    const waiting = recorder.waitFor((spans) => {
      if (spans.length > 0) throw new TypeError('no such attribute')
      return false
    })
    end('a')
    await expect(waiting).rejects.toThrow('no such attribute')
  })

  it('refuses to show spans when there were more than it keeps', () => {
    const { recorder, end } = recording({ limit: 2 })
    end('a', 'b')
    expect(names(recorder.spans)).toEqual(['a', 'b'])
    end('c')
    expect(() => recorder.spans).toThrow(
      expect.objectContaining({
        code: 'RECORDER_OVERFLOW',
        message:
          'More than 2 spans ended. Call clear() between tests, or raise the limit given to recordSpans().',
      }),
    )
    recorder.clear()
    expect(recorder.spans).toEqual([])
  })

  it('answers the flush and the shutdown of its provider', async () => {
    const recorder = recordSpans()
    const provider = new TracerProvider({ spanProcessors: [recorder] })
    await provider.forceFlush()
    await provider.shutdown()
    expect(recorder.spans).toEqual([])
  })
})
