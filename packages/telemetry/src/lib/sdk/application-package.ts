import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ApplicationFacts } from '../config/resolve-config.ts'

/** Name and version in the package.json that `folder` belongs to: its own, or the nearest above it that has a name. */
export function readApplicationPackage(folder: string): ApplicationFacts {
  for (let current = folder; ; ) {
    const { name, version } = readPackage(join(current, 'package.json'))
    if (typeof name === 'string' && name !== '') {
      return { packageName: name, packageVersion: typeof version === 'string' ? version : undefined }
    }
    const parent = dirname(current)
    if (parent === current) return {}
    current = parent
  }
}

function readPackage(path: string): { name?: unknown; version?: unknown } {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof content === 'object' && content !== null ? content : {}
  } catch {
    return {}
  }
}
