import { resourceFromAttributes } from '@opentelemetry/resources'
import { describe, expect, it, vi } from 'vitest'
import { LateResource } from './late-resource.ts'

const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.37.0'

function start() {
  const make = vi.fn(() => resourceFromAttributes({ 'service.name': 'dice' }, { schemaUrl: SCHEMA_URL }))
  return { make, resource: new LateResource(SCHEMA_URL, make) }
}

describe('LateResource', () => {
  it('is made when it is looked at, once', () => {
    const { make, resource } = start()
    expect([resource.schemaUrl, resource.asyncAttributesPending]).toEqual([SCHEMA_URL, false])
    expect(make).not.toHaveBeenCalled()
    expect(resource.attributes).toEqual({ 'service.name': 'dice' })
    expect(resource.getRawAttributes()).toEqual([['service.name', 'dice']])
    expect(make).toHaveBeenCalledOnce()
  })

  it('merges as what it stands for', () => {
    const { resource } = start()
    const merged = resource.merge(resourceFromAttributes({ 'host.name': 'here' }))
    expect(merged).toMatchObject({
      attributes: { 'service.name': 'dice', 'host.name': 'here' },
      schemaUrl: SCHEMA_URL,
    })
    expect(resourceFromAttributes({ 'host.name': 'there' }).merge(resource).attributes).toEqual({
      'service.name': 'dice',
      'host.name': 'there',
    })
  })
})
