/** One setting that cannot be honoured. */
export interface ConfigProblem {
  /** The variable's name, or the option's when the value came from code. */
  readonly key: string
  /** The set of values that would have done. */
  readonly expected: string
  /** What was there instead, without secrets. */
  readonly received: string
  /** What to do, as a sentence. */
  readonly cure: string
}

/** Thrown at start when settings cannot be honoured; holds every problem that was found, not just the first. */
export class TelemetryConfigError extends Error {
  override readonly name = 'TelemetryConfigError'
  readonly code = 'ERR_TELEMETRY_CONFIG'
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    const { size } = new Set(problems.map(({ key }) => key))
    super(
      [
        `Telemetry was not started: ${size === 1 ? 'one setting' : `${size} settings`} cannot be honoured.`,
        ...problems.map(({ key, expected, received, cure }) => {
          return `  ${key}: expected ${expected}, received ${received}. ${cure}`
        }),
      ].join('\n'),
    )
    this.problems = problems
  }
}
