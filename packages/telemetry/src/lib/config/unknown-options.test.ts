import { describe, expect, it } from 'vitest'
import { everySetting } from './settings.ts'
import { unknownOptions } from './unknown-options.ts'

/** What is said about options of `startTelemetry`, of which there are no others but `env`. */
const complaints = (options: object) => {
  return unknownOptions(options, everySetting, ['env']).map(({ key, expected }) => `${key}: ${expected}`)
}

describe('unknownOptions', () => {
  it('has nothing against options that there are, nor against names without a value', () => {
    const known = {
      inbound: [{ path: '/*', mode: 'link' }],
      resourceAttributes: { any: 'key' },
      sampler: { name: 'traceidratio', ratio: 1 },
      otlp: { headers: { any: 'name' } },
      axiom: undefined,
      env: { ANY: 'variable' },
    }
    expect(complaints(known)).toEqual([])
    expect(complaints({ inbuond: undefined, tokn: '', queue: null })).toEqual([])
  })

  it('names those that there are not, nested ones too', () => {
    const misspelt = { inbuond: 'link', axiom: { token: 't', dateset: 'd' }, otlp: { toString: 1 }, x: 1 }
    expect(complaints(misspelt)).toEqual([
      expect.stringMatching(/^inbuond: one of the options workbenchUrl, .*\binbound, .*, env$/),
      'axiom.dateset: one of the options token, dataset, edgeUrl, domain, edge, url, orgId',
      expect.stringMatching(/^otlp\.toString: one of the options tracesEndpoint, endpoint, headers, /),
      expect.stringMatching(/^x: /),
    ])
  })

  it('does not take a value for its options, and shows none', () => {
    const problems = unknownOptions({ axiom: 'xaat-secret', tokn: 'xaat-secret' }, everySetting, [])
    expect(problems.map(({ key, received }) => `${key}: ${received}`)).toEqual([
      'axiom: something else',
      'tokn: another name',
    ])
    expect(JSON.stringify(problems)).not.toContain('secret')
  })
})
