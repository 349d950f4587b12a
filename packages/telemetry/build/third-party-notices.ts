import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface BundledPackage {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly folder: string
}

/** The packages that modules come from, by name and version; modules outside `node_modules` are our own. */
export function packagesOf(modules: Iterable<string>): BundledPackage[] {
  const packages = new Map<string, BundledPackage>()
  for (const path of modules) {
    const folder = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(path)?.[0]
    if (folder === undefined) continue
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    packages.set(`${name}@${version}`, { name, version, license, folder })
  }
  return [...packages].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => each)
}

/**
 * The licences of what is bundled, to be shipped with it.
 *
 * @throws {Error} when a package has no licence text of its own.
 */
export function thirdPartyNotices(packages: readonly BundledPackage[]): string {
  const texts = new Map<string, string[]>()
  for (const { name, version, license, folder } of packages) {
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)(\.|$)/i.test(file))
    if (files.length === 0)
      throw new Error(`${name} ${version} is bundled, and ${folder} has no licence text.`)
    const text = files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
    texts.set(text, [...(texts.get(text) ?? []), `${name} ${version} (${license})`])
  }
  const sections = [...texts].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`)
  return [
    'The JavaScript of this package contains the following packages, each under its licence.\n',
    ...sections,
  ].join(`\n${'-'.repeat(80)}\n\n`)
}
