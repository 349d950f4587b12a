import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { type CpuProfile, heaviest } from './heaviest.ts'
import { saturate } from './load.ts'
import { ProcessUnderTest } from './process-under-test.ts'
import { Sink } from './sink.ts'
import { applicationOf, type Variant } from './variants.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'profiles')
const MILLIS = 5000

/** Profiles one variant under saturation: a .cpuprofile for any viewer, and its heaviest functions and packages. */
export async function profile(variant: Variant, pin: readonly string[]): Promise<void> {
  mkdirSync(FOLDER, { recursive: true })
  const sink = await Sink.start()
  const application = applicationOf(variant, sink.url)
  const flags = ['--cpu-prof', '--cpu-prof-interval', '200', '--cpu-prof-dir', FOLDER]
  const before = new Set(readdirSync(FOLDER))
  const app = await ProcessUnderTest.start({ ...application, flags: [...flags, ...application.flags] }, pin)
  await saturate(app.port, variant.workload === 'hello' ? '/' : '/orders/42', 16, MILLIS)
  await app.end()
  sink.close()
  const written = readdirSync(FOLDER).find((name) => !before.has(name) && name.startsWith('CPU.'))
  if (written === undefined) throw new Error(`${variant.name} wrote no profile:\n${app.output}`)
  const path = join(FOLDER, `${variant.name}.cpuprofile`)
  renameSync(join(FOLDER, written), path)
  const { functions, packages, millis } = heaviest(JSON.parse(readFileSync(path, 'utf8')) as CpuProfile)
  const lines = (entries: readonly (readonly [string, number])[]) =>
    entries.map(([name, share]) => `${(share * 100).toFixed(1).padStart(5)} %  ${name}`).join('\n')
  console.log(
    `${path}, ${millis.toFixed(0)} ms\n\n${lines(packages.slice(0, 15))}\n\n${lines(functions.slice(0, 40))}`,
  )
}
