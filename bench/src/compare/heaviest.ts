/** As much of Chrome's .cpuprofile format as is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[]
}

type Shares = readonly (readonly [name: string, share: number])[]

/** Where the time of a profile went by self time, as shares of all but idling; the heaviest first. */
export function heaviest({ nodes, samples, timeDeltas }: CpuProfile): {
  readonly functions: Shares
  readonly packages: Shares
  readonly millis: number
} {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const functions = new Map<string, number>()
  const packages = new Map<string, number>()
  let total = 0
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id)
    const micros = timeDeltas[index] ?? 0
    if (frame === undefined || frame.functionName === '(idle)') continue
    const file = frame.url.split('/').slice(-1)[0]
    const name =
      `${frame.functionName || '(anonymous)'} ${file === '' ? '' : `${file}:${frame.lineNumber + 1}`}`.trim()
    functions.set(name, (functions.get(name) ?? 0) + micros)
    const origin = packageOf(frame.url, frame.functionName)
    packages.set(origin, (packages.get(origin) ?? 0) + micros)
    total += micros
  }
  const shares = (sums: ReadonlyMap<string, number>): Shares =>
    [...sums].toSorted(([, one], [, other]) => other - one).map(([name, micros]) => [name, micros / total])
  return { functions: shares(functions), packages: shares(packages), millis: total / 1000 }
}

function packageOf(url: string, functionName: string): string {
  if (url === '') return functionName.startsWith('(') ? functionName : '(V8)'
  if (url.startsWith('node:')) return 'node'
  const inModules = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]
  return inModules ?? (url.includes('/packages/telemetry/') ? '@linked-traces/telemetry' : 'the application')
}
