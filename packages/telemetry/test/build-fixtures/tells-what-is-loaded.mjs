import { registerHooks } from 'node:module'

const [, , register] = process.argv
const folder = new URL('.', register).href

// All that is instrumented at once.
process.getBuiltinModule('node:http')
const before = new Set(process.moduleLoadList)

const files = []
registerHooks({
  load(url, context, nextLoad) {
    if (!url.startsWith('node:')) files.push(url)
    return nextLoad(url, context)
  },
})
await import(register)

const own = files.filter((url) => url.startsWith(folder)).map((url) => url.slice(folder.length))
const others = files
  .filter((url) => !url.startsWith(folder))
  .map((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? url)
const builtins = process.moduleLoadList
  .filter((name) => !before.has(name))
  .flatMap((name) => /^NativeModule (?!internal\/|_)(.*)$/.exec(name)?.[1] ?? [])
console.log(JSON.stringify({ own, others: [...new Set(others)], builtins }))
