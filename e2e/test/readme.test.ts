import { readFileSync } from 'node:fs'
import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consoleExamples, curl, shape } from './support/console-example.ts'
import { blocksOf, README, ROOT, readmeBlocks, readmeCommands, readmeTable } from './support/readme-blocks.ts'
import { type RunningService, startService } from './support/start-service.ts'

const read = (file: string) => readFileSync(new URL(file, ROOT), 'utf8')
const blocks = (language: string) => readmeBlocks.filter((block) => block.language === language)

describe('README.md', () => {
  it('has no block that no test holds', () => {
    // `sh`: below. `console`, `ini`: run below. `ts`: compared with files that examples' tests run.
    expect(new Set(readmeBlocks.map(({ language }) => language))).toEqual(
      new Set(['sh', 'console', 'ini', 'ts']),
    )
    expect(blocks('ts').filter(({ file }) => file === undefined)).toEqual([])
  })

  it.each(blocks('ts'))('shows $file as it is', ({ file = '', text }) => {
    expect(text).toBe(read(file))
  })

  it('has commands that are run', () => {
    const [dev, test, ...others] = readmeCommands
    // dev.test.ts runs the script behind it in a terminal, .ci/run the next, new-app.test.ts and packed-package.test.ts the rest.
    expect(dev).toBe('npx -y pnpm@12 dev')
    expect(JSON.parse(read('package.json')).scripts.dev).toBeTypeOf('string')
    expect(read('.ci/run').split('\n')).toContain(test)
    expect(others).toEqual([
      expect.stringMatching(/ new orders$/),
      expect.stringMatching(/ pack /),
      expect.stringMatching(/^npm install /),
      expect.stringMatching(/^node --import /),
    ])
  })

  it('links to files that are there', () => {
    const links = /(?:\]\(|src(?:set)?=")(?!https?:)([^)"#]+)/g
    const targets = [...README.matchAll(links)].map(([, target = '']) => target)
    expect(targets.length).toBeGreaterThan(0)
    for (const target of targets) expect(() => read(target)).not.toThrow()
  })

  it('says of each variable what the configuration reference says', () => {
    const reference = read('docs/configuration.md')
    const meanings = new Map(
      reference.split('\n').map((row) => {
        const cells = row
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim())
        return [cells[0], cells.at(-1)]
      }),
    )
    const rows = readmeTable('variable')
    const ofTelemetry = rows.filter(([variable = '']) => !variable.endsWith('_PORT`'))
    expect(ofTelemetry.length).toBeGreaterThan(5)
    // The setting's own row comes after the examples that mention it.
    for (const [variable = '', meaning] of ofTelemetry)
      expect([variable, meanings.get(variable)]).toEqual([variable, meaning])
    const ports = rows
      .filter((row) => !ofTelemetry.includes(row))
      .map(([variable = '']) => variable.slice(1, -1))
    const examples = read('.env.example')
    expect(ports.filter((port) => !examples.includes(`\n${port}=`))).toEqual([])
  })
})

describe('what README.md says the services answer', () => {
  let workbench: RunningService
  let dice: RunningService
  let gateway: RunningService
  const answers = new Map<string, string>()
  const examples = blocks('console').flatMap(({ text }) => consoleExamples(text))

  beforeAll(async () => {
    workbench = await startService('workbench', { WORKBENCH_DATA: ':memory:' })
    const env = { WORKBENCH_URL: workbench.url, OTEL_BSP_SCHEDULE_DELAY: '20' }
    dice = await startService('dice', env)
    gateway = await startService('gateway', { ...env, DICE_URL: dice.url })
  }, 60_000)

  afterAll(async () => {
    await gateway?.stop()
    await dice?.stop()
    await workbench?.stop()
  }, 60_000)

  it.each(examples)('$command', async ({ command, output }) => {
    const here = command
      .replace('http://127.0.0.1:8080', gateway.url)
      .replace('http://127.0.0.1:4318', workbench.url)
      .replace(/[0-9a-f]{32}/, () => lastTraceId(answers))
    const answer = here.includes('/traces/') ? await whenStored(here) : await curl(here)
    answers.set(command, answer)
    const told = answer
      .replaceAll(gateway.url, 'http://127.0.0.1:8080')
      .replaceAll(workbench.url, 'http://127.0.0.1:4318')
    expect(shape(told)).toBe(shape(output))
  })
})

