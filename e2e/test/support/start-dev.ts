import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { spawn } from '@lydell/node-pty'

/** `pnpm dev` in a terminal. */
export interface DevTerminal extends AsyncDisposable {
  /** All that the terminal has shown, colours and all. */
  raw(): string
  /** All that the terminal has shown, as text. */
  text(): string
  /** Waits for the terminal to show a match after `from` (its start); fails with all that it showed, and when the command ends. */
  shows(pattern: RegExp, from?: number): Promise<RegExpExecArray>
  /** Presses Ctrl-C. */
  interrupt(): void
  /** Resolves when the command ends. */
  readonly ended: Promise<{ exitCode: number; signal?: number | undefined }>
}

const DEADLINE_MILLIS = 60_000

/** Runs the command behind the `dev` script of `root` in a pseudo-terminal, with this environment and little else. */
export async function startDev(root: string, env: Record<string, string>): Promise<DevTerminal> {
  const { scripts }: { scripts: { dev: string } } = JSON.parse(
    await readFile(join(root, 'package.json'), 'utf8'),
  )
  const [, ...args] = scripts.dev.split(' ')
  return inTerminal(process.execPath, args, root, {
    PATH: process.env.PATH,
    WORKBENCH_DATA: join(root, 'workbench-data'),
    ...env,
  })
}

/** Runs a command that ends in `pnpm dev` in a pseudo-terminal. */
export function inTerminal(
  file: string,
  args: string[],
  cwd: string,
  env: Record<string, string | undefined>,
): DevTerminal {
  const terminal = spawn(file, args, {
    name: 'xterm-256color',
    // Wide enough to break no line.
    cols: 500,
    cwd,
    env,
  })
  let raw = ''
  const listeners = new Set<() => void>()
  terminal.onData((data) => {
    raw += data
    for (const listener of listeners) listener()
  })
  let end: { exitCode: number; signal?: number | undefined } | undefined
  const ended = new Promise<{ exitCode: number; signal?: number | undefined }>((resolve) => {
    terminal.onExit((how) => {
      end = how
      for (const listener of listeners) listener()
      resolve(how)
    })
  })
  const text = () => stripVTControlCharacters(raw).replaceAll('\r\n', '\n')

  function shows(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const finish = () => {
        clearTimeout(deadline)
        listeners.delete(look)
      }
      const fail = (why: string) => {
        finish()
        reject(new Error(`${why} without showing ${pattern}:\n${text()}`))
      }
      const look = () => {
        const match = pattern.exec(text().slice(from))
        if (match) {
          finish()
          resolve(match)
        } else if (end) {
          fail(`pnpm dev ended with ${JSON.stringify(end)}`)
        }
      }
      const deadline = setTimeout(() => fail(`${DEADLINE_MILLIS} ms passed`), DEADLINE_MILLIS)
      listeners.add(look)
      look()
    })
  }

  return {
    raw: () => raw,
    text,
    shows,
    interrupt: () => terminal.write('\x03'),
    ended,
    async [Symbol.asyncDispose]() {
      if (!end) terminal.kill('SIGTERM')
      await ended
    },
  }
}

/** Ports of 127.0.0.1 that nothing listens on. */
export async function freePorts<const T extends readonly string[]>(
  ...names: T
): Promise<Record<T[number], string>> {
  const servers = await Promise.all(
    names.map(async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((server) => {
    const address = server.address()
    return String(typeof address === 'object' ? address?.port : address)
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as Record<T[number], string>
}
