import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sendSpans } from './otlp-json.ts'
import { startWorkbench } from './workbench-process.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workbench-damage-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const traceIdOf = (number: number): string => number.toString(16).padStart(32, 'a')

/** A database of 60 traces, closed in an orderly way. */
async function fill(): Promise<void> {
  await using workbench = await startWorkbench({ WORKBENCH_DATA: folder })
  for (let number = 0; number < 60; number++) {
    const spans = Array.from({ length: 20 }, (_, index) => ({
      traceId: traceIdOf(number),
      spanId: (number * 100 + index + 1).toString(16).padStart(16, '0'),
      name: 'kept',
      attributes: { noise: crypto.randomUUID() },
    }))
    await sendSpans(workbench.url, 'early', spans)
  }
  workbench.child.kill('SIGTERM')
  expect(await workbench.exited).toBe(0)
}

const path = () => join(folder, 'telemetry.db')

/** Overwrites one page of the file, as a broken disk or another program would. */
function overwrite(page: number): void {
  const file = openSync(path(), 'r+')
  writeSync(file, Buffer.alloc(4_096, 0x5a), 0, 4_096, (page - 1) * 4_096)
  closeSync(file)
}

const tell = (sql: string): number => {
  using database = new DatabaseSync(path())
  return database.prepare(sql).get()?.value as number
}

describe('workbench with a damaged database', () => {
  it('says that the file is damaged, where it is and what to do, and answers what the damage does not touch', async () => {
    await fill()
    // The segment of the third trace, which no start reads.
    using database = new DatabaseSync(path())
    database.exec(`UPDATE segment SET body = zeroblob(length(body)) WHERE id = 3`)
    database.close()
    await using workbench = await startWorkbench({ WORKBENCH_DATA: folder })
    const damaged = await fetch(`${workbench.url}/api/traces/${traceIdOf(2)}`)
    expect(damaged.status).toBe(500)
    expect(await damaged.json()).toMatchObject({
      code: 'store_damaged',
      detail: expect.stringMatching(
        /^The database .*telemetry\.db is damaged: a segment cannot be unpacked .*To begin anew, stop the workbench and move the file away/,
      ),
    })
    expect((await fetch(`${workbench.url}/api/traces/${traceIdOf(3)}`)).status).toBe(200)
    await sendSpans(workbench.url, 'late', [{ traceId: traceIdOf(99), spanId: 'b'.repeat(16), name: 'new' }])
    expect((await fetch(`${workbench.url}/api/traces/${traceIdOf(99)}`)).status).toBe(200)
  })

  it('says the same of what SQLite itself cannot read', async () => {
    await fill()
    overwrite(tell("SELECT rootpage AS value FROM sqlite_schema WHERE name = 'link_by_target'"))
    await using workbench = await startWorkbench({ WORKBENCH_DATA: folder })
    const damaged = await fetch(`${workbench.url}/api/traces/${traceIdOf(2)}`)
    expect(damaged.status).toBe(500)
    expect(await damaged.json()).toMatchObject({
      code: 'store_damaged',
      detail: expect.stringContaining('telemetry.db is damaged: database disk image is malformed'),
    })
  })

  it('puts the file aside when what it reads first is damaged', async () => {
    await fill()
    overwrite(tell("SELECT rootpage AS value FROM sqlite_schema WHERE name = 'chunk'"))
    await using workbench = await startWorkbench({ WORKBENCH_DATA: folder })
    expect(workbench.output()).toContain('The database could not be read: it was put aside as')
    expect(readdirSync(folder).filter((name) => name.startsWith('telemetry-unreadable-'))).not.toEqual([])
    await sendSpans(workbench.url, 'late', [{ traceId: traceIdOf(99), spanId: 'b'.repeat(16), name: 'new' }])
  })
})
