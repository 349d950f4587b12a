import { ServiceProcess } from '@linked-traces/service/testing'

/** One of the real services, in a process of its own, on a port the system chose. */
export interface RunningService extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** Ends it by SIGTERM and waits for it. */
  stop(): Promise<unknown>
}

/**
 * Starts `apps/<app>` as `pnpm start` does, with exactly this environment.
 *
 * @throws Error with all that the process printed, when it ends instead of listening.
 */
export async function startService(
  app: 'gateway' | 'dice' | 'workbench',
  env: Record<string, string>,
): Promise<RunningService> {
  const imports = app === 'workbench' ? [] : ['--import', './src/telemetry.ts']
  const service = new ServiceProcess(
    new URL(`../../../apps/${app}/`, import.meta.url),
    [...imports, 'src/server.ts'],
    { [`${app.toUpperCase()}_PORT`]: '0', ...env },
  )
  return {
    url: await service.url(),
    stop: () => service.stop(),
    [Symbol.asyncDispose]: async () => void (await service.stop()),
  }
}
