import { describe, expect, it } from 'vitest'
import { describeDestination } from './describe-destination.ts'

describe('describeDestination', () => {
  it.each([
    [
      { kind: 'axiom', dataset: 'traces', url: 'https://us-east-1.aws.edge.axiom.co/v1/traces' },
      'Axiom dataset traces at https://us-east-1.aws.edge.axiom.co',
    ],
    [
      { kind: 'axiom', dataset: 'traces', url: 'https://proxy.example.com/axiom/v1/traces' },
      'Axiom dataset traces at https://proxy.example.com/axiom',
    ],
    [{ kind: 'workbench', url: 'http://127.0.0.1:4318/v1/traces' }, 'the workbench at http://127.0.0.1:4318'],
    [
      { kind: 'otlp', url: 'https://collector.example.com/v1/traces?key=secret' },
      'OTLP endpoint https://collector.example.com/v1/traces',
    ],
  ] as const)('says in a few words where spans go, without secrets', (destination, words) => {
    expect(describeDestination(destination)).toBe(words)
  })
})
