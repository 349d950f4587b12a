import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Commands of a `console` block, each with the output that the page shows for it. */
export function consoleExamples(text: string): { readonly command: string; readonly output: string }[] {
  return text
    .trimEnd()
    .split(/^\$ /m)
    .slice(1)
    .map((example) => {
      const [command = '', ...output] = example.trimEnd().split('\n')
      return { command, output: output.join('\n') }
    })
}

/** Runs a line of a page: with curl where there is one, which is not everywhere. */
export async function curl(command: string): Promise<string> {
  const [, ...args] = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  )
  try {
    return (await run('curl', ['--silent', '--max-time', '10', ...args])).stdout
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    const after = (option: string) => (args.includes(option) ? args[args.indexOf(option) + 1] : undefined)
    const [name = 'accept', value = '*/*'] = after('-H')?.split(': ') ?? []
    const method = after('-X') ?? 'GET'
    return (await fetch(args.at(-1) ?? '', { method, headers: { [name]: value } })).text()
  }
}

/** What stays the same from one run to the next. */
export function shape(output: string): string {
  return output
    .trimEnd()
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<job id>')
    .replaceAll(/[0-9a-f]{32}/g, '<trace id>')
    .replaceAll(/[0-9a-f]{16}/g, '<span id>')
    .replaceAll(/\d\d:\d\d:\d\d(\.\d+)?/g, '<time>')
    .replaceAll(/\d{4}-\d\d-\d\d/g, '<date>')
    .replaceAll(/\d+(\.\d+)? ?(ns|µs|ms|s)\b/g, '<duration>')
    .replaceAll(/ {2,}/g, '  ')
    .replaceAll(/= \d+$/gm, '= <sum>')
    .replaceAll(/([": ])[1-6]\b/g, '$1<roll>')
    .replaceAll(/^[1-6]$/gm, '<roll>')
}
