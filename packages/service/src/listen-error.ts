import type { ListenAddress } from './http-service.ts'

/** Why a service could not listen, in one sentence that names the address and the variable to change. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
  /** Of the system: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`, `ENOTFOUND`, … */
  readonly code: string
  readonly address: ListenAddress

  constructor(address: ListenAddress, cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'ERR_SERVICE_LISTEN'
    super(explain(address, code), { cause })
    this.code = code
    this.address = address
  }
}

function explain({ host, port, hostVariable, portVariable }: ListenAddress, code: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is taken: end what listens there, or set ${portVariable} to a free port.`
    case 'EACCES':
      return `Port ${port} on ${host} is reserved by the system: set ${portVariable} to a port above 1023.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `This machine has no address ${host} to listen on: set ${hostVariable} to one it has, such as 127.0.0.1.`
    default:
      return `Listening on ${host}, port ${port}, failed with ${code}: check ${hostVariable} and ${portVariable}.`
  }
}