describe('packages/telemetry/README.md', () => {
  const page = read('packages/telemetry/README.md')

  it.each(blocksOf(page))('shows $file as it is', ({ file = '', text }) => {
    expect(text).toBe(read(file))
  })

  it('lists everything that can be imported, and what it exports', async () => {
    const { exports }: { exports: Record<string, unknown> } = JSON.parse(
      read('packages/telemetry/package.json'),
    )
    const rows = [...page.matchAll(/^\| `@linked-traces\/telemetry(\S*)` \| (.*?) \|/gm)]
    const listed = rows.map(([, path = '']) => `.${path}`)
    expect([...listed, './package.json'].sort()).toEqual(Object.keys(exports).sort())
    for (const [, path = '', what = ''] of rows) {
      // Importing it would start telemetry.
      if (path === '/register') continue
      const module: object = await import(`@linked-traces/telemetry${path}`)
      const names = [...what.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)
      expect(names.filter((name) => !(name in module))).toEqual([])
    }
  })
})

describe('the fields of a span in README.md', () => {
  it('are those of the spans of a linked roll', async () => {
    await using backend = await startTestReceiver()
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url }
    await using dice = await startService('dice', env)
    await using gateway = await startService('gateway', { ...env, DICE_URL: dice.url })
    await (await fetch(`${gateway.url}/roll_with_link`)).text()
    await gateway.stop()
    await dice.stop()

    const spans = backend.spans()
    const sent = new Set([
      ...spans.flatMap(({ attributes }) => Object.keys(attributes).map((key) => `attributes.${key}`)),
      ...spans.flatMap(({ resource }) =>
        Object.keys(resource).map((key) => (/^(service|telemetry)\./.test(key) ? key : `resource.${key}`)),
      ),
    ])
    const table = readmeTable('field').flat().join(' ')
    const documented = new Set(
      [...table.matchAll(/`((?:attributes|resource|service|telemetry)\.[a-z_.]+)`/g)].map(
        ([, field = '']) => field,
      ),
    )
    documented.delete('attributes.custom')
    expect([...sent].sort()).toEqual([...documented].sort())
  })
})

describe('what README.md puts into .env', () => {
  it('sends to Axiom: the token to Axiom alone, the dataset in its header', async () => {
    const settings = environmentOf(blocks('ini')[0]?.text)
    await using axiom = await startTestReceiver()
    await using dice = await startService('dice', { ...settings, AXIOM_URL: axiom.url })
    await (await fetch(`${dice.url}/rolldice`)).text()
    await dice.stop()

    expect(axiom.spans().length).toBe(2)
    expect(axiom.requests[0]?.headers.authorization).toBe(`Bearer ${settings.AXIOM_TOKEN}`)
    expect(axiom.requests[0]?.headers['x-axiom-dataset']).toBe(settings.AXIOM_DATASET)
  })

  it("sends to any OTLP backend, and keeps Axiom's credentials from it", async () => {
    await using backend = await startTestReceiver()
    const settings = environmentOf(blocks('ini')[1]?.text)
    await using dice = await startService('dice', {
      ...settings,
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      ...environmentOf(blocks('ini')[0]?.text),
    })
    await (await fetch(`${dice.url}/rolldice`)).text()
    await dice.stop()

    expect(backend.spans().length).toBe(2)
    expect(backend.requests[0]?.headers['x-api-key']).toBe('secret')
    expect(backend.requests[0]?.headers.authorization).toBeUndefined()
    expect(backend.requests[0]?.headers['x-axiom-dataset']).toBeUndefined()
  })
})

function environmentOf(text = ''): Record<string, string> {
  const pairs = text
    .trim()
    .split('\n')
    .map((line) => /^(\w+)=(.*)$/.exec(line))
  return Object.fromEntries(pairs.map((match) => [match?.[1] ?? '', match?.[2] ?? '']))
}

/** The services deliver in batches: asks again until both traces are whole. */
async function whenStored(command: string): Promise<string> {
  const deadline = Date.now() + 15_000
  for (;;) {
    const answer = await curl(command)
    if ((answer.includes('linked both ways') && answer.includes('parent_span')) || Date.now() > deadline)
      return answer
  }
}

const lastTraceId = (answers: ReadonlyMap<string, string>): string =>
  /[0-9a-f]{32}/.exec([...answers.values()].join('\n'))?.[0] ?? ''
