import { describe, expect, it } from 'vitest'
import { ByteText } from '../byte-text.ts'
import { AttributeColumns } from './attribute-columns.ts'

const find = (columns: AttributeColumns, attribute: string) =>
  columns.find(new ByteText(Buffer.from(attribute)), 0)
const textOf = (key: string, value = 'x') => `{"key":"${key}","value":{"stringValue":"${value}"}}`
const intOf = (key: string, value = '"1"') => `{"key":"${key}","value":{"intValue":${value}}}`

describe('AttributeColumns', () => {
  it('knows a key that repeats, whatever its values, and texts from integers', () => {
    const columns = new AttributeColumns()
    expect(find(columns, textOf('http.route', '/a'))).toBeUndefined()
    const column = find(columns, textOf('http.route', '/b'))
    expect(column).toMatchObject({ key: 'http.route', isText: true })
    expect(find(columns, textOf('http.route', '/c'))).toBe(column)
    for (let again = 0; again < 2; again++) find(columns, intOf('http.route'))
    expect(find(columns, intOf('http.route', '2'))).toMatchObject({ key: 'http.route', isText: false })
    expect(find(columns, textOf('http.route', '/d'))).toBe(column)
  })

  it('knows nothing of attributes in any other form', () => {
    const columns = new AttributeColumns()
    const others = [
      '{"key":"","value":{"stringValue":"x"}}',
      '{"key": "a","value":{"stringValue":"x"}}',
      '{"value":{"stringValue":"x"},"key":"a"}',
      '{"key":"a\\"","value":{"stringValue":"x"}}',
      '{"key":"a","value":{"boolValue":true}}',
      '{"key":"a',
      textOf('a'.repeat(97)),
    ]
    for (let again = 0; again < 3; again++)
      for (const other of others) expect(find(columns, other)).toBeUndefined()
  })

  it('tells keys apart that share a slot, wherever it expects them', () => {
    const columns = new AttributeColumns()
    // The slot comes from samples: these differ only where none is taken.
    const keys = ['aaXaaaaaaaaaaaaa', 'aaYaaaaaaaaaaaaa', 'other']
    for (let round = 0; round < 4; round++) {
      for (const key of keys) {
        for (let again = 0; again < 3; again++) expect(find(columns, textOf(key))?.key ?? key).toBe(key)
      }
    }
  })
})
