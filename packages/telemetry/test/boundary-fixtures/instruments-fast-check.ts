import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  registerInstrumentations,
} from '@opentelemetry/instrumentation'
import { installEsmHooks } from '../../src/lib/sdk/esm-hooks.ts'

/** An instrumentation of an application's own, of a package that ours know nothing about. */
class FastCheckInstrumentation extends InstrumentationBase {
  constructor() {
    super('fast-check-instrumentation', '1.0.0', {})
  }

  protected override init() {
    return new InstrumentationNodeModuleDefinition('fast-check', ['*'], (exports) => {
      exports.__version = 'patched'
      return exports
    })
  }
}

const instrumentations = [new FastCheckInstrumentation()]
registerInstrumentations({ instrumentations })
installEsmHooks(instrumentations)
// Whoever starts twice gets no second set of hooks, which would be a warning.
installEsmHooks(instrumentations)
