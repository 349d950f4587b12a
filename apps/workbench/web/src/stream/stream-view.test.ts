import { describe, expect, it } from 'vitest'
import { readStreamView } from './stream-view.ts'

const read = (query: string) => readStreamView(new URLSearchParams(query))

describe('readStreamView', () => {
  it('shows the time of day and whole rows, unless told otherwise', () => {
    expect(read('')).toEqual({ time: 'clock', columns: [], rest: true })
  })

  it('reads columns in their order, once each, and at most six', () => {
    expect(read('time=utc&columns=http.route,%20kind,,kind&rest=hidden')).toEqual({
      time: 'utc',
      columns: ['http.route', 'kind'],
      rest: false,
    })
    expect(read('columns=a,b,c,d,e,f,g').columns).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })

  it('takes a form of time that there is not for the usual one', () => {
    expect(read('time=toString').time).toBe('clock')
  })
})
