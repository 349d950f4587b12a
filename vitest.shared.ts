import type { ViteUserConfig } from 'vitest/config'

/** Runs every package's tests from TypeScript sources, and leaves a JSON report that `.ci/run` adds up. */
export const vitestConfig: ViteUserConfig = {
  resolve: { conditions: ['@linked-traces/source'] },
  ssr: { resolve: { conditions: ['@linked-traces/source'] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    execArgv: ['--conditions=@linked-traces/source'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ['default', 'json'],
    outputFile: { json: 'test-results/vitest.json' },
  },
}
