import { readFileSync } from 'node:fs'
import { startTestReceiver, type TestReceiver } from '@linked-traces/otlp-receiver/testing'
import { renderTraces } from '@linked-traces/telemetry/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consoleExamples, curl, shape } from './support/console-example.ts'
import { ROOT, readmeTable } from './support/readme-blocks.ts'
import { type RunningService, startService } from './support/start-service.ts'

const read = (file: string) => readFileSync(new URL(file, ROOT), 'utf8')
const page = read('docs/patterns.md')
const blocks = [...page.matchAll(/(?:<!-- ([^\n]+) -->\n)?```(\w+)\n(.*?)```/gs)].map(
  ([, comment = '', language, text = '']) => ({ comment, language, text }),
)
const blocksIn = (language: string) => blocks.filter((block) => block.language === language)

/** Whether these lines stand in a file, further in perhaps. */
function isExcerptOf(file: string, excerpt: string): boolean {
  const lines = excerpt.trimEnd().split('\n')
  const all = file.split('\n')
  return all.some((first, start) => {
    const indent = /^ */.exec(first)?.[0] ?? ''
    return lines.every((line, index) => all[start + index] === (line === '' ? '' : indent + line))
  })
}

describe('docs/patterns.md', () => {
  let backend: TestReceiver
  let dice: RunningService
  let gateway: RunningService

  beforeAll(async () => {
    backend = await startTestReceiver()
    const destination = { WORKBENCH_URL: backend.url, OTEL_BSP_SCHEDULE_DELAY: '20' }
    dice = await startService('dice', destination)
    gateway = await startService('gateway', { ...destination, DICE_URL: dice.url })
    // The first requests of a process take so long that spans of parallel ones start in any order.
    await (await fetch(`${gateway.url}/roll_many`)).text()
    await backend.waitForSpans(11, 15_000)
  }, 60_000)

  afterAll(async () => {
    await gateway?.stop()
    await dice?.stop()
    await backend?.close()
  }, 60_000)

  it('has no block that no test holds', () => {
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['ts', 'console', 'text']))
    expect(blocksIn('text')).toHaveLength(4)
    expect(blocksIn('console')).toHaveLength(4)
  })

  it.each(blocksIn('ts'))('shows lines of $comment as they are', ({ comment, text }) => {
    expect(isExcerptOf(read(comment), text)).toBe(true)
  })

  it('links to files and headings that are there', () => {
    const targets = [...page.matchAll(/(?:\]\(|src(?:set)?=")(?!https?:)([^)"]+)/g)].map(
      ([, target = '']) => target,
    )
    const headings = [...page.matchAll(/^## (.*)$/gm)].map(
      ([, heading = '']) => `#${heading.toLowerCase().replaceAll(' ', '-')}`,
    )
    expect(targets.length).toBeGreaterThan(10)
    for (const target of targets) {
      if (target.startsWith('#')) expect(headings).toContain(target)
      else expect(() => read(`docs/${target}`)).not.toThrow()
    }
  })

  it.each(
    blocksIn('console').map(({ text }, index) => ({
      examples: consoleExamples(text),
      comment: blocksIn('text')[index]?.comment ?? '',
      drawing: blocksIn('text')[index]?.text ?? '',
    })),
  )('shows what is answered to $comment, and the traces it makes', async ({ examples, comment, drawing }) => {
    const before = backend.spans().length
    const newSpans = async (count: number) =>
      (await backend.waitForSpans((all) => all.length - before >= count, 15_000)).slice(before)
    const ofPolls = examples.length - 1
    const drawn = drawing.match(/^[│├└─ ]*(gateway|dice): /gm)?.length ?? 0

    const [asked, ...polls] = examples
    expect(asked?.command).toContain(comment.split(' ')[1])
    const answer = await curl(asked?.command.replace('http://127.0.0.1:8080', gateway.url) ?? '')
    expect(shape(answer)).toBe(shape(asked?.output ?? ''))
    await newSpans(drawn - ofPolls)
    const job = /\/rolls\/\S+/.exec(answer)?.[0] ?? ''
    for (const { command, output } of polls) {
      const here = command.replace(/http:\/\/127\.0\.0\.1:8080\/rolls\/\S+/, gateway.url + job)
      expect(shape(await curl(here))).toBe(shape(output))
    }
    expect(sameTraces(renderTraces(await newSpans(drawn)))).toBe(sameTraces(drawing.trimEnd()))
  })

  it('is about what README.md says to ask for, and right about where the answers have their addresses', async () => {
    const [, header = 'none'] = /ask with `(-H "[^`]+")`/.exec(page) ?? []
    const asks = readmeTable('ask').map(([ask = '']) => ask.replaceAll('`', ''))
    expect(asks).toHaveLength(4)
    for (const ask of asks) {
      const path = /:8080(\/\w+)/.exec(ask)?.[1] ?? 'none'
      expect(page).toContain(`127.0.0.1:8080${path}`)
      const here = ask.replace('http://127.0.0.1:8080', gateway.url)
      expect(await curl(here)).toMatch(/^(\d+ rolls|Dice roll|Rolling)/)
      const { traces } = JSON.parse(await curl(here.replace('curl', `curl ${header}`)))
      expect(traces.gateway.url).toBe(`${backend.url}/traces/${traces.gateway.traceId}`)
    }
  })
})

/** Which of two parallel calls reached dice first is not the same in every run. */
function sameTraces(drawing: string): string {
  return drawing.replaceAll(/in trace [23]\b/g, 'in trace 2 or 3')
}
