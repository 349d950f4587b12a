import { HttpService, type ListenAddress } from '@linked-traces/service/http-service'
import { readSettings, SettingsError } from '@linked-traces/service/settings'

export type ServiceName = 'workbench' | 'dice' | 'gateway'

export interface Placement {
  /** Where clients reach each service, without a slash at the end. */
  readonly urls: Readonly<Record<ServiceName, string>>
  /** What the services are told, so that those who point at one that moved find it. */
  readonly env: Readonly<Record<string, string>> & { readonly WORKBENCH_URL: string }
}

/**
 * Places each service by its `*_HOST` and `*_PORT` variables, where port 0 leaves the choice to the system.
 *
 * @throws {SettingsError} with a sentence for every setting that is no address and every port that is taken.
 */
export async function placeServices(env: NodeJS.ProcessEnv): Promise<Placement> {
  const addresses = readSettings(env, (settings) => ({
    workbench: settings.listenAddress('WORKBENCH', 4318),
    dice: settings.listenAddress('DICE', 8081),
    gateway: settings.listenAddress('GATEWAY', 8080),
  }))
  const problems: string[] = []
  // Each port is held until all are known, so that no two services get the same.
  await using held = new AsyncDisposableStack()
  const variables = new Map<string, string>()
  const place = async (address: ListenAddress): Promise<string> => {
    const { host, port, portVariable } = address
    const other = variables.get(`${host}:${port}`)
    if (port !== 0 && other !== undefined) {
      problems.push(`${other} and ${portVariable} are both ${port}: give each service a port of its own.`)
      return ''
    }
    variables.set(`${host}:${port}`, portVariable)
    const probe = new HttpService(() => {})
    try {
      const url = await probe.listen(address)
      held.defer(async () => void (await probe.stop(0)))
      return url
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error))
      return ''
    }
  }
  const urls = {
    workbench: await place(addresses.workbench),
    dice: await place(addresses.dice),
    gateway: await place(addresses.gateway),
  }
  if (problems.length > 0) throw new SettingsError(problems)
  return {
    urls,
    env: {
      WORKBENCH_PORT: port(urls.workbench),
      DICE_PORT: port(urls.dice),
      GATEWAY_PORT: port(urls.gateway),
      WORKBENCH_URL: env.WORKBENCH_URL || urls.workbench,
      DICE_URL: env.DICE_URL || urls.dice,
    },
  }
}

const port = (url: string): string => new URL(url).port || '80'
