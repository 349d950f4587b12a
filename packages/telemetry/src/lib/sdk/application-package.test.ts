import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readApplicationPackage } from './application-package.ts'

let root: string
const put = async (path: string, content: string) => {
  await mkdir(join(root, path), { recursive: true })
  await writeFile(join(root, path, 'package.json'), content)
}
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'linked-traces-'))
  await put('shop', '{ "name": "shop", "version": "1.2.3" }')
  await put('shop/dist', '{ "type": "module" }')
  await put('shop/broken', '{ "name": ')
  await put('unversioned', '{ "name": "unversioned" }')
})
afterAll(() => rm(root, { recursive: true }))

describe('readApplicationPackage', () => {
  it.each([
    ['shop', 'shop', '1.2.3'],
    ['shop/src/deep/down', 'shop', '1.2.3'],
    ['shop/dist', 'shop', '1.2.3'],
    ['shop/broken', 'shop', '1.2.3'],
    ['unversioned', 'unversioned', undefined],
  ])('finds the package that %s belongs to', (folder, packageName, packageVersion) => {
    expect(readApplicationPackage(join(root, folder))).toEqual({ packageName, packageVersion })
  })

  it('finds nothing where there is nothing', () => {
    expect(readApplicationPackage('/')).toEqual({})
  })
})
