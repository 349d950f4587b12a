/** The origin that reaches a server listening on `host` and `port`, such as `http://127.0.0.1:8080`. */
export function httpOrigin(host: string, port: number): string {
  return `http://${clientHost(host)}:${port}`
}

/**
 * The host part of the URL that reaches a server listening on `host`: IPv6 in brackets, and loopback for "every interface"
 * (`0.0.0.0`, `::`), which is an address to listen on but none to open.
 */
export function clientHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::' || host === '[::]') return '[::1]'
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}
