import { describe, expect, it } from 'vitest'
import { here, runToEnd, SOURCE } from './run-node.ts'

const nodes = {
  'this Node': process.execPath,
  'Node 22.19': here('node-versions/node_modules/node-22/bin/node'),
  'Node 24': here('node-versions/node_modules/node-24/bin/node'),
}

describe.each(Object.entries(nodes))('isMainThread on %s', (_, node) => {
  it.each([
    ['without a worker', []],
    ['that has workers', ['with-workers']],
  ])('tells the main thread of a process %s from its workers', async (_, args) => {
    const { stdout } = await runToEnd('tells-threads-apart.ts', { node, flags: [SOURCE], args })
    expect(stdout.trim().split('\n')).toEqual(
      args.length === 0 ? ['true, and worker_threads is not loaded'] : ['true', 'false', 'false'],
    )
  })
})
