import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { createImportHooks, Hook } from './late-import-hooks.ts'

// Where import-in-the-middle keeps the hooks that its loader hooks call.
const { importHooks }: { importHooks: unknown[] } = createRequire(import.meta.url)(
  'import-in-the-middle/lib/register.js',
)

describe('Hook', () => {
  it('hooks nothing before loader hooks are there, then what is wanted still, and at once from then on', () => {
    const [first, taken] = ['express', 'http'].map((name) => new Hook([name], {}, () => {}))
    taken?.unhook()
    expect(importHooks).toHaveLength(0)
    createImportHooks()
    expect(importHooks).toHaveLength(1)
    createImportHooks()
    const late = new Hook(['undici'], {}, () => {})
    expect(importHooks).toHaveLength(2)
    late.unhook()
    first?.unhook()
    expect(importHooks).toHaveLength(0)
  })
})
