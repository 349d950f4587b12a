import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

/** What is measured: Node with flags, an application, and variables. */
export interface Application {
  readonly flags: readonly string[]
  readonly file: string
  readonly env: Readonly<Record<string, string>>
}

/** What to put before a command so that it has one processor; nothing where none is told. */
export function pinnedTo(processor: string | undefined): string[] {
  return processor === undefined ? [] : ['taskset', '-c', processor]
}

/** An application that listens, and what the kernel (Linux) says of its process, all threads included. */
export class ProcessUnderTest {
  readonly port: number
  /** From the start of the process until it listened. */
  readonly millisToListen: number
  readonly #child: ChildProcess
  readonly #output: readonly string[]

  private constructor(child: ChildProcess, listening: Listening, output: readonly string[]) {
    this.#child = child
    this.port = listening.listens
    this.millisToListen = listening.millis
    this.#output = output
  }

  /** @param pin what to put before the command, such as `taskset -c 1`. */
  static async start(application: Application, pin: readonly string[]): Promise<ProcessUnderTest> {
    const child = launch(application, pin, ['ignore', 'pipe', 'pipe', 'ipc'])
    const output: string[] = []
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()))
    const listening = await Promise.race([
      once(child, 'message').then(([message]) => message as Listening),
      once(child, 'close').then(([code]) => {
        throw new Error(`The application ended with ${code}:\n${output.join('')}`)
      }),
    ])
    return new ProcessUnderTest(child, listening, output)
  }

  /** What it printed so far. */
  get output(): string {
    return this.#output.join('')
  }

  /** Resident memory in MB. */
  residentMegabytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
    return (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024) / 1e6
  }

  /** Processor time so far, in seconds; the kernel counts in hundredths. */
  processorSeconds(): number {
    return processorSeconds(readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8'))
  }

  async watchLoop(): Promise<void> {
    await new Promise((resolve) => this.#child.send('watch the loop', resolve))
  }

  /** The longest the event loop was held since `watchLoop`, in milliseconds. */
  async longestHoldMillis(): Promise<number> {
    const answer = once(this.#child, 'message')
    this.#child.send('tell')
    const [{ longestHoldMillis }] = (await answer) as [{ longestHoldMillis: number }]
    return longestHoldMillis
  }

  /** Lets it exit by itself, which is when Node writes a CPU profile. */
  async end(): Promise<void> {
    const closed = once(this.#child, 'close')
    this.#child.send('end')
    await closed
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const closed = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    await closed
  }
}

interface Listening {
  readonly listens: number
  readonly millis: number
}

/** Runs an application that prints a number of milliseconds first, and tells it. */
export async function firstLineMillis(application: Application, pin: readonly string[]): Promise<number> {
  const child = launch(application, pin, ['ignore', 'pipe', 'pipe'])
  let output = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    // What is under test may keep the process alive.
    if (FIRST_LINE.test(output)) child.kill('SIGKILL')
  })
  await once(child, 'close')
  const millis = FIRST_LINE.exec(output)?.[1]
  if (millis === undefined) throw new Error(`The application never came to its first line:\n${output}`)
  return Number(millis)
}

/** What is under test may print lines of its own before. */
const FIRST_LINE = /^first line after (\d+\.\d+) ms$/m

/** User and system time in the text of `/proc/<pid>/stat`: fields 14 and 15, in hundredths of a second. */
export function processorSeconds(stat: string): number {
  // The second field may hold anything, spaces and parentheses included.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function launch(
  { flags, file, env }: Application,
  pin: readonly string[],
  stdio: ('ignore' | 'pipe' | 'ipc')[],
): ChildProcess {
  const [command = '', ...args] = [...pin, process.execPath, ...flags, file]
  const { PATH = '', HOME = '' } = process.env
  return spawn(command, args, { env: { PATH, HOME, NODE_ENV: 'production', ...env }, stdio })
}
