import { register } from 'node:module'

/** As some compilers' hooks do, on a thread of their own. */
const hooks = `
import { readFile } from 'node:fs/promises'

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context)
  if (loaded.format !== 'commonjs' || !url.startsWith('file:')) return loaded
  return { ...loaded, source: await readFile(new URL(url), 'utf8') }
}
`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)
