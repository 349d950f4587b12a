import { describe, expect, it } from 'vitest'
import { heaviest } from './heaviest.ts'

const node = (id: number, functionName: string, url: string, lineNumber = 9) => ({
  id,
  callFrame: { functionName, url, lineNumber },
})

describe('heaviest', () => {
  it('tells shares of self time by function and by package, idling left out', () => {
    const store = 'file:///srv/node_modules/.pnpm/@a+b@1.0.0/node_modules'
    const profile = {
      nodes: [
        node(1, '(idle)', ''),
        node(2, 'handle', `${store}/@a/b/dist/index.js`),
        node(3, '', `${store}/@a/b/dist/index.js`, 19),
        node(4, 'write', 'node:net'),
        node(5, '(garbage collector)', ''),
      ],
      samples: [1, 2, 3, 4, 2, 5],
      timeDeltas: [5000, 3000, 1000, 2000, 3000, 1000],
    }
    expect(heaviest(profile)).toEqual({
      functions: [
        ['handle index.js:10', 0.6],
        ['write node:net:10', 0.2],
        ['(anonymous) index.js:20', 0.1],
        ['(garbage collector)', 0.1],
      ],
      packages: [
        ['@a/b', 0.7],
        ['node', 0.2],
        ['(garbage collector)', 0.1],
      ],
      millis: 10,
    })
  })
})
