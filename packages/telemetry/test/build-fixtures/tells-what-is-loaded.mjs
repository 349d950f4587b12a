import { registerHooks } from 'node:module'
import { basename } from 'node:path'

const [, , register] = process.argv
const loaded = []
registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith(new URL('.', register).href)) loaded.push(basename(url))
    return nextLoad(url, context)
  },
})
await import(register)
const undici = process.moduleLoadList.filter((name) => name.includes('undici'))
console.log(JSON.stringify({ loaded, undici }))
