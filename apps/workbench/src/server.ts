import { HttpService } from '@linked-traces/service/http-service'
import { resolveWorkbenchConfig } from './config.ts'
import { untilStopped } from './until-stopped.ts'
import { createWorkbench } from './workbench.ts'

/** How long requests in flight may take once the workbench stops. */
const stopDeadlineMillis = 5_000

async function main(): Promise<void> {
  const config = resolveWorkbenchConfig(process.env, process.platform)
  // From the start, so that a signal right after the line below is not the end of everything.
  const stopped = untilStopped(process, config.stopWith)
  const workbench = await createWorkbench(config, {
    print: (text) => console.log(text),
    warn: (text) => console.error(text),
    onLost(error) {
      console.error('The store has failed, so the workbench ends:', error)
      process.exit(1)
    },
  })
  try {
    const service = new HttpService(workbench.listener, { admit: workbench.admit })
    const url = await service.listen(config.address)
    workbench.openAt(url)
    console.log(`workbench listens on ${url}`)
    await stopped
    workbench.endLiveAnswers()
    await service.stop(stopDeadlineMillis)
  } finally {
    await workbench.close()
  }
}

try {
  await main()
} catch (error) {
  // What the user can mend says so in its message; of anything else the stack is the message.
  console.error(error instanceof Error && 'code' in error ? error.message : error)
  process.exitCode = 1
  // Its end would have been the workbench's, and must not be waited for.
  process.stdin.destroy()
}
