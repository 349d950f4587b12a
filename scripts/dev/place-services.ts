import { HttpService, type ListenAddress } from '@linked-traces/service/http-service'
import { readSettings, SettingsError } from '@linked-traces/service/settings'
import type { WorkspaceApp } from './workspace-app.ts'

export interface Placement {
  /** Where clients reach each service by its name, without a slash at the end. */
  readonly urls: ReadonlyMap<string, string>
  /** What the services are told, so that those who point at one that moved find it. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * Places each service by its `*_HOST` and `*_PORT` variables, where port 0 leaves the choice to the system.
 *
 * @throws {SettingsError} with a sentence for every setting that is no address and every port that is taken.
 */
export async function placeServices(
  env: NodeJS.ProcessEnv,
  apps: readonly WorkspaceApp[],
): Promise<Placement> {
  const addresses = readSettings(env, (settings) =>
    apps.map(({ name, prefix, port }) => ({ name, prefix, address: settings.listenAddress(prefix, port) })),
  )
  const problems: string[] = []
  // Each port is held until all are known, so that no two services get the same.
  await using held = new AsyncDisposableStack()
  const variables = new Map<string, string>()
  const place = async ({ host, port, portVariable, hostVariable }: ListenAddress): Promise<string> => {
    const other = variables.get(`${host}:${port}`)
    if (port !== 0 && other !== undefined) {
      problems.push(`${other} and ${portVariable} are both ${port}: give each service a port of its own.`)
      return ''
    }
    variables.set(`${host}:${port}`, portVariable)
    const probe = new HttpService(() => {})
    try {
      const url = await probe.listen({ host, port, portVariable, hostVariable })
      held.defer(async () => void (await probe.stop(0)))
      return url
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error))
      return ''
    }
  }
  const urls = new Map<string, string>()
  for (const { name, address } of addresses) urls.set(name, await place(address))
  if (problems.length > 0) throw new SettingsError(problems)
  const told = addresses.flatMap(({ name, prefix }) => {
    const url = urls.get(name) ?? ''
    return [
      [`${prefix}_PORT`, new URL(url).port || '80'],
      [`${prefix}_URL`, env[`${prefix}_URL`] || url],
    ]
  })
  return { urls, env: Object.fromEntries(told) }
}
