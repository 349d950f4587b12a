import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'

/**
 * The network interfaces besides the loopback, up or down. None is what the bench asks for: some of what is compared looks for
 * cloud metadata services at start, or reports home.
 */
export function foreignInterfaces(): string[] {
  const up = Object.keys(networkInterfaces())
  return [...new Set([...up, ...interfacesOf(readDevices())])].filter((name) => name !== 'lo').toSorted()
}

/** Ends the process, and says why, unless nothing but the loopback is there. */
export function exitUnlessAlone(): void {
  const refused = refusal(foreignInterfaces(), loopbackIsUp())
  if (refused === undefined) return
  console.error(refused)
  process.exit(1)
}

/** The names in `/proc/net/dev`, which is that of the process's own network namespace. */
export function interfacesOf(devices: string): string[] {
  return devices.split('\n').flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? [])
}

/** Says why not and how, unless nothing but the loopback is there, and the loopback is up. */
export function refusal(foreign: readonly string[], loopback: boolean): string | undefined {
  if (foreign.length > 0)
    return (
      `The comparison runs where only the loopback exists, and here is ${foreign.join(', ')}. ` +
      'Run it with `pnpm --filter @linked-traces/bench run peers`, or `tail`, which make a network namespace (Linux).'
    )
  return loopback ? undefined : 'The loopback is down: `ip link set lo up` in this network namespace.'
}

function loopbackIsUp(): boolean {
  return networkInterfaces().lo !== undefined
}

function readDevices(): string {
  try {
    return readFileSync('/proc/net/dev', 'utf8')
  } catch {
    return ''
  }
}

const LOOPBACK_UP =
  'ip link set lo up 2>/dev/null || { mount -t sysfs sysfs /sys && echo 0x9 > /sys/class/net/lo/flags; } && exec "$@"'

/**
 * What to put before a command to run it where only the loopback exists. Plain Debian has no `ip`: there the flags of `lo` are
 * written in a sysfs of the new namespace's own.
 *
 * @param isRoot whoever is not needs a user namespace as well, which some systems do not allow.
 */
export function inNamespace(isRoot: boolean): string[] {
  return [
    'unshare',
    ...(isRoot ? [] : ['--map-root-user']),
    '--net',
    '--mount',
    'sh',
    '-c',
    LOOPBACK_UP,
    'sh',
  ]
}
