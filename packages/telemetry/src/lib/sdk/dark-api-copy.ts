import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { trace } from '@opentelemetry/api'

/** A copy of `@opentelemetry/api` whose tracers record nothing, because it does not see the SDK that was registered. */
export interface DarkApiCopy {
  /** The folder of the package. */
  readonly path: string
  readonly version: string
  /** The version of the copy that the SDK was registered with. */
  readonly expected: string
}

/**
 * Looks for a dark copy where an application would get it from. Copies of the same or an older minor version see the
 * SDK, newer ones and other majors do not; nothing else would tell.
 *
 * @param from a file in the application; it need not exist.
 */
export function findDarkApiCopy(from: string): DarkApiCopy | undefined {
  try {
    const own = createRequire(import.meta.url)
    const theirs = createRequire(from)
    const path = theirs.resolve('@opentelemetry/api')
    const ownPath = own.resolve('@opentelemetry/api')
    if (path === ownPath) return undefined
    const copy: unknown = theirs(path)
    if (seesSdk(copy)) return undefined
    return { ...readPackage(path), expected: readPackage(ownPath).version }
  } catch {
    // The application does not use the API itself.
    return undefined
  }
}

/** What is wrong, and what to do. */
export function describeDarkCopy({ path, version, expected }: DarkApiCopy): string {
  return (
    `The application's own spans go nowhere: it gets @opentelemetry/api ${version} from ${path}, which does not see ` +
    `the SDK of ${expected}. Install ${expected} there.`
  )
}

/** Whether a copy hands out the very provider that this one does. */
function seesSdk(copy: unknown): boolean {
  const { trace: other } = copy as { trace: typeof trace }
  return other.getTracerProvider() === trace.getTracerProvider()
}

function readPackage(entry: string): { path: string; version: string } {
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
        name?: string
        version?: string
      }
      if (name === '@opentelemetry/api' && version !== undefined) return { path: folder, version }
    } catch {
      // Further up.
    }
  }
  return { path: entry, version: 'unknown' }
}
