import { printable } from './printable.ts'
import { everySetting } from './settings.ts'
import { SettingsReader } from './settings-reader.ts'

/** One setting, and who says what it is. */
export interface SettingSource {
  /** What its giver calls it; of a default, the variable that would change it. */
  readonly key: string
  /** As it was written; of a default, in the words of the reference. Secrets are `<redacted>`. */
  readonly value: string
  readonly from: 'environment' | 'default'
}

/** Every setting of the configuration reference, with its value in an environment; options in code are not seen. */
export function whereSettingsComeFrom(env: NodeJS.ProcessEnv): SettingSource[] {
  const reader = new SettingsReader({}, env)
  return everySetting
    .filter((setting) => setting.env.length > 0)
    .map((setting) => {
      const found = reader.find(setting, 'environment')
      if (found === undefined) {
        const value = setting.defaultText ?? String(setting.default ?? '')
        return { key: reader.key(setting), value, from: 'default' }
      }
      const value = setting.kind.secret ? '<redacted>' : unquoted(printable(found.raw))
      return { key: found.key, value, from: 'environment' }
    })
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/s, '$1')
}
