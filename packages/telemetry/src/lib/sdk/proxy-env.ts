import http from 'node:http'

/** What Node reads proxies from, by their names in the environment. */
export type ProxyEnv = Readonly<Record<string, string>>

/** `http.Agent` with what it was made with, which Node documents for subclasses alone. */
interface MadeAgent extends http.Agent {
  readonly options: { readonly proxyEnv?: NodeJS.ProcessEnv | undefined }
}

const NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']

/**
 * The proxies that Node was told to use: by `NODE_USE_ENV_PROXY=1`, `--use-env-proxy` or `http.setGlobalProxyFromEnv()`. It puts
 * them into its global agents alone, and exports have agents of their own.
 */
export function findProxyEnv(): ProxyEnv | undefined {
  const { proxyEnv } = (http.globalAgent as MadeAgent).options
  if (proxyEnv === undefined) return undefined
  const given: Record<string, string> = {}
  for (const name of NAMES) {
    const value = proxyEnv[name]
    if (value !== undefined) given[name] = value
  }
  return given
}
