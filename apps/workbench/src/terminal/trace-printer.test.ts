import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TracePrinter } from './trace-printer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function start(render: (traceId: string) => Promise<string | undefined> = async (traceId) => traceId) {
  const printed: string[] = []
  const printer = new TracePrinter({
    render,
    print: (text) => void printed.push(text),
    now: () => performance.now(),
  })
  return { printer, printed }
}

describe('TracePrinter', () => {
  it('prints a trace once its root is here and nothing came for 2 s', async () => {
    const { printer, printed } = start()
    printer.arrived([{ traceId: 'a', hasRoot: true }])
    await vi.advanceTimersByTimeAsync(1_500)
    printer.arrived([{ traceId: 'a', hasRoot: false }])
    await vi.advanceTimersByTimeAsync(1_500)
    expect(printed).toEqual([])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(printed).toEqual(['a'])
  })

  it('waits 30 s for a root', async () => {
    const { printer, printed } = start()
    printer.arrived([{ traceId: 'a', hasRoot: false }])
    await vi.advanceTimersByTimeAsync(29_000)
    expect(printed).toEqual([])
    await vi.advanceTimersByTimeAsync(1_500)
    expect(printed).toEqual(['a'])
  })

  it('prints a trace again when it has grown', async () => {
    const { printer, printed } = start()
    printer.arrived([{ traceId: 'a', hasRoot: true }])
    await vi.advanceTimersByTimeAsync(3_000)
    printer.arrived([{ traceId: 'a', hasRoot: true }])
    await vi.advanceTimersByTimeAsync(3_000)
    expect(printed).toEqual(['a', 'a'])
  })

  it('holds 1,000 traces, draws 10 at a look and counts the others', async () => {
    const { printer, printed } = start()
    printer.arrived(Array.from({ length: 1_500 }, (_, index) => ({ traceId: `${index}`, hasRoot: true })))
    await vi.advanceTimersByTimeAsync(2_500)
    expect(printed).toEqual([
      '… and 500 more traces not drawn here\n',
      ...Array.from({ length: 10 }, (_, index) => `${index}`),
      '… and 990 more traces not drawn here\n',
    ])
  })

  it('prints what waits when it is closed', async () => {
    const { printer, printed } = start()
    printer.arrived([{ traceId: 'a', hasRoot: false }])
    await printer.close()
    expect(printed).toEqual(['a'])
  })

  it('leaves out a trace that is gone again', async () => {
    const { printer, printed } = start(async () => undefined)
    printer.arrived([{ traceId: 'a', hasRoot: true }])
    await printer.close()
    expect(printed).toEqual([])
  })
})
