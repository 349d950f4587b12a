import type { ClientRequest } from 'node:http'
import type { Instrumentation } from '@opentelemetry/instrumentation'

type Request = (input: unknown, options?: unknown, callback?: unknown) => ClientRequest

/** Of `@opentelemetry/instrumentation-http`, where it patches `request`. It has no public name for it. */
interface PatchesRequest {
  _outgoingRequestFunction?: (component: string, original: Request) => Request
}

/**
 * Has `http.request(url, undefined, callback)` answered. The instrumentation takes `url` and options together into one
 * argument, but leaves options that are undefined in their place, where Node then takes them for the callback.
 */
export function allowMissingOptions(http: Instrumentation): void {
  const instrumentation: PatchesRequest = http as Instrumentation & PatchesRequest
  const patch = instrumentation._outgoingRequestFunction
  if (patch === undefined) return
  instrumentation._outgoingRequestFunction = (component, original) =>
    patch.call(instrumentation, component, withoutMissingOptions(original))
}

function withoutMissingOptions(request: Request): Request {
  return function requestWithoutMissingOptions(this: unknown, ...[input, options, callback]) {
    if (options === undefined && callback !== undefined) return request.call(this, input, callback)
    return request.call(this, input, options, callback)
  }
}
