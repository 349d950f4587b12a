import { cpus, release, totalmem } from 'node:os'

/** What figures were measured on: machine, system, Node and SQLite. */
export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}, ` +
  `Node ${process.versions.node}, SQLite ${process.versions.sqlite}`
