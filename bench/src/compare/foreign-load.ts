import { readFileSync } from 'node:fs'

/** Processor time in seconds: of the whole machine, and what a virtual machine's host gave to others. */
export interface MachineTime {
  readonly busy: number
  readonly stolen: number
}

/** From the first line of `/proc/stat`, which counts in hundredths of a second: user nice system idle iowait irq softirq steal. */
export function machineTime(stat: string = readFileSync('/proc/stat', 'utf8')): MachineTime {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (stat.split('\n')[0] ?? '')
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return { busy: (user + nice + system + irq + softirq) / 100, stolen: steal / 100 }
}

/** What others took of the machine, in processors: 0.5 is half of one, all the time. */
export function foreignLoad(before: MachineTime, after: MachineTime, own: number, seconds: number): number {
  const busy = after.busy - before.busy - own
  return Math.max(0, busy + after.stolen - before.stolen) / seconds
}
