import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseEnv } from 'node:util'
import { SettingsError } from '@linked-traces/service/settings'
import { resolveConfig, TelemetryConfigError } from '@linked-traces/telemetry/config'
import { buildPage, pageFolder } from './dev/build-page.ts'
import { placeServices } from './dev/place-services.ts'
import { readyBlock } from './dev/ready-block.ts'
import { ServiceGroup } from './dev/service-group.ts'
import { waitUntilReady } from './dev/wait-until-ready.ts'
import { watchSources } from './dev/watch-sources.ts'
import { sourceFolders, workspaceApps } from './dev/workspace-app.ts'

// `pnpm dev`: every app of the workspace from its sources until Ctrl-C. Why so: decisions/007-dev-runner.md.

const SLOW_START_MILLIS = 15_000

/** The terminal sends a Ctrl-C to every process in front, and npm and pnpm may pass it on once more. */
const SAME_INTERRUPT_MILLIS = 1_000

const root = join(import.meta.dirname, '..')

async function dev(): Promise<void> {
  // Variables that are set already keep their values. Some editors on Windows begin a file with a byte order mark.
  const envFile = join(root, '.env')
  if (existsSync(envFile)) {
    const settings = parseEnv(readFileSync(envFile, 'utf8').replace(/^\uFEFF/, ''))
    for (const [name, value] of Object.entries(settings)) process.env[name] ??= value
  }

  const apps = workspaceApps(root)
  const services = apps.map(({ name }) => name)
  const placement = await placeServices(process.env, apps)
  const telemetry = resolveConfig({}, { ...process.env, ...placement.env }, {})

  const starting = new AbortController()
  let isReady = false
  const group = new ServiceGroup({
    root,
    services,
    env: placement.env,
    onCrash(service, how) {
      if (isReady) {
        group.say(`${service} ended with ${how}; it starts again at the next edit.`)
      } else {
        group.say(`${service} ended with ${how} before it was ready: nothing is left running.`)
        process.exitCode = 1
        void stop('SIGTERM')
      }
    },
  })

  const onUnwatched = (folder: string, error: Error) =>
    group.say(`Edits below ${relative(root, folder)} go unnoticed: ${error.message}`)
  const endWatch = watchSources(
    Map.groupBy(
      services.flatMap((service) => sourceFolders(root, service).map((folder) => ({ service, folder }))),
      ({ folder }) => folder,
    ),
    (file, concerned) => {
      const names = concerned.map(({ service }) => service)
      group.say(
        `${relative(root, file)} was edited: ${names.join(' and ')} ${names.length > 1 ? 'restart' : 'restarts'}.`,
      )
      for (const name of names) void group.restart(name)
    },
    onUnwatched,
  )

  // The services do not wait for the page, and need no restart for it.
  async function refreshPage(): Promise<void> {
    const wrong = await buildPage(root)
    if (wrong !== undefined) group.say(`The workbench's page cannot be built:\n${wrong}`)
  }
  const page = refreshPage()
  const endPageWatch = watchSources(
    new Map([[join(pageFolder(root), 'src'), undefined]]),
    () => void refreshPage(),
    onUnwatched,
  )

  let stoppedAt: number | undefined
  async function stop(signal: NodeJS.Signals): Promise<void> {
    const now = performance.now()
    if (stoppedAt === undefined) {
      stoppedAt = now
      starting.abort()
      endWatch()
      endPageWatch()
      await group.stop(signal)
    } else if (now - stoppedAt > SAME_INTERRUPT_MILLIS) {
      process.exitCode = 130
      group.kill()
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stoppedAt === undefined)
        group.say('Stopping: last spans first, the workbench last. Again to stop at once.')
      void stop(signal)
    })
  }

  const onSlow = (reason: string) => group.say(`Still waiting: ${reason}`)
  const waits = [...placement.urls.values()].map((url) =>
    waitUntilReady(url, { signal: starting.signal, slowAfterMillis: SLOW_START_MILLIS, onSlow }),
  )
  if ((await Promise.all(waits)).includes(false)) return
  await page
  isReady = true
  group.say(readyBlock(placement, telemetry))
}

try {
  await dev()
} catch (error) {
  // What the user can mend is said in sentences; anything else is a defect and keeps its stack.
  if (!(error instanceof SettingsError || error instanceof TelemetryConfigError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
