import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { Command, createConcurrently, LogError, Logger, LogOutput } from 'concurrently'
import { startCommand } from './workspace-app.ts'

/** Longer than a service takes to drain and to flush within its own deadlines. */
const END_DEADLINE_MILLIS = 20_000

const PREFIX_COLORS = ['magenta', 'cyan', 'green', 'yellow', 'blue'] as const

/** Runs the services side by side with prefixed output, one process each with nothing in between, and ends them in order. */
export class ServiceGroup {
  readonly #commands: readonly Command[]
  readonly #logger: Logger
  /** Services between two processes; emptied by the restart that filled it. */
  readonly #restarting = new Set<Command>()
  #stopping = false

  /** `onCrash` hears of every end that nobody asked for. */
  constructor(options: {
    root: string
    services: readonly string[]
    env: Readonly<Record<string, string>>
    onCrash: (service: string, how: string) => void
  }) {
    this.#logger = new Logger({ prefixFormat: 'name' })
    this.#logger.setPrefixLength(Math.max(...options.services.map((name) => name.length)))
    const { commands, result } = createConcurrently(
      options.services.map((name, index) => ({
        name,
        command: startCommand(options.root, name),
        cwd: join(options.root, 'apps', name),
        prefixColor: PREFIX_COLORS[index % PREFIX_COLORS.length] ?? 'reset',
        // The workbench outlives an interrupt from the terminal, so that it receives the others' last spans.
        env: name === 'workbench' ? { ...options.env, WORKBENCH_STOP_WITH: 'stdin' } : { ...options.env },
      })),
      {
        logger: this.#logger,
        outputStream: process.stdout,
        controllers: [new LogError({ logger: this.#logger }), new LogOutput({ logger: this.#logger })],
        // Without a shell a signal meets the service itself, and paths need no quotes on any system.
        spawn: (command, spawnOptions) => spawn(process.execPath, command.split(' ').slice(1), spawnOptions),
        kill: sendSignal,
      },
    )
    // How each service ended is heard below; the sum of it is of no use while services restart.
    result.catch(() => {})
    this.#commands = commands
    for (const command of commands) {
      command.close.subscribe(({ exitCode }) => {
        if (this.#stopping || this.#restarting.has(command)) return
        options.onCrash(
          command.name,
          typeof exitCode === 'number' ? `exit code ${exitCode}` : `signal ${exitCode}`,
        )
      })
    }
  }

  /** Prints lines of our own between those of the services. */
  say(text: string): void {
    this.#logger.log('', `${text}\n`)
  }

  /** Ends a service as a deployment would and starts it again from the sources as they are then. */
  async restart(service: string): Promise<void> {
    const command = this.#commands.find(({ name }) => name === service)
    // One that is still ending reads the newest sources when it starts.
    if (command === undefined || this.#stopping || this.#restarting.has(command)) return
    this.#restarting.add(command)
    await end(command, 'SIGTERM')
    this.#restarting.delete(command)
    if (!this.#stopping) command.start()
  }

  /** Lets the others drain and flush, then ends the workbench, which has their spans by then. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    this.#stopping = true
    const senders = this.#commands.filter(({ name }) => name !== 'workbench')
    const receivers = this.#commands.filter(({ name }) => name === 'workbench')
    await Promise.all(senders.map((command) => end(command, signal)))
    await Promise.all(receivers.map((command) => end(command, signal)))
  }

  kill(): void {
    this.#stopping = true
    for (const command of this.#commands) command.kill('SIGKILL')
  }
}

/** Resolves when the process is gone, after the deadline by force. */
async function end(command: Command, signal: NodeJS.Signals): Promise<void> {
  if (!Command.canKill(command)) return
  const closed = new Promise<void>((resolve) => {
    const subscription = command.close.subscribe(() => {
      subscription.unsubscribe()
      resolve()
    })
  })
  const deadline = setTimeout(() => command.kill('SIGKILL'), END_DEADLINE_MILLIS)
  if (command.name === 'workbench') {
    // It may be gone already: then there is no one to read the end.
    command.stdin?.on('error', () => {}).end()
  } else {
    command.kill(signal)
  }
  await closed
  clearTimeout(deadline)
}

function sendSignal(pid: number, signal?: string): void {
  // Windows has no signals: this would kill a service that its console has just told to stop.
  if (process.platform === 'win32' && signal === 'SIGINT') return
  try {
    process.kill(pid, signal)
  } catch (error) {
    // ESRCH: it has ended, and its streams are about to close.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
