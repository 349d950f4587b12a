import type { DatabaseSync } from 'node:sqlite'
import { StoreError } from '../store-error.ts'

/** What was read is not what was written. */
export class Damage extends Error {
  override readonly name = 'Damage'
}

/** SQLite's extended result code of an error, `undefined` for other errors. */
export function sqliteCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode
    : undefined
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
export const isCorrupt = (error: unknown): boolean => [11, 26].includes((sqliteCode(error) ?? 0) & 0xff)

/** SQLITE_FULL, and SQLITE_IOERR_WRITE for limits that are not the disk's own: quotas, the greatest size of a file. */
const noRoom = [13, 778]

/** What went wrong with `database`, in words for whoever runs the workbench; errors that are none of the database's stay as they are. */
export function storeErrorOf(error: unknown, database: DatabaseSync): unknown {
  if (!(error instanceof Error)) return error
  if (error instanceof Damage || isCorrupt(error)) {
    const path = database.location() ?? 'in memory'
    return new StoreError(
      'STORE_DAMAGED',
      `The database ${path} is damaged: ${error.message}. What does not touch the damage is still answered. To begin anew, stop the workbench and move the file away, together with those beside it that end in -wal and -shm.`,
      { cause: error },
    )
  }
  const code = sqliteCode(error)
  if (code === undefined) return error
  if (noRoom.includes(code))
    return new StoreError(
      'STORE_FULL',
      'The disk takes no more: free some space, or set WORKBENCH_DATA to another disk.',
      { cause: error },
    )
  return new StoreError('STORE_FAILED', `The database failed: ${error.message}.`, { cause: error })
}
