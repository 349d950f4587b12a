import { vitestConfig } from '../../../vitest.shared.ts'

export default {
  ...vitestConfig,
  // What the page says in local time is compared.
  test: { ...vitestConfig.test, env: { TZ: 'UTC' } },
}
