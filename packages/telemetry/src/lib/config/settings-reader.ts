import { Refusal } from './kind.ts'
import { printable } from './printable.ts'
import type { Setting } from './setting.ts'
import type { ConfigProblem } from './telemetry-config-error.ts'
import type { TelemetryOptions } from './telemetry-options.ts'

/** Where a value can come from, the stronger first. */
export type Layer = 'code' | 'environment'

/** A value somebody gave, not yet parsed. */
export interface Found {
  readonly layer: Layer
  /** What its giver calls it: the variable, or the option's path. */
  readonly key: string
  readonly raw: unknown
}

/** Reads settings from code and environment, and collects what cannot be honoured. */
export class SettingsReader {
  readonly #problems = new Map<string, ConfigProblem>()
  readonly #options: TelemetryOptions
  readonly #env: NodeJS.ProcessEnv

  constructor(options: TelemetryOptions, env: NodeJS.ProcessEnv) {
    this.#options = options
    this.#env = env
  }

  /** What cannot be honoured, in the order it was found. */
  get problems(): readonly ConfigProblem[] {
    return [...this.#problems.values()]
  }

  /** Two settings that fall back to the same variable complain about it once. */
  refuse(problem: ConfigProblem): void {
    this.#problems.set(JSON.stringify(problem), problem)
  }

  /** The value given for a setting. Blank text is no value. */
  find(setting: Setting<unknown>, layer?: Layer): Found | undefined {
    if (layer !== 'environment' && setting.option !== undefined) {
      const raw = valueAt(this.#options, setting.option)
      if (raw !== undefined && raw !== null && raw !== '') return { layer: 'code', key: setting.option, raw }
    }
    if (layer !== 'code') {
      for (const key of setting.env) {
        const raw = this.#env[key]?.trim()
        if (raw) return { layer: 'environment', key, raw }
      }
    }
    return undefined
  }

  /** Of several settings that exclude each other: the first that code gives, else the first of the environment. */
  firstOf<Name extends string>(
    settings: Readonly<Record<Name, Setting<unknown>>>,
    names: readonly Name[],
  ): Name | undefined {
    const given = (layer: Layer) => names.find((name) => this.find(settings[name], layer))
    return given('code') ?? given('environment')
  }

  /** The value of a setting; its default when nobody gave one, or when what was given is refused. */
  read<T, D extends T | undefined>(setting: Setting<T, D>, layer?: Layer): T | D {
    const found = this.find(setting, layer)
    if (found === undefined) return setting.default
    const value = setting.kind.parse(found.raw)
    if (!(value instanceof Refusal)) return value
    for (const point of value.points) {
      this.refuse({
        key: found.key,
        expected: setting.kind.expected,
        received: setting.kind.secret ? 'something else' : printable(found.raw),
        ...point,
      })
    }
    return setting.default
  }

  /** What to call a setting in a sentence about it. */
  key(setting: Setting<unknown>): string {
    return this.find(setting)?.key ?? setting.env.at(-1) ?? String(setting.option)
  }
}

function valueAt(options: object, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  }, options)
}
