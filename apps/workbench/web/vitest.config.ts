import { vitestConfig } from '../../../vitest.shared.ts'

export default {
  ...vitestConfig,
  test: {
    ...vitestConfig.test,
    globalSetup: ['test/support/prepare.ts'],
    // What the page says in local time is compared.
    env: { TZ: 'UTC' },
  },
}
