import { describe, expect, it } from 'vitest'
import { axiomTracesUrl, isAxiomEdge, isReadableOnTheWay } from './axiom-address.ts'

describe('axiomTracesUrl', () => {
  it.each([
    ['us-east-1', 'https://us-east-1.aws.edge.axiom.co/v1/traces'],
    ['eu-central-1', 'https://eu-central-1.aws.edge.axiom.co/v1/traces'],
    ['EU-Central-1', 'https://eu-central-1.aws.edge.axiom.co/v1/traces'],
    ['cloud.eu-central-1.aws', 'https://eu-central-1.aws.edge.axiom.co/v1/traces'],
    ['us-east-1.aws', 'https://us-east-1.aws.edge.axiom.co/v1/traces'],
    ['eu-central-1.aws.edge.axiom.co', 'https://eu-central-1.aws.edge.axiom.co/v1/traces'],
    ['api.axiom.co/', 'https://api.axiom.co/v1/traces'],
    ['https://api.axiom.co', 'https://api.axiom.co/v1/traces'],
    ['https://api.axiom.co/v1/traces', 'https://api.axiom.co/v1/traces'],
    ['https://proxy.example.com/axiom/', 'https://proxy.example.com/axiom/v1/traces'],
    ['http://127.0.0.1:3400', 'http://127.0.0.1:3400/v1/traces'],
    ['127.0.0.1:3400', 'https://127.0.0.1:3400/v1/traces'],
  ])('takes %s as %s', (address, url) => {
    expect(axiomTracesUrl(address)?.href).toBe(url)
  })

  it.each([
    'ap-south-1',
    'us-east1',
    'cloud.eu-central-1.aws:x',
    'localhost:3400',
    'ftp://axiom.co',
    'https://',
    'a b.co',
    'https://xaat-1@axiom.co',
    '',
  ])('refuses %j', (address) => {
    expect(axiomTracesUrl(address)).toBeUndefined()
  })
})

describe('isReadableOnTheWay', () => {
  it.each([
    ['http://10.0.0.1', true],
    ['http://axiom.co', true],
    ['http://127.0.0.1.example.com', true],
    ['http://localhost.example.com', true],
    ['http://notlocalhost', true],
    ['http://0.0.0.0', true],
    ['https://10.0.0.1', false],
    ['http://127.0.0.1:3400', false],
    ['http://127.1.2.3', false],
    ['http://[::1]:3400', false],
    ['http://LOCALHOST', false],
    ['http://axiom.localhost', false],
  ])('%s: %s', (url, readable) => {
    expect(isReadableOnTheWay(new URL(url))).toBe(readable)
  })
})

describe('isAxiomEdge', () => {
  it.each([
    ['edgeUrl', 'https://proxy.example.com', true],
    ['edge', 'https://proxy.example.com', true],
    ['domain', 'https://us-east-1.aws.edge.axiom.co', true],
    ['url', 'https://us-east-1.aws.edge.axiom.co', true],
    ['domain', 'https://api.axiom.co', false],
    ['url', 'https://api.axiom.co', false],
    ['url', 'https://edge.axiom.co.example.com', false],
  ] as const)('%s %s: %s', (name, url, edge) => {
    expect(isAxiomEdge(name, new URL(url))).toBe(edge)
  })
})
