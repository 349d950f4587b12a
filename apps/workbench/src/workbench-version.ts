import { createRequire } from 'node:module'

/** As in package.json, which stands one folder up from sources and from what they are built into. */
export const workbenchVersion: string = createRequire(import.meta.url)('../package.json').version
