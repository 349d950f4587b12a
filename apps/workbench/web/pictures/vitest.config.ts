import { vitestConfig } from '../../../../vitest.shared.ts'

export default {
  ...vitestConfig,
  test: {
    ...vitestConfig.test,
    include: ['pictures/take-{pictures,patterns}.ts'],
    globalSetup: ['test/support/prepare.ts'],
    // The shared JSON reporter's file belongs to the tests.
    reporters: ['default'],
    env: { TZ: 'UTC' },
  },
}
